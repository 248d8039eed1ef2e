"""Risk limits stop what opens, and say so on a row of its own."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from orders.models import MissedAlert, Order
from strategies.models import LinkRisk, Strategy, StrategyAccount, StrategyRisk
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks.answers import Answer

EXIT = {"order_type": "MARKET", "price": None, "side": None, "qty": None, "qty_per": "-100"}


def limited(sender: Sender, **limits: Any) -> None:
    StrategyRisk.objects.update_or_create(strategy=sender.desk.strategy, defaults=limits)
    sender.settle()


def limited_link(sender: Sender, **limits: Any) -> None:
    link = StrategyAccount.objects.get(account=sender.desk.accounts[0])
    LinkRisk.objects.update_or_create(link=link, defaults=limits)
    sender.settle()


def codes(answer: Answer) -> list[str | None]:
    return [entry.get("code") for entry in answer.body["results"]]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"allowed_symbols": ["DOGE/USDT"]}, "risk_symbol_not_allowed"),
        ({"allowed_sides": ["SELL"]}, "risk_side_not_allowed"),
        ({"max_notional": Decimal("0.01")}, "risk_notional"),
        ({"max_qty_per": Decimal("0.00001")}, "risk_qty_per"),
        ({"max_price_deviation": Decimal(1)}, "risk_price_deviation"),
        ({"max_open_orders": 0}, "risk_open_orders"),
        ({"max_open_positions": 0}, "risk_open_positions"),
    ],
)
def test_a_limit_keeps_an_opening_order_from_going(
    sender: Sender, venue: ScriptedVenue, limits: dict[str, Any], code: str
) -> None:
    limited(sender, **limits)
    answer = sender.send(price="200")
    assert codes(answer) == [code, code]
    assert set(Order.objects.values_list("status", "error_code")) == {("FAILED", code)}
    assert venue.book == []


def test_an_exit_passes_every_limit(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(order_type="MARKET", price=None)
    limited(
        sender,
        allowed_symbols=["DOGE/USDT"],
        allowed_sides=["BUY"],
        max_notional=Decimal("0.01"),
        max_open_orders=0,
        max_open_positions=0,
        max_daily_loss=Decimal(0),
    )
    assert sender.send(**EXIT).body["success"] is True


def test_a_sale_of_what_is_owned_opens_nothing(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(order_type="MARKET", price=None)
    limited(sender, allowed_sides=["BUY"], max_open_positions=0)
    assert sender.send(side="sell").body["success"] is True


def test_a_link_s_limit_is_for_its_account_alone(sender: Sender, venue: ScriptedVenue) -> None:
    limited_link(sender, max_notional=Decimal("0.01"))
    assert codes(sender.send()) == ["risk_notional", None]


def test_orders_of_one_alert_count_for_those_behind_them(
    sender: Sender, venue: ScriptedVenue
) -> None:
    limited(sender, max_open_orders=3)
    order = {"order_type": "LIMIT", "side": "buy", "price": "50", "qty": "5"}
    answer = sender.batch(order, order)
    assert codes(answer) == [None, None, None, "risk_open_orders"]


def test_more_of_what_is_held_is_no_new_position(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(order_type="MARKET", price=None, account="A1")
    limited(sender, max_open_positions=1)
    answer = sender.send(order_type="MARKET", price=None)
    assert codes(answer) == [None, "risk_open_positions"]


def test_a_day_s_loss_stops_what_opens(sender: Sender, venue: ScriptedVenue) -> None:
    venue.next(Act.FILL, Act.FILL)
    sender.send(price="100", account="A1", qty="5")
    sender.send(side="sell", price="90", account="A1", qty="5")
    limited(sender, max_daily_loss=Decimal(50))
    assert codes(sender.send(account="A1")) == ["risk_daily_loss"]
    limited(sender, max_daily_loss=Decimal(51))
    assert codes(sender.send(account="A1", alert_id="a")) == [None]


def test_too_many_alerts_are_refused_with_the_time_to_wait(
    sender: Sender, venue: ScriptedVenue
) -> None:
    limited(sender, max_alerts_per_minute=2)
    for name in ("a", "b"):
        assert sender.send(alert_id=name).http_status == 200
    answer = sender.send(alert_id="c")
    assert (answer.http_status, answer.body["error"]["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert len(venue.book) == 4


def test_exits_and_cancels_go_whatever_the_rate(sender: Sender, venue: ScriptedVenue) -> None:
    limited(sender, max_alerts_per_minute=1)
    venue.next(Act.FILL, Act.FILL)
    assert sender.send(account="A1", alert_id="in").http_status == 200
    assert sender.send(account="A1", alert_id="more").http_status == 429
    out = sender.send(account="A1", alert_id="out", qty="", qty_per="-100", side="")
    assert [result["status"] for result in out.body["results"]] == ["FILLED"]
    assert sender.post({**sender.order(), "order_type": "CANCEL_ALL_ORDER"}).http_status == 200


def test_a_copy_is_answered_whatever_the_rate(sender: Sender) -> None:
    limited(sender, max_alerts_per_minute=1)
    first = sender.send()
    assert sender.send().body["receipt"] == first.body["receipt"]


def missed(sender: Sender, *, reviewed: bool = False) -> None:
    Strategy.objects.update(on_missed_alert="stop_opening")
    now = datetime.now(UTC)
    MissedAlert.objects.create(
        strategy=sender.desk.strategy,
        market_type=sender.desk.market.market_type,
        symbol=sender.desk.market.symbol,
        expected="LONG",
        told="FLAT",
        last_receipt="0" * 26,
        receipt="1" * 26,
        detected_at=now - timedelta(minutes=1),
        reviewed_at=now if reviewed else None,
    )
    sender.settle()


def test_after_a_missed_alert_only_exits_go(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(order_type="MARKET", price=None)
    missed(sender)
    assert codes(sender.send()) == ["missed_alert_not_reviewed"] * 2
    assert sender.send(**EXIT).body["success"] is True


def test_a_gap_that_was_reviewed_stops_nothing(sender: Sender) -> None:
    missed(sender, reviewed=True)
    assert sender.send().body["success"] is True
