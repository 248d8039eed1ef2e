"""An unknown outcome counts in every process, and is forgotten in every process, at once."""

from collections.abc import Iterator

import pytest

from orders.models import Order
from tests.bridges import Desk, RunningBridge
from tests.dsn import test_dsn
from tests.venues import Act, ScriptedVenue


@pytest.fixture
def other(bridge: RunningBridge, venue: ScriptedVenue) -> Iterator[RunningBridge]:
    """Another process; its time stands still, so that nothing there happens by the clock."""
    running = RunningBridge(test_dsn()).start()
    yield running
    venue.release()
    running.stop()


def _blocks(bridge: RunningBridge, desk: Desk) -> bool:
    return bridge.runtime.engine.unknowns.blocks((desk.accounts[0].pk, desk.market.symbol))


def test_an_opening_order_waits_for_an_outcome_that_is_unknown_elsewhere(
    bridge: RunningBridge, other: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.TIME_OUT)
    bridge.execute(desk.draft())
    other.wait_until(lambda: _blocks(other, desk))
    (flight,) = other.execute(desk.draft())
    assert flight.reason is not None
    assert flight.reason.code == "outcome_unknown_pending"
    assert len(venue.book) == 1


def test_an_outcome_that_was_resolved_elsewhere_holds_up_nobody(
    bridge: RunningBridge, other: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.TIME_OUT)
    (flight,) = bridge.execute(desk.draft())
    other.wait_until(lambda: _blocks(other, desk))
    (outcome,) = bridge.cancel(flight.order_id)
    assert outcome.cancelled
    other.wait_until(lambda: not _blocks(other, desk))
    assert Order.objects.get().status == "CANCELLED"
