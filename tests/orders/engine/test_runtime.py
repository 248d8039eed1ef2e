import asyncio

import psycopg2
import pytest

from orders import runtime as runtimes
from orders.journal import JournalUnavailable
from orders.models import Order
from orders.runtime import NotRunning, Runtime
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge, bridge_in_this_loop
from tests.dsn import test_dsn
from tests.venues import Act, ScriptedVenue


def test_nobody_is_current_before_the_start() -> None:
    with pytest.raises(NotRunning):
        runtimes.current()


def test_a_call_without_a_bridge_is_refused_and_awaits_nothing() -> None:
    async def never() -> None:
        pytest.fail("it was awaited")

    with pytest.raises(NotRunning):
        runtimes.call(never(), 1)


def test_a_running_bridge_is_ready(bridge: RunningBridge) -> None:
    assert bridge.runtime.ready() == {"database": True, "journal": True, "engine": True}


def test_a_stopped_bridge_is_not_ready(bridge: RunningBridge) -> None:
    bridge.stop()
    assert not any(bridge.runtime.ready().values())


def test_a_thread_calls_into_the_bridges_loop(bridge: RunningBridge) -> None:
    async def loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    assert runtimes.call(loop(), 5) is bridge.runtime.loop


def test_starting_and_stopping_twice_is_harmless(bridge: RunningBridge) -> None:
    bridge.call(bridge.runtime.start())
    bridge.call(bridge.runtime.stop(), timeout=30)
    bridge.call(bridge.runtime.stop(), timeout=30)


def test_a_bridge_without_a_database_does_not_start(venue: ScriptedVenue) -> None:
    nowhere = RunningBridge("postgresql://postgres@/nowhere?host=/nonexistent")
    with pytest.raises((psycopg2.Error, JournalUnavailable)):
        nowhere.start()


def test_subscribers_hear_of_committed_events(desk: Desk, venue: ScriptedVenue) -> None:
    heard: list[str] = []
    bridge = RunningBridge(test_dsn())
    bridge.runtime.subscribe("order_events", heard.append)
    bridge.start()
    try:
        bridge.wait_until(lambda: len(heard) == 1)
        bridge.execute(desk.draft())
        bridge.wait_until(lambda: len(heard) > 1)
    finally:
        bridge.stop()


def test_subscribing_to_a_running_bridge_is_refused(bridge: RunningBridge) -> None:
    with pytest.raises(RuntimeError, match="before"):
        bridge.runtime.subscribe("order_events", print)


def test_stopping_waits_for_what_is_on_the_wire(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    bridge.launch(desk.draft())
    venue.wait_for(lambda v: len(v.book) == 1)

    async def stop_and_release() -> None:
        stopping = asyncio.create_task(bridge.runtime.engine.stop())
        await asyncio.sleep(0)
        venue.release()
        await stopping

    bridge.call(stop_and_release())
    assert Order.objects.get().status == OrderStatus.NEW


def test_an_order_that_hangs_at_the_stop_is_unknown_and_what_waits_behind_it_is_pending(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    flights = bridge.launch(*desk.batch(2)).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    bridge.call(bridge.runtime.engine.stop(patience=0.01))
    assert list(Order.objects.order_by("id").values_list("status", flat=True)) == [
        "UNKNOWN",
        "PENDING",
    ]
    assert all(flight.done.done() for flight in flights)


def test_a_stopping_engine_takes_no_more_alerts(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    bridge.call(bridge.runtime.engine.stop())
    with pytest.raises(JournalUnavailable):
        bridge.launch(desk.draft())
    assert not Order.objects.exists()


def test_a_restart_takes_up_what_waited(desk: Desk, venue: ScriptedVenue) -> None:
    first = RunningBridge(test_dsn()).start()
    venue.next(Act.HANG)
    first.launch(*desk.batch(2))
    venue.wait_for(lambda v: len(v.book) == 1)
    first.call(first.runtime.engine.stop(patience=0.01))
    first.stop()
    with_unknown = Order.objects.earliest("id")
    assert with_unknown.status == OrderStatus.UNKNOWN
    second = RunningBridge(test_dsn()).start()
    try:
        last = Order.objects.latest("id")
        second.wait_until(
            lambda: not Order.objects.filter(status__in=["PENDING", "UNKNOWN"]).exists(), step=1
        )
        last.refresh_from_db()
    finally:
        second.stop()
    # It was refused, since the order before it in its lane was unknown when its turn came.
    assert (last.status, last.error_code) == ("FAILED", "outcome_unknown_pending")
    assert len(venue.book) == 1


async def test_a_bridge_runs_in_the_loop_that_starts_it(
    transactional_db: None, venue: ScriptedVenue
) -> None:
    async with bridge_in_this_loop(test_dsn()) as runtime:
        assert runtimes.current() is runtime
        assert runtime.loop is asyncio.get_running_loop()


def test_a_runtime_needs_no_loop_to_be_made() -> None:
    runtime = Runtime("postgresql://postgres@/nowhere?host=/nonexistent")
    with pytest.raises(NotRunning):
        _ = runtime.loop
