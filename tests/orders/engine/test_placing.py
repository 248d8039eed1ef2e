"""Orders that are added to an alert which is stored already."""

from dataclasses import replace
from typing import Any

import pytest

from exchanges.vocabulary import Side
from orders.client_ids import client_order_id
from orders.drafts import OrderDraft
from orders.flights import Flight, Placed
from orders.journal import JournalUnavailable
from orders.models import Order
from orders.vocabulary import OrderRole, OrderStatus
from tests.bridges import Desk, RunningBridge
from tests.venues import Act, ScriptedVenue


@pytest.fixture
def entry(bridge: RunningBridge, desk: Desk) -> Flight:
    """Nobody guards it: what is attached to it here would be called back at once."""
    bridge.call(bridge.runtime.guard.stop())
    (flight,) = bridge.execute(desk.draft())
    return flight


def _attached(entry: OrderDraft, leg: int) -> OrderDraft:
    return replace(
        entry,
        leg=leg,
        client_order_id=client_order_id(entry.receipt, entry.instruction, entry.account.id, leg),
        side=Side.SELL,
        role=OrderRole.TAKE_PROFIT,
        is_exit=True,
        reduce_only=True,
        behind=entry.client_order_id,
    )


def _place(bridge: RunningBridge, *drafts: OrderDraft) -> Placed:
    return bridge.call(bridge.runtime.engine.place(drafts))


def test_they_are_stored_with_the_alert_and_sent(
    bridge: RunningBridge, entry: Flight, venue: ScriptedVenue
) -> None:
    drafts = [_attached(entry.draft, leg) for leg in (2, 3)]
    placed = _place(bridge, *drafts)
    flights = bridge.landed(placed.flights)
    assert [flight.status for flight in flights] == [OrderStatus.NEW, OrderStatus.NEW]
    rows = Order.objects.filter(alert__receipt=entry.draft.receipt).order_by("leg")
    assert [(row.leg, row.role) for row in rows] == [
        (0, ""),
        (2, "TAKE_PROFIT"),
        (3, "TAKE_PROFIT"),
    ]
    assert placed.known == frozenset()


def test_what_is_there_already_is_not_sent_again(
    bridge: RunningBridge, entry: Flight, venue: ScriptedVenue
) -> None:
    first, second = (_attached(entry.draft, leg) for leg in (2, 3))
    bridge.landed(_place(bridge, first).flights)
    placed = _place(bridge, first, second)
    (flight,) = bridge.landed(placed.flights)
    assert placed.known == {first.client_order_id}
    assert flight.draft.client_order_id == second.client_order_id
    assert venue.arrivals(first.client_order_id) == venue.arrivals(second.client_order_id) == 1


def test_placing_nothing_new_leaves_the_lane_free(bridge: RunningBridge, entry: Flight) -> None:
    draft = _attached(entry.draft, 2)
    bridge.landed(_place(bridge, draft).flights)
    assert _place(bridge, draft).flights == []
    bridge.wait_until(lambda: bridge.runtime.engine.is_idle)


def test_they_wait_for_their_turn_in_the_accounts_lane(
    bridge: RunningBridge, desk: Desk, entry: Flight, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    before = bridge.launch(desk.draft(symbol="OTHER"))
    venue.wait_for(lambda v: len(v.book) == 2)
    placed = _place(bridge, _attached(entry.draft, 2))
    assert [flight.status for flight in placed.flights] == [OrderStatus.PENDING]
    venue.release()
    bridge.landed([*before.flights, *placed.flights])
    assert len(venue.book) == 3


def test_a_stop_is_told_before_anything_is_stored(bridge: RunningBridge, entry: Flight) -> None:
    bridge.call(bridge.runtime.engine.stop(patience=0))
    with pytest.raises(JournalUnavailable):
        _place(bridge, _attached(entry.draft, 2))
    assert Order.objects.count() == 1


def test_without_the_ledger_nothing_is_sent_and_the_lane_goes_on(
    bridge: RunningBridge, desk: Desk, entry: Flight, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> Any:
        raise JournalUnavailable("the database is away")

    monkeypatch.setattr(bridge.runtime.journal, "add_orders", away)
    with pytest.raises(JournalUnavailable):
        _place(bridge, _attached(entry.draft, 2))
    (flight,) = bridge.execute(desk.draft())
    assert flight.status is OrderStatus.NEW
