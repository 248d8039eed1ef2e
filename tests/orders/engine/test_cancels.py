"""Cancels: only the venue's word makes an order CANCELLED."""

import asyncio
import threading
from dataclasses import replace

import pytest

from exchanges.vocabulary import OrderType
from orders.cancels import CancelOutcome
from orders.changes import Change, Recorded
from orders.journal import JournalUnavailable
from orders.models import Order
from orders.states import Event
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge
from tests.dsn import test_dsn
from tests.venues import Act, ScriptedCrypto, ScriptedSecurities, ScriptedVenue


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


@pytest.fixture
def unknown(bridge: RunningBridge, desk: Desk, venue: ScriptedVenue) -> int:
    """The venue has it, and nobody here knows."""
    venue.next(Act.TIME_OUT)
    (flight,) = bridge.execute(desk.draft())
    assert flight.status is OrderStatus.UNKNOWN
    return flight.order_id


def test_an_unknown_order_is_cancelled_by_its_client_id(
    bridge: RunningBridge, unknown: int, venue: ScriptedVenue
) -> None:
    outcome = _cancelled(bridge, unknown)
    assert outcome.cancelled
    assert [ref.client_order_id for ref in venue.cancels] == [Order.objects.get().client_order_id]


def test_an_unknown_order_whose_cancel_is_taken_but_not_done_yet_is_being_cancelled(
    bridge: RunningBridge, unknown: int, venue: ScriptedVenue
) -> None:
    venue.next_cancel(Act.REST)
    outcome = _cancelled(bridge, unknown)
    assert (outcome.status, _code(outcome)) == (OrderStatus.CANCELLING, "cancel_pending")


def test_no_such_order_is_no_evidence_of_an_unknown_one(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.VANISH)
    (flight,) = bridge.execute(desk.draft())
    outcome = _cancelled(bridge, flight.order_id)
    assert (outcome.status, _code(outcome)) == (OrderStatus.UNKNOWN, "order_not_found")
    assert len(venue.cancels) == 1


def test_a_cancel_of_an_unknown_order_without_an_answer_leaves_it_unknown(
    bridge: RunningBridge, unknown: int, venue: ScriptedVenue
) -> None:
    venue.next_cancel(Act.VANISH)
    outcome = _cancelled(bridge, unknown)
    assert (outcome.status, _code(outcome)) == (OrderStatus.UNKNOWN, "cancel_unknown")


def test_an_unknown_order_that_the_venue_cannot_name_is_not_said_to_be_asked_for(
    bridge: RunningBridge, unknown: int, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for adapter in (ScriptedCrypto, ScriptedSecurities):
        nameless = replace(adapter.capabilities, client_order_ids=False)
        monkeypatch.setattr(adapter, "capabilities", nameless)
    outcome = _cancelled(bridge, unknown)
    assert (outcome.status, _code(outcome)) == (OrderStatus.UNKNOWN, "outcome_unknown")
    assert venue.cancels == []


def test_an_order_that_another_process_is_sending_is_told_as_such(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    (flight,) = bridge.launch(desk.draft()).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    other = RunningBridge(test_dsn(), bridge.time).start()
    try:
        outcome = _cancelled(other, flight.order_id)
    finally:
        other.stop()
    assert (outcome.status, _code(outcome)) == (OrderStatus.SUBMITTING, "order_on_its_way")
    assert venue.cancels == []


def test_an_order_that_waits_in_another_process_is_cancelled_without_being_sent(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    flights = bridge.launch(*desk.batch(2)).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    other = RunningBridge(test_dsn(), bridge.time).start()
    try:
        assert _cancelled(other, flights[1].order_id).cancelled
    finally:
        other.stop()
    venue.release()
    bridge.landed(flights)
    assert len(venue.book) == 1


def test_what_the_venue_did_is_told_although_the_ledger_cannot_take_it(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    flights = bridge.execute(*desk.batch(2))
    record = bridge.runtime.journal.record

    async def record_no_cancel(change: Change) -> Recorded:
        if change.event is Event.CANCELLED:
            raise JournalUnavailable("the database is away")
        return await record(change)

    monkeypatch.setattr(bridge.runtime.journal, "record", record_no_cancel)
    bridge.call(bridge.runtime.follower.stop())
    outcomes = bridge.cancel(*(flight.order_id for flight in flights))
    assert [(o.cancelled, o.status) for o in outcomes] == [(True, OrderStatus.CANCELLED)] * 2
    assert len(venue.cancels) == 2


def test_a_cancel_that_could_not_even_be_written_down_is_not_sent(
    bridge: RunningBridge, resting: int, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def record(_change: Change) -> Recorded:
        raise JournalUnavailable("the database is away")

    monkeypatch.setattr(bridge.runtime.journal, "record", record)
    (outcome,) = bridge.cancel(resting)
    assert (outcome.cancelled, outcome.status) == (False, OrderStatus.NEW)
    assert _code(outcome) == "journal_unavailable"
    assert venue.cancels == []


def test_a_cancel_that_hangs_when_the_bridge_stops_has_an_outcome(
    bridge: RunningBridge, resting: int, venue: ScriptedVenue
) -> None:
    venue.next_cancel(Act.HANG)

    async def cancel_and_stop() -> list[CancelOutcome]:
        cancelling = asyncio.create_task(bridge.runtime.engine.cancel([resting], "test"))
        await asyncio.to_thread(venue.wait_for, lambda v: len(v.cancels) == 1)
        await bridge.runtime.engine.stop(patience=0)
        return await cancelling

    (outcome,) = bridge.call(cancel_and_stop())
    assert (outcome.status, _code(outcome)) == (OrderStatus.UNKNOWN, "cancel_unknown")
