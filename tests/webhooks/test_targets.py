"""Targets: the difference to where an account stands, flips in two steps."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.vocabulary import MarketType, Side
from orders.models import Order, Position
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks.answers import Answer
from webhooks.targets import InTheWay, Leg, legs

BUY, SELL = Side.BUY, Side.SELL
MARGINED = {
    MarketType.SPOT: MarketType.FUTURES,
    MarketType.DOMESTIC_STOCK: MarketType.DOMESTIC_FUTUREOPTION,
}
AMOUNTS = st.decimals(-100, 100, places=2)


def leg(side: Side, quantity: int, *, is_exit: bool = False) -> Leg:
    return Leg(side, Decimal(quantity), is_exit=is_exit)


@pytest.mark.parametrize(
    ("target", "closable", "resting", "expected"),
    [
        (5, 0, 0, [leg(BUY, 5)]),
        (-5, 0, 0, [leg(SELL, 5)]),
        (5, 5, 0, []),
        (5, 3, 0, [leg(BUY, 2)]),
        (5, 3, 2, []),
        (2, 5, 0, [leg(SELL, 3, is_exit=True)]),
        (0, 5, 0, [leg(SELL, 5, is_exit=True)]),
        (0, -5, 0, [leg(BUY, 5, is_exit=True)]),
        (-3, 5, 0, [leg(SELL, 5, is_exit=True), leg(SELL, 3)]),
        (3, -5, 0, [leg(BUY, 5, is_exit=True), leg(BUY, 3)]),
        (-3, 0, -3, []),
        (-3, 5, -3, [leg(SELL, 5, is_exit=True)]),
        (-3, 5, -7, [leg(SELL, 1, is_exit=True)]),
        (2, 5, 3, [leg(SELL, 3, is_exit=True)]),
        (-3, 0, 1, [leg(SELL, 3)]),
        (0, -3, 1, [leg(BUY, 3, is_exit=True)]),
        (0, 5, -5, [leg(SELL, 5, is_exit=True)]),
        (0, 0, 0, []),
    ],
)
def test_the_legs_to_a_target(
    target: int, closable: int, resting: int, expected: list[Leg]
) -> None:
    found = legs(Decimal(target), Decimal(closable), Decimal(resting))
    assert [replace(each, target=None) for each in found] == expected
    assert all(each.target == (None if each.is_exit else target) for each in found)


@pytest.mark.parametrize(
    ("target", "closable", "resting"), [(2, 0, 3), (0, 0, 3), (5, 5, 3), (-3, 5, -10)]
)
def test_what_rests_beyond_the_target_is_in_the_way(
    target: int, closable: int, resting: int
) -> None:
    with pytest.raises(InTheWay):
        legs(Decimal(target), Decimal(closable), Decimal(resting))


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_legs_never_pass_the_target_and_exits_never_the_position(
    target: Decimal, closable: Decimal, resting: Decimal
) -> None:
    try:
        found = legs(target, closable, resting)
    except InTheWay:
        return
    moved = sum((each.side.sign * each.quantity for each in found), Decimal(0))
    difference = target - closable
    assert all(each.quantity > 0 for each in found)
    assert abs(moved) <= abs(difference)
    assert moved * difference >= 0
    assert sum(each.quantity for each in found if each.is_exit) <= abs(closable)
    opened = [each for each in found if not each.is_exit]
    assert all(each.side.sign * target > 0 for each in opened)


def target(sender: Sender, lots: int, **changes: Any) -> Answer:
    quantity = str(sender.desk.market.lot * lots)
    head = {"order_type": "MARKET", "price": None, "qty": None, "side": None, "account": "A1"}
    return sender.send(**(head | {"target_position": quantity} | changes))


def margined(sender: Sender) -> dict[str, Any]:
    market_type = MARGINED[sender.desk.market.market_type]
    is_crypto = market_type is MarketType.FUTURES
    symbol = sender.desk.market.symbol if is_crypto else "101W09"
    return {"market_type": market_type.value, "symbol": symbol}


def held(sender: Sender) -> Decimal:
    quantity: Decimal = Position.objects.get().quantity
    return quantity / sender.desk.market.lot


def test_a_target_is_entered_grown_shrunk_and_left(sender: Sender, venue: ScriptedVenue) -> None:
    for lots in (5, 8, 3, 0):
        assert target(sender, lots).body["success"] is True
        assert held(sender) == lots
    lot = sender.desk.market.lot
    sent = [(a.request.side, int(a.request.quantity / lot)) for a in venue.book]
    assert sent == [(BUY, 5), (BUY, 3), (SELL, 5), (SELL, 3)]
    assert [a.request.reduce_only for a in venue.book] == [False, False, True, True]


def test_a_target_sent_again_does_nothing(sender: Sender, venue: ScriptedVenue) -> None:
    target(sender, 5)
    answer = target(sender, 5, alert_id="again")
    assert answer.body["success"] is True
    (entry,) = answer.body["results"]
    assert (entry["status"], entry["instruction"]) == ("unchanged", 0)
    assert answer.body["summary"]["successful"] == 1
    assert answer.body["summary"]["successful_orders"] == 0
    assert len(venue.book) == 1


def test_a_target_counts_what_rests(sender: Sender, venue: ScriptedVenue) -> None:
    resting = {"order_type": "LIMIT", "price": "50"}
    target(sender, 5, **resting)
    answer = target(sender, 5, **resting, alert_id="again")
    assert [entry["status"] for entry in answer.body["results"]] == ["unchanged"]
    target(sender, 8, **resting)
    assert [a.request.quantity / sender.desk.market.lot for a in venue.book] == [5, 3]


def test_what_rests_beyond_the_target_is_told(sender: Sender, venue: ScriptedVenue) -> None:
    target(sender, 5, order_type="LIMIT", price="50")
    answer = target(sender, 0)
    assert (answer.body["success"], answer.body["results"][0]["code"]) == (
        False,
        "orders_in_the_way",
    )


def test_flat_is_flat_whatever_rests(sender: Sender, venue: ScriptedVenue) -> None:
    market = margined(sender)
    target(sender, 2, **market, order_type="LIMIT", price="50")
    target(sender, -3, **market)
    assert held(sender) == -3
    answer = target(sender, 0, **market)
    assert held(sender) == 0
    assert any("CANCEL_ALL_ORDER" in warning for warning in answer.body["warnings"])


def test_a_batch_cancels_what_is_in_the_way_first(sender: Sender, venue: ScriptedVenue) -> None:
    target(sender, 5, order_type="LIMIT", price="50")
    aim = {"order_type": "MARKET", "target_position": str(sender.desk.market.lot * 2)}
    answer = sender.batch({"order_type": "CANCEL_ALL_ORDER"}, aim, account="A1")
    assert answer.body["success"] is True
    assert held(sender) == 2


def test_a_flip_closes_first_and_then_opens(sender: Sender, venue: ScriptedVenue) -> None:
    market = margined(sender)
    target(sender, 100_000, **market)
    answer = target(sender, -200_000, **market)
    assert answer.body["summary"]["successful_orders"] == 2
    closed, opened = Order.objects.order_by("id")[1:]
    assert (closed.leg, closed.is_exit, closed.side, closed.behind) == (0, True, "SELL", "")
    assert (opened.leg, opened.is_exit, opened.side) == (1, False, "SELL")
    assert opened.behind == closed.client_order_id
    assert held(sender) == -200_000


def test_a_flip_sent_again_does_nothing(sender: Sender, venue: ScriptedVenue) -> None:
    market = margined(sender)
    target(sender, 100_000, **market)
    target(sender, -200_000, **market)
    target(sender, -200_000, **market, alert_id="again")
    assert len(venue.book) == 3


def test_a_flip_whose_first_leg_is_refused_opens_nothing(
    sender: Sender, venue: ScriptedVenue
) -> None:
    market = margined(sender)
    target(sender, 100_000, **market)
    venue.next(Act.REFUSE)
    answer = target(sender, -200_000, **market)
    assert answer.body["success"] is False
    codes = [entry["code"] for entry in answer.body["results"]]
    assert codes[1] == "first_leg_failed"
    assert len(venue.book) == 2
    assert held(sender) == 100_000


def test_a_flip_whose_first_leg_is_unknown_opens_nothing(
    sender: Sender, venue: ScriptedVenue
) -> None:
    market = margined(sender)
    target(sender, 100_000, **market)
    venue.next(Act.VANISH)
    answer = target(sender, -200_000, **market)
    first, second = answer.body["results"]
    assert (first["status"], second["status"]) == ("UNKNOWN", "failed")
    assert len(venue.book) == 2


def test_what_is_owned_cannot_be_short(sender: Sender, venue: ScriptedVenue) -> None:
    answer = target(sender, -5)
    assert (answer.http_status, answer.body["error"]["code"]) == (422, "cannot_be_short")
    assert answer.body["error"]["field"] == "target_position"


def test_each_account_goes_its_own_way_to_the_target(sender: Sender, venue: ScriptedVenue) -> None:
    target(sender, 3)
    answer = target(sender, 5, account=None)
    quantities = [Decimal(e["quantity"]) / sender.desk.market.lot for e in answer.body["results"]]
    assert quantities == [2, 5]


def test_a_difference_below_a_lot_is_none(sender: Sender, venue: ScriptedVenue) -> None:
    target(sender, 5)
    half = sender.desk.market.lot * 5 + sender.desk.market.lot / 2
    answer = target(sender, 0, target_position=str(half))
    assert [entry["status"] for entry in answer.body["results"]] == ["unchanged"]


def test_what_fills_before_its_cancel_counts_towards_the_target(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send(account="A1")
    order = Order.objects.get()
    venue.is_deaf = True
    venue.fill(order.client_order_id)
    goal = str(sender.desk.market.lot * 10)
    cancel, to_target = (
        {"order_type": "CANCEL_ALL_ORDER"},
        {"order_type": "MARKET", "target_position": goal},
    )
    answer = sender.batch(cancel, to_target, account="A1")
    (entry,) = answer.body["results"]
    assert (entry["status"], entry["code"]) == ("unchanged", "target_reached")
    assert [each["success"] for each in answer.body["instructions"]] == [False, True]
    assert len(venue.book) == 1
    assert held(sender) == 10
