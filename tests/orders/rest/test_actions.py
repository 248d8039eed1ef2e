"""Cancelling an order and closing a position, through a running engine."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from exchanges.vocabulary import OrderType, Side
from orders.models import Alert, Order, Position
from orders.rest import closing
from tests.bridges import Desk, RunningBridge
from tests.orders.people import client_of
from tests.orders.rows import hold, make_order
from tests.orders.scripted import bridge, desk, resting, venue
from tests.scripted import PRICE, Act, ScriptedVenue

__all__ = ["bridge", "desk", "resting", "venue"]


@pytest.fixture
def client(desk: Desk) -> Client:
    return client_of(desk.owner)


@pytest.fixture
def position(desk: Desk, bridge: RunningBridge) -> Position:
    """A long of ten lots, from a fill at the venue."""
    bridge.execute(desk.draft(order_type=OrderType.MARKET, price=None))
    return Position.objects.get()


def cancel(client: Client, order: Order) -> Any:
    return client.post(f"/api/orders/{order.pk}/cancel/")


def close(client: Client, position: Position) -> Any:
    return client.post(f"/api/positions/{position.pk}/close/")


def test_a_resting_order_is_cancelled_at_its_venue(
    client: Client, resting: Order, venue: ScriptedVenue
) -> None:
    answer = cancel(client, resting)
    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLED")
    assert [ref.client_order_id for ref in venue.cancels] == [resting.client_order_id]
    last = Order.objects.get(pk=resting.pk).transitions.order_by("id").last()
    assert last is not None
    assert last.to_status == "CANCELLED"


def test_a_finished_order_is_not_cancelled_again(
    client: Client, resting: Order, venue: ScriptedVenue
) -> None:
    cancel(client, resting)
    answer = cancel(client, resting)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "order_not_open")
    assert len(venue.cancels) == 1


def test_an_order_that_filled_first_is_a_conflict(
    client: Client, resting: Order, venue: ScriptedVenue
) -> None:
    venue.is_deaf = True
    venue.fill(resting.client_order_id)
    answer = cancel(client, resting)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "filled_before_cancel")


def test_a_cancel_of_unknown_outcome_is_not_called_done(
    client: Client, resting: Order, venue: ScriptedVenue
) -> None:
    venue.next_cancel(Act.VANISH)
    answer = cancel(client, resting)
    assert answer.status_code == 202
    assert answer.json()["status"] in ("CANCELLING", "UNKNOWN")


def test_a_cancel_that_the_venue_refuses_says_why(
    client: Client, resting: Order, venue: ScriptedVenue
) -> None:
    venue.next_cancel(Act.REFUSE)
    answer = cancel(client, resting)
    assert answer.status_code == 409
    assert answer.json()["error"]["message"] == "insufficient_balance (test)"


def test_without_an_engine_nothing_is_cancelled(desk: Desk) -> None:
    order = make_order(desk.strategy, desk.accounts[0], desk.market)
    answer = cancel(client_of(desk.owner), order)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "engine_not_running")


def test_a_position_is_closed_by_one_reducing_order(
    client: Client, position: Position, venue: ScriptedVenue
) -> None:
    answer = close(client, position)
    order = answer.json()
    assert answer.status_code == 201
    assert (order["side"], order["order_type"], order["status"]) == ("SELL", "MARKET", "FILLED")
    assert order["quantity"] == f"{position.quantity.normalize():f}"
    assert Position.objects.get().quantity == 0
    sent = venue.book[-1].request
    assert (sent.side, sent.reduce_only, sent.reference_price) == (Side.SELL, True, PRICE)


def test_a_closing_has_a_receipt_of_its_own(client: Client, position: Position) -> None:
    order = close(client, position).json()
    trail = client.get(f"/api/receipts/{order['receipt']}").json()
    assert trail["reading"] == {"source": "rest"}
    assert [each["id"] for each in trail["orders"]] == [order["id"]]
    assert Alert.objects.get(receipt=order["receipt"]).strategy_id == position.strategy_id


def test_a_short_position_is_bought_back(client: Client, desk: Desk, bridge: RunningBridge) -> None:
    short = hold(desk.strategy, desk.accounts[0], desk.market, -desk.market.lot)
    assert close(client, short).json()["side"] == "BUY"


def test_a_flat_position_is_not_closed(client: Client, position: Position) -> None:
    close(client, position)
    answer = close(client, position)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "nothing_to_close")


def test_less_than_a_lot_cannot_be_closed(
    client: Client, desk: Desk, bridge: RunningBridge, venue: ScriptedVenue
) -> None:
    dust = hold(desk.strategy, desk.accounts[0], desk.market, desk.market.lot / 2)
    answer = close(client, dust)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "nothing_to_close")
    assert venue.book == []


@pytest.mark.parametrize("outcome", [Act.TIME_OUT, Act.REST])
def test_a_position_that_may_be_closed_already_is_not_closed_again(
    client: Client, position: Position, venue: ScriptedVenue, outcome: Act
) -> None:
    venue.next(outcome)
    assert close(client, position).status_code == 201
    answer = close(client, position)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "close_in_progress")
    assert len(venue.book) == 2


def test_only_what_nothing_else_is_closing_is_closed(
    client: Client, desk: Desk, bridge: RunningBridge, position: Position, venue: ScriptedVenue
) -> None:
    exit_ = desk.draft(side=Side.SELL, quantity=desk.market.lot * 4, reduce_only=True)
    bridge.execute(exit_)
    assert close(client, position).status_code == 201
    assert venue.book[-1].request.quantity == position.quantity - exit_.quantity


def test_of_two_closings_at_one_instant_one_is_sent(
    position: Position, bridge: RunningBridge, venue: ScriptedVenue
) -> None:
    """Both looked before either was stored."""

    twins = [closing.closing_of(position, "") for _ in range(2)]

    async def both() -> list[Any]:
        closings = (closing.close(bridge.runtime, twin) for twin in twins)
        return await asyncio.gather(*closings, return_exceptions=True)

    outcomes = bridge.call(both())
    assert sorted(isinstance(outcome, int) for outcome in outcomes) == [False, True]
    assert len(venue.book) == 2


def test_a_refused_closing_is_told_as_the_order_that_it_is(
    client: Client, position: Position, venue: ScriptedVenue
) -> None:
    venue.next(Act.REFUSE)
    order = close(client, position).json()
    assert (order["status"], order["error"]["code"]) == ("REJECTED", "insufficient_balance")
    assert close(client, position).json()["status"] == "FILLED"


def test_without_an_engine_nothing_is_closed(desk: Desk) -> None:
    held = hold(desk.strategy, desk.accounts[0], desk.market, Decimal(1))
    answer = close(client_of(desk.owner), held)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "engine_not_running")
    assert Order.objects.count() == 0
