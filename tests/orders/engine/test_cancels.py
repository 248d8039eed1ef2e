"""Cancels: only the venue's word makes an order CANCELLED."""

import threading

import pytest

from exchanges.vocabulary import OrderType
from orders.cancels import CancelOutcome
from orders.models import Order
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge
from tests.venues import Act, ScriptedVenue


@pytest.fixture
def resting(bridge: RunningBridge, desk: Desk) -> int:
    (flight,) = bridge.execute(desk.draft())
    return flight.order_id


def _cancelled(bridge: RunningBridge, order_id: int) -> CancelOutcome:
    (outcome,) = bridge.cancel(order_id)
    assert Order.objects.get(pk=order_id).status == outcome.status
    return outcome


def _code(outcome: CancelOutcome) -> str:
    return outcome.reason.code if outcome.reason else ""


def test_a_resting_order_is_cancelled_at_the_venue(
    bridge: RunningBridge, resting: int, venue: ScriptedVenue
) -> None:
    outcome = _cancelled(bridge, resting)
    assert outcome.cancelled
    assert outcome.status is OrderStatus.CANCELLED
    assert [ref.exchange_order_id for ref in venue.cancels] == [
        Order.objects.get().exchange_order_id
    ]


def test_a_fill_that_came_first_is_a_fill(
    bridge: RunningBridge, resting: int, desk: Desk, venue: ScriptedVenue
) -> None:
    bridge.wait_until(lambda: venue.is_watched(desk.accounts[0].pk))
    bridge.call(bridge.runtime.follower.stop())
    venue.fill(Order.objects.get().client_order_id)
    outcome = _cancelled(bridge, resting)
    assert not outcome.cancelled
    assert (outcome.status, _code(outcome)) == (OrderStatus.FILLED, "filled_before_cancel")


def test_a_refused_cancel_leaves_the_order_open(
    bridge: RunningBridge, resting: int, venue: ScriptedVenue
) -> None:
    venue.next_cancel(Act.REFUSE)
    outcome = _cancelled(bridge, resting)
    assert (outcome.cancelled, outcome.status) == (False, OrderStatus.NEW)
    assert _code(outcome) == "insufficient_balance"


def test_a_cancel_the_venue_has_not_done_yet_is_pending(
    bridge: RunningBridge, resting: int, venue: ScriptedVenue
) -> None:
    venue.next_cancel(Act.REST)
    outcome = _cancelled(bridge, resting)
    assert (outcome.cancelled, outcome.status) == (False, OrderStatus.CANCELLING)
    assert _code(outcome) == "cancel_pending"


@pytest.mark.parametrize("act", [Act.TIME_OUT, Act.VANISH, Act.BREAK])
def test_a_cancel_without_an_answer_leaves_the_order_unknown(
    bridge: RunningBridge, resting: int, venue: ScriptedVenue, act: Act
) -> None:
    venue.next_cancel(act)
    outcome = _cancelled(bridge, resting)
    assert (outcome.cancelled, outcome.status) == (False, OrderStatus.UNKNOWN)
    assert _code(outcome) == "cancel_unknown"
    assert len(venue.cancels) == 1


@pytest.mark.parametrize(
    ("act", "status"), [(Act.TIME_OUT, OrderStatus.CANCELLED), (Act.VANISH, OrderStatus.NEW)]
)
def test_an_unknown_cancel_is_resolved_by_what_the_venue_shows(
    bridge: RunningBridge, resting: int, venue: ScriptedVenue, act: Act, status: OrderStatus
) -> None:
    venue.next_cancel(act)
    bridge.cancel(resting)
    bridge.wait_until(lambda: Order.objects.get().status == status, step=1)


def test_a_finished_order_is_not_cancelled(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    (flight,) = bridge.execute(desk.draft(order_type=OrderType.MARKET))
    outcome = _cancelled(bridge, flight.order_id)
    assert (outcome.cancelled, outcome.status) == (False, OrderStatus.FILLED)
    assert venue.cancels == []


def test_an_order_that_is_not_ours_is_not_found(bridge: RunningBridge) -> None:
    (outcome,) = bridge.cancel(987_654)
    assert (outcome.cancelled, _code(outcome)) == (False, "order_not_found")


def test_an_order_that_waits_in_its_lane_is_cancelled_without_being_sent(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    flights = bridge.launch(*desk.batch(2)).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    assert _cancelled(bridge, flights[1].order_id).cancelled
    venue.release()
    bridge.landed(flights)
    assert flights[1].status is OrderStatus.CANCELLED
    assert len(venue.book) == 1


def test_an_order_on_the_wire_is_cancelled_once_it_is_acknowledged(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    (flight,) = bridge.launch(desk.draft()).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    outcomes: list[CancelOutcome] = []
    asking = threading.Thread(target=lambda: outcomes.extend(bridge.cancel(flight.order_id)))
    asking.start()
    venue.release()
    asking.join(timeout=10)
    assert [outcome.cancelled for outcome in outcomes] == [True]
    assert Order.objects.get().status == OrderStatus.CANCELLED


def test_one_cancel_that_fails_does_not_stop_the_others(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    flights = bridge.execute(*desk.batch(2))
    venue.next_cancel(Act.BREAK)
    outcomes = bridge.cancel(*(flight.order_id for flight in flights))
    assert [outcome.cancelled for outcome in outcomes] == [False, True]


def test_a_fill_after_the_cancel_still_counts(
    bridge: RunningBridge, resting: int, desk: Desk, venue: ScriptedVenue
) -> None:
    other = desk.draft(symbol="OTHER")
    bridge.execute(other)
    bridge.wait_until(lambda: venue.is_watched(desk.accounts[0].pk))
    bridge.cancel(resting)
    order = Order.objects.get(pk=resting)
    venue.fill(order.client_order_id, desk.market.lot)
    bridge.wait_until(lambda: Order.objects.get(pk=resting).filled_quantity == desk.market.lot)
    assert Order.objects.get(pk=resting).status == OrderStatus.CANCELLED
