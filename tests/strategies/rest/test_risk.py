from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from strategies.models import LinkRisk, StrategyRisk
from tests.strategies.conftest import World

NOTHING: dict[str, Any] = {
    "allowed_symbols": [],
    "allowed_sides": [],
    "allowed_market_types": [],
    "max_qty_per": None,
    "max_notional": None,
    "max_open_positions": None,
    "max_open_orders": None,
    "max_daily_loss": None,
    "max_price_deviation": None,
    "trading_days": [],
    "trading_from": None,
    "trading_until": None,
    "timezone": "Asia/Seoul",
}
RISK: dict[str, Any] = {
    "allowed_symbols": ["BTC/USDT", "005930"],
    "allowed_sides": ["BUY", "SELL"],
    "allowed_market_types": ["DOMESTIC_STOCK", "SPOT"],
    "max_qty_per": "12.5",
    "max_notional": "1000000.000000000000000001",
    "max_open_positions": 3,
    "max_open_orders": 4,
    "max_daily_loss": "250",
    "max_price_deviation": "0.5",
    "trading_days": [0, 4],
    "trading_from": "09:00:00",
    "trading_until": "15:30:00",
    "timezone": "America/New_York",
}


def strategy_of(world: World) -> str:
    return f"/api/strategies/{world.strategy.pk}/"


def link_of(world: World) -> str:
    return f"{strategy_of(world)}links/{world.link.pk}/"


def error_of(answer: Any) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["field"]


def limit(client: APIClient, address: str, risk: Any) -> Any:
    return client.patch(address, {"risk": risk}, format="json")


def test_without_limits_risk_is_null(world: World, owner: APIClient) -> None:
    assert owner.get(strategy_of(world)).json()["risk"] is None
    assert owner.get(link_of(world)).json()["risk"] is None


def test_a_strategys_limits_are_kept_to_the_last_digit(world: World, owner: APIClient) -> None:
    asked = RISK | {"max_alerts_per_minute": 30}
    answer = limit(owner, strategy_of(world), asked)
    assert answer.status_code == 200, answer.content
    assert answer.json()["risk"] == asked
    assert owner.get(strategy_of(world)).json()["risk"] == asked
    row = StrategyRisk.objects.get(strategy=world.strategy)
    assert row.max_notional == Decimal("1000000.000000000000000001")


def test_a_links_limits_are_kept_too(world: World, owner: APIClient) -> None:
    answer = limit(owner, link_of(world), RISK)
    assert answer.status_code == 200, answer.content
    assert answer.json()["risk"] == RISK
    (shown,) = owner.get(f"{strategy_of(world)}links/").json()
    assert shown["risk"] == RISK
    assert LinkRisk.objects.get().link == world.link


def test_limits_come_with_a_new_strategy_and_a_new_link(world: World, owner: APIClient) -> None:
    made = owner.post(
        "/api/strategies/", {"group_name": "new", "risk": {"max_open_orders": 1}}, format="json"
    )
    assert made.status_code == 201, made.content
    assert made.json()["risk"]["max_open_orders"] == 1
    linked = owner.post(
        f"/api/strategies/{made.json()['id']}/links/",
        {"account": world.account.pk, "risk": {"max_open_orders": 2}},
        format="json",
    )
    assert linked.status_code == 201, linked.content
    assert linked.json()["risk"]["max_open_orders"] == 2


def test_limits_are_replaced_as_a_whole(world: World, owner: APIClient) -> None:
    limit(owner, link_of(world), RISK)
    answer = limit(owner, link_of(world), {"max_open_orders": 9})
    assert answer.json()["risk"] == NOTHING | {"max_open_orders": 9}


@pytest.mark.parametrize("address", [strategy_of, link_of])
def test_null_removes_the_limits(world: World, owner: APIClient, address: Any) -> None:
    limit(owner, address(world), RISK)
    answer = limit(owner, address(world), None)
    assert answer.json()["risk"] is None
    assert owner.get(address(world)).json()["risk"] is None
    assert StrategyRisk.objects.count() + LinkRisk.objects.count() == 0


@pytest.mark.parametrize("address", [strategy_of, link_of])
def test_a_change_without_risk_leaves_the_limits(
    world: World, owner: APIClient, address: Any
) -> None:
    limit(owner, address(world), RISK)
    answer = owner.patch(address(world), {"is_active": False}, format="json")
    assert answer.json()["risk"]["max_open_orders"] == 4


def test_symbols_are_kept_as_orders_show_them(world: World, owner: APIClient) -> None:
    answer = limit(owner, link_of(world), {"allowed_symbols": [" btc/usdt ", "BTC/USDT", "aapl"]})
    assert answer.json()["risk"]["allowed_symbols"] == ["BTC/USDT", "AAPL"]


REFUSED: list[tuple[Any, str, str]] = [
    ({"allowed_symbols": ["BINANCE:BTCUSDT.P"]}, "bad_symbol", "risk.allowed_symbols"),
    ({"allowed_symbols": ["BTCUSDT"]}, "bad_symbol", "risk.allowed_symbols"),
    ({"allowed_symbols": ["BTC/USDT ETH/USDT"]}, "bad_symbol", "risk.allowed_symbols"),
    ({"allowed_symbols": ["비트코인"]}, "bad_symbol", "risk.allowed_symbols"),
    ({"allowed_symbols": ["A" * 41]}, "too_long", "risk.allowed_symbols.0"),
    ({"allowed_symbols": "BTC/USDT"}, "not_a_list", "risk.allowed_symbols"),
    ({"allowed_symbols": [f"C{n}" for n in range(201)]}, "too_long", "risk.allowed_symbols"),
    ({"allowed_sides": ["UP"]}, "invalid_choice", "risk.allowed_sides.0"),
    ({"allowed_market_types": ["MOON"]}, "invalid_choice", "risk.allowed_market_types.0"),
    ({"max_qty_per": "0"}, "out_of_range", "risk.max_qty_per"),
    ({"max_notional": "-1"}, "out_of_range", "risk.max_notional"),
    ({"max_notional": "NaN"}, "invalid", "risk.max_notional"),
    ({"max_notional": "1e30"}, "out_of_range", "risk.max_notional"),
    ({"max_daily_loss": 0}, "out_of_range", "risk.max_daily_loss"),
    ({"max_price_deviation": "-0.1"}, "out_of_range", "risk.max_price_deviation"),
    ({"max_open_positions": 0}, "out_of_range", "risk.max_open_positions"),
    ({"max_open_orders": 1_000_001}, "out_of_range", "risk.max_open_orders"),
    ({"max_open_orders": "many"}, "invalid", "risk.max_open_orders"),
    ({"trading_days": [7]}, "out_of_range", "risk.trading_days.0"),
    ({"trading_from": "25:00"}, "invalid", "risk.trading_from"),
    (
        {"trading_from": "09:00", "trading_until": "09:00"},
        "no_trading_hours",
        "risk.trading_until",
    ),
    ({"timezone": "Asia/Atlantis"}, "unknown_timezone", "risk.timezone"),
    ({"max_notinal": "5"}, "unknown_field", "risk.max_notinal"),
    ("none", "invalid", "risk"),
]


@pytest.mark.parametrize(("risk", "code", "field"), REFUSED)
def test_a_limit_that_makes_no_sense_is_named(
    world: World, owner: APIClient, risk: Any, code: str, field: str
) -> None:
    for address in (strategy_of(world), link_of(world)):
        assert error_of(limit(owner, address, risk)) == (400, code, field)
    assert StrategyRisk.objects.count() + LinkRisk.objects.count() == 0


def test_a_rate_is_the_strategys_alone(world: World, owner: APIClient) -> None:
    answer = limit(owner, link_of(world), {"max_alerts_per_minute": 5})
    assert error_of(answer) == (400, "unknown_field", "risk.max_alerts_per_minute")
    answer = limit(owner, strategy_of(world), {"max_alerts_per_minute": 0})
    assert error_of(answer) == (400, "out_of_range", "risk.max_alerts_per_minute")


def test_a_refusal_is_told_in_korean_too(world: World, client_of: Any) -> None:
    client = client_of(world.owner, "ko")
    answer = limit(client, strategy_of(world), {"max_notional": "0"})
    message = answer.json()["error"]["message"]
    assert message == "max_notional 한도는 0보다 커야 합니다. 한도를 두지 않으려면 비워 두세요"


def test_a_refused_limit_changes_nothing_else(world: World, owner: APIClient) -> None:
    body = {"max_age": "5", "risk": {"max_notional": "0"}}
    owner.patch(strategy_of(world), body, format="json")
    world.strategy.refresh_from_db()
    assert world.strategy.max_age == 60


@pytest.mark.parametrize("address", [strategy_of, link_of])
def test_nobody_limits_anothers(
    world: World, stranger: APIClient, mate: APIClient, address: Any
) -> None:
    for client in (stranger, mate):
        assert limit(client, address(world), RISK).status_code == 404
    assert StrategyRisk.objects.count() + LinkRisk.objects.count() == 0


def test_what_follows_a_missed_alert_can_be_chosen(world: World, owner: APIClient) -> None:
    assert owner.get(strategy_of(world)).json()["on_missed_alert"] == "tell"
    answer = owner.patch(strategy_of(world), {"on_missed_alert": "stop_opening"}, format="json")
    assert answer.json()["on_missed_alert"] == "stop_opening"
    answer = owner.patch(strategy_of(world), {"on_missed_alert": "panic"}, format="json")
    assert error_of(answer) == (400, "invalid_choice", "on_missed_alert")


def test_nothing_of_a_token_is_shown(world: World, owner: APIClient) -> None:
    owner.post(f"{strategy_of(world)}rotate-token/", {}, format="json")
    row = world.strategy.tokens.get()
    shown = owner.get(strategy_of(world)).content.decode()
    assert row.sealed
    assert row.sealed not in shown
    assert row.digest not in shown
