"""A cancel that was promised reaches the venue, whatever becomes of the process behind it."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orders import write_ahead
from orders.drafts import CancelDraft, OrderDraft
from orders.flights import Execution
from orders.models import CancelAsk, Order, OrderTransition
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge, alert_for, new_receipt
from tests.dsn import test_dsn
from tests.orders.engine.test_recovery import DEAD, _left
from tests.venues import Act, ScriptedVenue

Restart = Callable[..., RunningBridge]


@pytest.fixture
def restart(bridge: RunningBridge, venue: ScriptedVenue) -> Iterator[Restart]:
    """Kill the bridge, and start what comes after it."""
    started: list[RunningBridge] = []

    def restart(**options: Any) -> RunningBridge:
        bridge.kill()
        venue.calm()
        started.append(RunningBridge(test_dsn(), bridge.time, **options).start())
        return started[-1]

    yield restart
    for each in started:
        each.stop()


def _resting(bridge: RunningBridge, desk: Desk) -> Order:
    (flight,) = bridge.execute(desk.draft())
    return Order.objects.get(pk=flight.order_id)


def _asked(
    bridge: RunningBridge, desk: Desk, orders: Sequence[Order], *drafts: OrderDraft
) -> Execution:
    """An alert that cancels these orders, and then sends the drafts."""
    alert = alert_for(drafts or [desk.draft()])
    cancels: Mapping[int, Sequence[int]] = {
        order.account_id: [each.pk for each in orders] for order in orders
    }
    engine = bridge.runtime.engine
    return bridge.call(engine.execute(alert, drafts, None, cancels, f"alert {alert.receipt}"))


def _status(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def _is_settled() -> bool:
    return not CancelAsk.objects.filter(settled_at=None).exists()


def _left_ask(order: Order, **changes: Any) -> CancelAsk:
    fields = {
        "order": order,
        "alert": order.alert,
        "cause": f"alert {order.alert.receipt}",
        "asked_by": DEAD,
        "asked_at": datetime.now(UTC) - timedelta(days=3),
    }
    return CancelAsk.objects.create(**fields | changes)


def test_an_order_on_the_wire_is_cancelled_after_a_kill(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, restart: Restart
) -> None:
    venue.next(Act.HANG_AFTER_ACCEPT)
    (flight,) = bridge.launch(desk.draft()).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    order = Order.objects.get(pk=flight.order_id)
    _asked(bridge, desk, [order])
    assert _status(order) == "SUBMITTING"
    later = restart()
    later.wait_until(lambda: _status(order) == "CANCELLED", step=1)
    later.wait_until(_is_settled)
    assert venue.arrivals(order.client_order_id) == 1


def test_a_cancel_that_the_venue_does_not_know_the_order_for_yet_is_repeated_when_it_does(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG_AFTER_ACCEPT)
    (flight,) = bridge.launch(desk.draft()).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    order = Order.objects.get(pk=flight.order_id)
    _asked(bridge, desk, [order])
    bridge.kill()
    venue.calm()
    venue.next_cancel(Act.REFUSE)
    later = RunningBridge(test_dsn(), bridge.time).start()
    try:
        later.wait_until(lambda: _status(order) == "CANCELLED", step=1)
        later.wait_until(_is_settled)
    finally:
        later.stop()
    assert len(venue.cancels) == 2


def test_an_order_that_was_being_cancelled_is_asked_for_again(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, restart: Restart
) -> None:
    order = _resting(bridge, desk)
    venue.next_cancel(Act.HANG)
    execution = _asked(bridge, desk, [order])
    venue.wait_for(lambda v: len(v.cancels) == 1)
    assert _status(order) == "CANCELLING"
    later = restart()
    later.wait_until(lambda: _status(order) == "CANCELLED")
    later.wait_until(_is_settled)
    assert len(venue.cancels) == 2
    assert CancelAsk.objects.get().alert_id == execution.alert_id


def test_a_cancel_asked_for_without_an_alert_outlives_its_process_too(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, restart: Restart
) -> None:
    order = _resting(bridge, desk)
    venue.next_cancel(Act.HANG)

    async def ask() -> None:
        bridge.loop.create_task(bridge.runtime.engine.cancel([order.pk], "user 1"))

    bridge.call(ask())
    venue.wait_for(lambda v: len(v.cancels) == 1)
    later = restart()
    later.wait_until(lambda: _status(order) == "CANCELLED")
    assert CancelAsk.objects.get().cause == "user 1"


def test_the_order_behind_a_cancel_goes_behind_it_after_a_kill_as_well(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, restart: Restart
) -> None:
    order = _resting(bridge, desk)
    venue.next_cancel(Act.HANG)
    (behind,) = _asked(bridge, desk, [order], desk.draft()).flights
    venue.wait_for(lambda v: len(v.cancels) == 1)
    assert len(venue.book) == 1
    left_at_arrival: list[str] = []
    venue.on_arrival = lambda _: left_at_arrival.append(str(len(venue.cancels)))
    later = restart()
    sent = Order.objects.get(pk=behind.order_id)
    later.wait_until(lambda: _status(sent) == "NEW")
    assert _status(order) == "CANCELLED"
    assert left_at_arrival == ["2"]
    steps = OrderTransition.objects.filter(
        to_status__in=["CANCELLED", "NEW"], order__in=[order, sent]
    )
    assert list(steps.order_by("id").values_list("order_id", "to_status"))[-2:] == [
        (order.pk, "CANCELLED"),
        (sent.pk, "NEW"),
    ]


def test_a_repeated_cancel_names_the_alert_that_asked_however_old_it_is(
    desk: Desk, bridge: RunningBridge, venue: ScriptedVenue, restart: Restart
) -> None:
    order = _resting(bridge, desk)
    ask = _left_ask(order)
    later = restart()
    later.wait_until(lambda: _status(order) == "CANCELLED")
    (step,) = OrderTransition.objects.filter(order=order, event="CANCEL_ASKED")
    assert step.cause == ask.cause


def test_an_order_never_sent_is_not_sent_when_its_cancel_was_promised(
    desk: Desk, bridge: RunningBridge, venue: ScriptedVenue, restart: Restart
) -> None:
    order = _left(desk.draft(), OrderStatus.PENDING)
    _left_ask(order)
    later = restart()
    later.wait_until(lambda: _status(order) == "CANCELLED")
    later.wait_until(_is_settled)
    assert (venue.book, venue.cancels) == ([], [])


@pytest.mark.parametrize("act", [Act.FILL, Act.REFUSE], ids=["cancelled", "refused"])
def test_nothing_is_asked_again_once_it_is_settled(
    *, bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, restart: Restart, act: Act
) -> None:
    order = _resting(bridge, desk)
    venue.next_cancel(act)
    _asked(bridge, desk, [order])
    bridge.wait_until(_is_settled)
    later = restart()
    later.call(later.runtime.recovery.sweep(at_start=True))
    later.wait_until(lambda: later.runtime.engine.is_idle)
    assert len(venue.cancels) == 1


def test_the_asks_of_a_finished_order_are_settled_without_the_venue(
    desk: Desk, bridge: RunningBridge, venue: ScriptedVenue, restart: Restart
) -> None:
    order = _resting(bridge, desk)
    bridge.cancel(order.pk)
    _left_ask(order)
    later = restart()
    later.wait_until(_is_settled)
    assert len(venue.cancels) == 1


def test_an_order_is_asked_for_once_however_many_wanted_it_cancelled(
    desk: Desk, bridge: RunningBridge, venue: ScriptedVenue, restart: Restart
) -> None:
    order = _resting(bridge, desk)
    _left_ask(order)
    _left_ask(order, alert=None, cause="user 1")
    later = restart()
    later.wait_until(_is_settled)
    assert _status(order) == "CANCELLED"
    assert len(venue.cancels) == 1


def test_a_living_process_is_left_to_its_own_cancels(
    desk: Desk, bridge: RunningBridge, venue: ScriptedVenue
) -> None:
    order = _resting(bridge, desk)
    ask = _left_ask(order, asked_by=bridge.runtime.process_id, asked_at=datetime.now(UTC))
    other = RunningBridge(test_dsn(), bridge.time).start()
    try:
        other.call(other.runtime.recovery.sweep(at_start=True))
        ask.refresh_from_db()
        assert ask.asked_by == bridge.runtime.process_id
    finally:
        other.stop()
    assert venue.cancels == []


def test_of_two_processes_that_find_it_one_asks_and_sends_what_goes_behind(
    desk: Desk, bridge: RunningBridge, venue: ScriptedVenue
) -> None:
    order = _resting(bridge, desk)
    other = RunningBridge(test_dsn(), bridge.time).start()
    try:
        behind = _left(desk.draft(receipt=new_receipt()), OrderStatus.PENDING)
        _left_ask(order, alert=behind.alert)
        for each in (bridge, other, bridge, other):
            each.call(each.runtime.recovery.sweep(at_start=True))
        bridge.wait_until(lambda: _status(behind) == "NEW")
        bridge.wait_until(_is_settled)
        assert _status(order) == "CANCELLED"
    finally:
        other.stop()
    assert len(venue.cancels) == 1
    assert venue.arrivals(behind.client_order_id) == 1


def test_a_process_that_dies_later_leaves_its_cancels_to_the_others(
    desk: Desk, bridge: RunningBridge, venue: ScriptedVenue
) -> None:
    other = RunningBridge(test_dsn(), bridge.time).start()
    try:
        order = _resting(bridge, desk)
        venue.next_cancel(Act.HANG)
        _asked(bridge, desk, [order])
        venue.wait_for(lambda v: len(v.cancels) == 1)
        bridge.kill()
        venue.calm()
        other.wait_until(lambda: _status(order) == "CANCELLED", step=1)
    finally:
        other.stop()


def test_an_alert_of_which_nothing_was_done_leaves_nothing_to_ask(
    desk: Desk, bridge: RunningBridge, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = _resting(bridge, desk)
    store, is_stored, goes_on = write_ahead.store, threading.Event(), threading.Event()

    def store_and_wait(*what: Any) -> Any:
        stored = store(*what)
        is_stored.set()
        goes_on.wait(10)
        return stored

    monkeypatch.setattr(write_ahead, "store", store_and_wait)
    alert = alert_for([desk.draft()])
    asked = [CancelDraft(order_id=order.pk, cause="alert")]
    writing = asyncio.run_coroutine_threadsafe(
        bridge.runtime.journal.write_ahead(alert, [], frozenset(), asked), bridge.loop
    )
    assert is_stored.wait(10)
    assert CancelAsk.objects.filter(settled_at=None).count() == 1
    writing.cancel()
    goes_on.set()
    bridge.wait_until(_is_settled)
    assert (venue.cancels, _status(order)) == ([], "NEW")
