"""Exits of what is protected: the orders that guard it make way first."""

from typing import Any

import pytest

from orders.models import Order, OrderTransition, Position
from orders.vocabulary import OrderRole, OrderStatus
from tests.venues import ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks.answers import Answer

MARGINED = {
    "crypto": {"market_type": "FUTURES"},
    "securities": {"market_type": "DOMESTIC_FUTUREOPTION", "symbol": "101W09"},
}
OWNED: dict[str, dict[str, str]] = {"crypto": {}, "securities": {}}
MARKET = {"order_type": "MARKET", "price": None, "account": "A1"}


def protected(sender: Sender, market: dict[str, str]) -> Order:
    """Ten lots, and a take-profit for them that rests at the venue."""
    sender.send(**MARKET, **market)
    take_profit = {"order_type": "LIMIT", "price": "200", "side": "sell", "reduce_only": True}
    sender.send(**take_profit, account="A1", **market)
    order = Order.objects.latest("id")
    order.role, order.is_exit = OrderRole.TAKE_PROFIT, True
    order.save()
    return order


def leave(sender: Sender, percent: int, market: dict[str, str], **changes: Any) -> Answer:
    return sender.send(**MARKET, side=None, qty=None, qty_per=str(percent), **market, **changes)


def status(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


@pytest.mark.parametrize("markets", [OWNED, MARGINED], ids=["owned", "margined"])
def test_an_exit_of_all_cancels_them_and_then_closes(
    sender: Sender, venue: ScriptedVenue, markets: dict[str, dict[str, str]]
) -> None:
    market = markets[sender.desk.market.name]
    order = protected(sender, market)
    heard: list[int] = []
    venue.on_arrival = lambda _: heard.append(len(venue.cancels))
    assert leave(sender, -100, market).body["success"] is True
    assert status(order) == OrderStatus.CANCELLED
    assert heard == [1]
    assert Position.objects.get().quantity == 0


def test_they_are_cancelled_for_the_exit_s_sake(sender: Sender, venue: ScriptedVenue) -> None:
    order = protected(sender, {})
    receipt = leave(sender, -100, {}).body["receipt"]
    asked = OrderTransition.objects.get(order=order, event="CANCEL_ASKED")
    assert asked.cause == f"exit {receipt}"


def test_a_sender_s_own_cancel_in_the_same_batch_goes_before(
    sender: Sender, venue: ScriptedVenue
) -> None:
    order = protected(sender, {})
    answer = sender.batch(
        {"order_type": "CANCEL_ALL_ORDER"},
        {"order_type": "MARKET", "qty_per": "-100"},
        account="A1",
    )
    asked = OrderTransition.objects.get(order=order, event="CANCEL_ASKED")
    assert asked.cause == f"alert {answer.body['receipt']}"
    assert len(venue.cancels) == 1


def test_a_part_leaves_them_where_they_hold_nothing(sender: Sender, venue: ScriptedVenue) -> None:
    market = MARGINED[sender.desk.market.name]
    order = protected(sender, market)
    assert leave(sender, -50, market).body["success"] is True
    assert status(order) == OrderStatus.NEW


@pytest.mark.parametrize(
    "sale",
    [
        {"qty_per": "-50", "qty": None, "side": None},
        {"qty": "1", "side": "sell"},
        {"target_position": "0.00001", "qty": None, "side": None},
    ],
)
def test_where_they_hold_what_is_owned_every_sale_needs_them_gone(
    sender: Sender, venue: ScriptedVenue, sale: dict[str, Any]
) -> None:
    order = protected(sender, {})
    sender.send(**MARKET, **sale)
    assert status(order) == OrderStatus.CANCELLED


def test_an_exit_that_cannot_go_leaves_them_alone(sender: Sender, venue: ScriptedVenue) -> None:
    order = protected(sender, {})
    answer = leave(sender, -1, {})
    assert answer.body["results"][0]["code"] == "zero_quantity"
    assert status(order) == OrderStatus.NEW


def test_they_never_count_as_closing(sender: Sender, venue: ScriptedVenue) -> None:
    market = MARGINED[sender.desk.market.name]
    protected(sender, market)
    answer = leave(sender, -50, market)
    assert answer.body["results"][0]["quantity"] == f"{sender.desk.market.lot * 5:f}"
