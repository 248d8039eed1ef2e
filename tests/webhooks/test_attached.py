"""Exits that an entry brings along: checked before it goes, and kept on its row."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from exchanges.base import Capabilities
from exchanges.vocabulary import MarketType, OrderType, Side
from orders.models import Order
from tests.venues import ScriptedCrypto, ScriptedSecurities, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks.attached import Attached, not_offered, wrong_side

ALL = Attached(take_profit=Decimal(110), stop_loss=Decimal(90))
OFFERS = Capabilities(
    market_types=frozenset(MarketType),
    order_types=frozenset(OrderType),
    times_in_force=frozenset(),
    reduce_only=True,
    trailing_stops=True,
    linked_exits=True,
)


def offering(monkeypatch: pytest.MonkeyPatch, **words: Any) -> None:
    for adapter in (ScriptedCrypto, ScriptedSecurities):
        monkeypatch.setattr(adapter, "capabilities", replace(adapter.capabilities, **words))


@pytest.mark.parametrize(
    ("attached", "lacking", "market_type", "code"),
    [
        (ALL, {}, MarketType.SPOT, None),
        (ALL, {"linked_exits": False}, MarketType.SPOT, "no_linked_exits"),
        (ALL, {"linked_exits": False}, MarketType.DOMESTIC_STOCK, "no_linked_exits"),
        (ALL, {"linked_exits": False}, MarketType.FUTURES, None),
        (ALL, {"order_types": frozenset({OrderType.LIMIT})}, MarketType.FUTURES, "not_offered"),
        (
            Attached(take_profit=Decimal(1)),
            {"order_types": frozenset({OrderType.LIMIT}), "linked_exits": False},
            MarketType.SPOT,
            None,
        ),
        (
            Attached(take_profit=Decimal(1)),
            {"order_types": frozenset({OrderType.MARKET})},
            MarketType.SPOT,
            "not_offered",
        ),
        (Attached(take_profit=Decimal(1)), {"reduce_only": False}, MarketType.SPOT, None),
        (Attached(take_profit=Decimal(1)), {"reduce_only": False}, MarketType.FUTURES,
         "not_offered"),
        (Attached(trail=Decimal(1)), {"trailing_stops": False}, MarketType.FUTURES, "not_offered"),
        (Attached(trail=Decimal(1)), {}, MarketType.FUTURES, None),
    ],
)  # fmt: skip
def test_what_a_venue_must_offer(
    attached: Attached, lacking: dict[str, Any], market_type: MarketType, code: str | None
) -> None:
    reason = not_offered(attached, replace(OFFERS, **lacking), "X", market_type)
    assert (reason.code if reason else None) == code


@pytest.mark.parametrize(
    ("side", "take_profit", "stop_loss", "name"),
    [
        (Side.BUY, 110, 90, ""),
        (Side.BUY, 100, None, "take_profit"),
        (Side.BUY, 99, 90, "take_profit"),
        (Side.BUY, 110, 100, "stop_loss"),
        (Side.BUY, None, 101, "stop_loss"),
        (Side.SELL, 90, 110, ""),
        (Side.SELL, 101, 110, "take_profit"),
        (Side.SELL, 90, 99, "stop_loss"),
    ],
)
def test_each_must_lie_on_its_side(
    side: Side, take_profit: int | None, stop_loss: int | None, name: str
) -> None:
    exits = [None if each is None else Decimal(each) for each in (take_profit, stop_loss)]
    assert wrong_side(side, Decimal(100), *exits) == name


def test_they_are_kept_on_the_entry_s_row_and_not_sent_with_it(
    sender: Sender, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering(monkeypatch, linked_exits=True)
    answer = sender.send(price="100", take_profit="110.5", stop_loss="89.5", account="A1")
    assert answer.body["success"] is True
    order = Order.objects.get()
    assert (order.take_profit, order.stop_loss, order.trail) == (111, 90, None)
    assert answer.body["results"][0]["take_profit"] == "111"
    assert len(venue.book) == 1


def test_a_trail_is_a_distance(
    sender: Sender, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering(monkeypatch, trailing_stops=True)
    sender.send(price="100", trail="5.7", account="A1")
    assert Order.objects.get().trail == 5


def test_a_venue_that_lacks_what_they_need_gets_no_entry(
    sender: Sender, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    offering(monkeypatch, linked_exits=False, trailing_stops=False)
    answer = sender.send(price="100", take_profit="110", stop_loss="90")
    assert {entry["code"] for entry in answer.body["results"]} == {"no_linked_exits"}
    answer = sender.send(price="100", trail="5")
    assert {entry["code"] for entry in answer.body["results"]} == {"not_offered"}
    assert venue.book == []


def test_one_on_the_wrong_side_of_the_alert_s_price_refuses_it(sender: Sender) -> None:
    answer = sender.send(price="100", stop_loss="101")
    assert (answer.http_status, answer.body["error"]["code"]) == (422, "wrong_side")
    assert answer.body["error"]["field"] == "stop_loss"
    assert not Order.objects.exists()


def test_without_a_price_the_venue_s_own_decides_the_side(
    sender: Sender, venue: ScriptedVenue
) -> None:
    answer = sender.send(order_type="MARKET", price=None, take_profit="99", account="A1")
    assert [entry["code"] for entry in answer.body["results"]] == ["wrong_side"]
    assert venue.book == []


def test_a_target_brings_them_along_where_it_opens(sender: Sender, venue: ScriptedVenue) -> None:
    lot = sender.desk.market.lot
    aim = {"order_type": "MARKET", "price": None, "qty": None, "side": None, "account": "A1"}
    sender.send(**aim, target_position=str(lot * 5), take_profit="120")
    assert Order.objects.get().take_profit == 120
    answer = sender.send(**aim, target_position=str(lot * 2), take_profit="120")
    assert "take_profit" in answer.body["warnings"][0]
    assert Order.objects.filter(role="").order_by("id")[1].take_profit is None
