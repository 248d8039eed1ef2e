"""What is committed while the bridge stops is sent, or recorded as not sent."""

import asyncio
from typing import Any

import pytest

from exchanges.messages import ExchangeAccount
from orders.flights import Execution
from orders.models import Order
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge, alert_for
from tests.venues import Act, ScriptedVenue


class Commit:
    """A commit that is under way until a test lets it through."""

    def __init__(self, bridge: RunningBridge, desk: Desk) -> None:
        self.bridge = bridge
        self.draft = desk.draft()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self._write_ahead = bridge.runtime.journal.write_ahead
        vars(bridge.runtime.journal)["write_ahead"] = self._slow

    async def _slow(self, *what: Any) -> Any:
        self.begun.set()
        await self.go_on.wait()
        return await self._write_ahead(*what)

    async def stopped(self, patience: float) -> Execution:
        """The commit goes through after the stop was asked for: without patience, too late."""
        engine = self.bridge.runtime.engine
        committing = asyncio.create_task(engine.execute(alert_for([self.draft]), [self.draft]))
        await self.begun.wait()
        stopping = asyncio.create_task(engine.stop(patience=patience))
        await asyncio.sleep(0)
        self.go_on.set()
        await stopping
        return await committing


@pytest.fixture
def commit(bridge: RunningBridge, desk: Desk) -> Commit:
    return Commit(bridge, desk)


def test_an_order_that_is_committed_in_time_is_sent(
    bridge: RunningBridge, commit: Commit, venue: ScriptedVenue
) -> None:
    execution = bridge.call(commit.stopped(patience=5))
    bridge.landed(execution.flights)
    assert len(venue.book) == 1
    assert Order.objects.get().status == OrderStatus.NEW


def test_an_order_that_is_committed_too_late_is_recorded_as_not_sent(
    bridge: RunningBridge, commit: Commit, venue: ScriptedVenue
) -> None:
    execution = bridge.call(commit.stopped(patience=0))
    bridge.landed(execution.flights)
    order = Order.objects.get()
    assert (order.status, order.error_code) == (OrderStatus.FAILED, "bridge_stopped")
    assert venue.book == []


def test_an_order_whose_adapter_is_still_being_opened_is_recorded_as_not_sent(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_account: ExchangeAccount) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(bridge.runtime.exchanges, "ready", lambda _account: None)
    monkeypatch.setattr(bridge.runtime.exchanges, "of", never)
    bridge.launch(desk.draft())
    bridge.call(bridge.runtime.engine.stop(patience=0))
    order = Order.objects.get()
    assert (order.status, order.error_code) == (OrderStatus.FAILED, "bridge_stopped")


def test_an_order_that_is_just_being_claimed_is_not_left_as_being_sent(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    """The claim goes through, and its answer comes too late."""
    journal = bridge.runtime.journal
    claim = journal.claim
    claimed = asyncio.Event()

    async def slow(order_ids: Any, trimmed: Any) -> frozenset[int]:
        await claim(order_ids, trimmed)
        claimed.set()
        await asyncio.Event().wait()
        raise AssertionError

    vars(journal)["claim"] = slow
    venue.next(Act.HANG)
    bridge.launch(*desk.batch(2))
    venue.wait_for(lambda v: len(v.book) == 1)
    venue.release()
    bridge.call(claimed.wait())
    bridge.call(bridge.runtime.engine.stop(patience=0))
    order = Order.objects.latest("id")
    assert (order.status, order.error_code) == (OrderStatus.FAILED, "bridge_stopped")


def test_an_order_that_waits_in_its_lane_stays_pending(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    bridge.launch(*desk.batch(2))
    venue.wait_for(lambda v: len(v.book) == 1)

    async def stop() -> None:
        stopping = asyncio.create_task(bridge.runtime.engine.stop())
        await asyncio.sleep(0)
        venue.release()
        await stopping

    bridge.call(stop())
    assert list(Order.objects.order_by("id").values_list("status", flat=True)) == ["NEW", "PENDING"]
