"""Limits on the pages of what they limit."""

import re
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from strategies import tokens
from strategies.models import LinkRisk, Strategy, StrategyRisk
from strategies.notifications import Listener
from strategies.routes import Routes
from strategies.snapshot import RoutesKeeper
from tests.strategies.admin.conftest import ClientOf
from tests.strategies.conftest import World

TERMS: dict[str, Any] = {
    "allowed_symbols": "btc/usdt, 005930;  AAPL,",
    "allowed_sides": ["BUY"],
    "allowed_market_types": ["SPOT", "DOMESTIC_STOCK"],
    "max_qty_per": "12.5",
    "max_notional": "1000.000000000000000001",
    "max_open_positions": "3",
    "max_open_orders": "4",
    "max_daily_loss": "250",
    "max_price_deviation": "0.5",
    "trading_days": ["0", "4"],
    "trading_from": "09:00",
    "trading_until": "15:30",
    "timezone": "America/New_York",
}


def page_of(row: Model) -> str:
    return reverse(f"admin:strategies_{row._meta.model_name}_change", args=(row.pk,))


def form_of(row: Model, risk: Model | None, **terms: Any) -> dict[str, Any]:
    """What the row's page sends, with these limits."""
    own: dict[str, Any]
    if isinstance(row, Strategy):
        own = {
            "group_name": row.group_name,
            "market_type": row.market_type,
            "is_active": "on",
            "answer_within": "2.5",
            "max_age": "60",
            "dedupe_window": "30",
            "outside_hours": "refuse",
            "on_missed_alert": "tell",
            "links-TOTAL_FORMS": 0,
            "links-INITIAL_FORMS": 0,
        }
    else:
        own = {"capital": "10000", "leverage": "1", "is_active": "on"}
    owner = "strategy" if isinstance(row, Strategy) else "link"
    return {
        **own,
        "risk-TOTAL_FORMS": 1,
        "risk-INITIAL_FORMS": 0 if risk is None else 1,
        "risk-0-id": "" if risk is None else risk.pk,
        f"risk-0-{owner}": row.pk,
        "risk-0-timezone": "Asia/Seoul",
        "risk-0-allowed_symbols": "",
        **{f"risk-0-{name}": value for name, value in terms.items()},
    }


def rows_of(world: World) -> list[tuple[Model, type[StrategyRisk] | type[LinkRisk]]]:
    return [(world.strategy, StrategyRisk), (world.link, LinkRisk)]


def limits_of(row: Model) -> Any:
    row = type(row)._default_manager.get(pk=row.pk)
    return row.risk  # type: ignore[attr-defined]  # of a strategy or of a link


def errors_of(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for inline in answer.context["inline_admin_formsets"]:
        for form in inline.formset.forms:
            found |= form.errors
    return found


def test_limits_are_written_as_people_write_them(world: World, desk: Client) -> None:
    for row, _ in rows_of(world):
        answer = desk.post(page_of(row), form_of(row, None, **TERMS))
        assert answer.status_code == 302, errors_of(answer)
        risk = limits_of(row)
        assert risk.allowed_symbols == ["BTC/USDT", "005930", "AAPL"]
        assert risk.allowed_sides == ["BUY"]
        assert risk.allowed_market_types == ["DOMESTIC_STOCK", "SPOT"]
        assert risk.max_notional == Decimal("1000.000000000000000001")
        assert (risk.max_open_positions, risk.max_open_orders) == (3, 4)
        assert risk.trading_days == [0, 4]
        assert (risk.trading_from, risk.trading_until) == (time(9), time(15, 30))
        assert risk.timezone == "America/New_York"


def test_limits_are_shown_as_they_were_written(world: World, desk: Client) -> None:
    for row, _ in rows_of(world):
        desk.post(page_of(row), form_of(row, None, **TERMS))
        shown = desk.get(page_of(row)).content.decode()
        assert 'value="BTC/USDT, 005930, AAPL"' in shown
        assert 'value="12.5"' in shown
        assert 'value="250"' in shown
        ticked = set(re.findall(r'<input[^>]*value="(\w+)"[^>]*\schecked(?=[\s>])', shown))
        assert {"BUY", "SPOT", "DOMESTIC_STOCK", "0", "4"} <= ticked
        assert not {"SELL", "FUTURES", "1"} & ticked


def test_an_empty_form_makes_no_limits(world: World, desk: Client) -> None:
    for row, model in rows_of(world):
        assert desk.post(page_of(row), form_of(row, None)).status_code == 302
        assert not model._default_manager.exists()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("allowed_symbols", "BINANCE:BTCUSDT.P", "Write it as orders show it"),
        ("allowed_symbols", "비트코인", "Write it as orders show it"),
        ("allowed_sides", ["UP"], "valid choice"),
        ("allowed_market_types", ["MOON"], "valid choice"),
        ("max_qty_per", "0", "more than 0"),
        ("max_notional", "-1", "more than 0"),
        ("max_notional", "1e30", "digits"),
        ("max_notional", "NaN", "Enter a number"),
        ("max_open_positions", "0", "more than 0"),
        ("max_open_orders", "1000001", "up to 1000000"),
        ("max_open_orders", "1.5", "whole number"),
        ("max_daily_loss", "0", "more than 0"),
        ("max_price_deviation", "-0.1", "more than 0"),
        ("trading_days", ["7"], "valid choice"),
        ("trading_from", "25:00", "valid time"),
        ("timezone", "Asia/Atlantis", "valid choice"),
        ("trading_until", "09:00", "leave both empty"),
    ],
)
def test_a_limit_that_makes_no_sense_is_told_at_its_field(
    world: World, desk: Client, field: str, value: Any, told: str
) -> None:
    for row, model in rows_of(world):
        terms = {"trading_from": "09:00", field: value}
        answer = desk.post(page_of(row), form_of(row, None, **terms))
        assert answer.status_code == 200
        errors = errors_of(answer)
        assert set(errors) == {field}
        assert told in errors[field][0]
        assert not model._default_manager.exists()


def test_a_refusal_is_told_in_korean(world: World, desk: Client) -> None:
    answer = desk.post(
        page_of(world.strategy),
        form_of(world.strategy, None, max_notional="0"),
        headers={"Accept-Language": "ko"},
    )
    assert "0보다 커야 합니다" in errors_of(answer)["max_notional"][0]


def test_the_rate_is_the_strategys_alone(world: World, desk: Client) -> None:
    desk.post(page_of(world.strategy), form_of(world.strategy, None, max_alerts_per_minute="30"))
    assert limits_of(world.strategy).max_alerts_per_minute == 30
    assert "max_alerts_per_minute" not in desk.get(page_of(world.link)).content.decode()


def test_a_new_strategy_comes_with_its_limits(world: World, desk: Client) -> None:
    new = Strategy(group_name="mine", market_type=world.market.market_type)
    body = form_of(new, None, max_open_orders="2")
    del body["risk-0-strategy"]
    desk.post(reverse("admin:strategies_strategy_add"), body)
    assert Strategy.objects.get(group_name="mine").risk.max_open_orders == 2


def test_a_mates_limits_are_not_reached(world: World, staff_of: ClientOf) -> None:
    client = staff_of(world.mate)
    for row, model in rows_of(world):
        client.post(page_of(row), form_of(row, None, **TERMS))
        assert not model._default_manager.exists()


def test_who_may_only_look_changes_no_limit(world: World, desk: Client) -> None:
    StrategyRisk.objects.create(strategy=world.strategy, max_open_orders=5)
    looks = Permission.objects.filter(codename__startswith="view_")
    world.owner.user_permissions.set(looks.filter(content_type__app_label="strategies"))
    assert desk.get(page_of(world.strategy)).status_code == 200
    body = form_of(world.strategy, limits_of(world.strategy), max_open_orders="500")
    assert desk.post(page_of(world.strategy), body).status_code == 403
    assert limits_of(world.strategy).max_open_orders == 5


def test_what_follows_a_missed_alert_is_chosen_on_the_page(world: World, desk: Client) -> None:
    body = form_of(world.strategy, None) | {"on_missed_alert": "stop_opening"}
    assert desk.post(page_of(world.strategy), body).status_code == 302
    world.strategy.refresh_from_db()
    assert world.strategy.on_missed_alert == "stop_opening"


def test_nothing_of_a_token_stands_on_a_page(world: World, desk: Client) -> None:
    token = tokens.issue(world.strategy)
    row = world.strategy.tokens.get()
    shown = desk.get(page_of(world.strategy)).content.decode()
    for secret in (token, row.sealed, row.digest):
        assert secret not in shown


@pytest.mark.django_db(transaction=True)
def test_emptied_limits_limit_nothing(
    world: World, desk: Client, keeper_of: Callable[..., RoutesKeeper]
) -> None:
    for row, _ in rows_of(world):
        desk.post(page_of(row), form_of(row, None, **TERMS))
        answer = desk.post(page_of(row), form_of(row, limits_of(row)))
        assert answer.status_code == 302, errors_of(answer)
    route = keeper_of().load().strategies["test1"]
    assert route.risk is None
    assert route.links[0].risk is None


@pytest.mark.django_db(transaction=True)
def test_limits_set_on_a_page_reach_the_routes_by_themselves(
    world: World, desk: Client, database_url: str, keeper_of: Callable[..., RoutesKeeper]
) -> None:
    keeper = keeper_of()
    listener = Listener(database_url, {"routes": keeper.refresh})
    keeper.start()
    listener.start()
    try:
        for row, _ in rows_of(world):
            desk.post(page_of(row), form_of(row, None, max_open_orders="4"))
        assert keeper.wait_for(_are_both_limited)
    finally:
        listener.stop()


def _are_both_limited(routes: Routes) -> bool:
    route = routes.strategies["test1"]
    limits = (route.risk, route.links[0].risk)
    return all(each is not None and each.max_open_orders == 4 for each in limits)
