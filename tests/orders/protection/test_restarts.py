"""A guard that starts anew goes on where another one stopped, and two of them place none twice."""

from collections.abc import Iterator

import pytest

from orders.models import Order, Position
from orders.protection.store import ProtectionStore
from orders.worker import JournalUnavailable
from tests.bridges import Desk, RunningBridge
from tests.dsn import test_dsn
from tests.orders.protection.conftest import Guarded
from tests.venues import Act, ScriptedVenue

pytestmark = pytest.mark.usefixtures("unlinked")


@pytest.fixture
def again(bridge: RunningBridge) -> Iterator[RunningBridge]:
    """A second bridge, not started yet, at the same time of day."""
    second = RunningBridge(test_dsn(), bridge.time)
    yield second
    second.stop()


def test_what_filled_while_nobody_watched_is_protected_at_the_next_start(
    bridge: RunningBridge, again: RunningBridge, guarded: Guarded
) -> None:
    bridge.stop()
    guarded.fills()
    guarded.bridge = again.start()
    guarded.comes(lambda: guarded.standing() == {"TAKE_PROFIT": 10, "STOP_LOSS": 10}, step=1)
    assert len(guarded.exits()) == 2


def test_a_restart_places_nothing_twice_and_goes_on_guarding(
    bridge: RunningBridge, again: RunningBridge, armed: Guarded, venue: ScriptedVenue
) -> None:
    bridge.stop()
    armed.bridge = again.start()
    profit, stop = armed.exits()
    again.wait_until(lambda: venue.is_watched(armed.entry.account_id), step=1)
    venue.fill(profit.client_order_id)
    armed.comes(lambda: armed.has("ENDED"), step=1)
    stop.refresh_from_db()
    assert stop.status == "CANCELLED"
    assert len(armed.exits()) == 2


def test_a_process_that_dies_while_it_places_exits_leaves_no_second_pair(
    bridge: RunningBridge, again: RunningBridge, guarded: Guarded, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    guarded.fills()
    guarded.comes(lambda: len(guarded.exits()) == 2)
    venue.wait_for(lambda v: len(v.book) == 2)
    bridge.kill()
    venue.calm()
    guarded.bridge = again.start()
    guarded.comes(lambda: guarded.standing() == {"TAKE_PROFIT": 10, "STOP_LOSS": 10}, step=1)
    for exit_ in guarded.exits():
        assert venue.arrivals(exit_.client_order_id) <= 1


@pytest.mark.parametrize("is_held", [False, True])
def test_exits_left_unsent_by_a_dead_process_go_out_only_for_a_position(
    bridge: RunningBridge,
    again: RunningBridge,
    armed: Guarded,
    venue: ScriptedVenue,
    is_held: bool,
) -> None:
    bridge.stop()
    left = [exit_.client_order_id for exit_ in armed.exits()]
    Order.objects.filter(client_order_id__in=left).update(status="PENDING", claimed_by=1)
    if not is_held:
        Position.objects.update(quantity=0)
    armed.bridge = again.start()
    armed.comes(lambda: [e.status for e in armed.exits()[:2]] == ["CANCELLED", "CANCELLED"])
    armed.comes(lambda: len(venue.book) == (5 if is_held else 3))
    assert all(venue.arrivals(name) == 1 for name in left)


def test_of_two_bridges_only_the_leader_guards(
    bridge: RunningBridge, again: RunningBridge, armed: Guarded, venue: ScriptedVenue
) -> None:
    again.start()
    profit, _ = armed.exits()
    venue.fill(profit.client_order_id, armed.lot * 4)
    armed.rests(6)
    assert len(armed.exits()) == 3
    bridge.stop()
    again.wait_until(lambda: again.runtime.leadership.is_leader)
    again.wait_until(lambda: venue.is_watched(armed.entry.account_id), step=1)
    venue.fill(profit.client_order_id)
    armed.bridge = again
    armed.comes(lambda: armed.has("ENDED"), step=1)


async def test_a_store_that_cannot_be_reached_says_so_and_can_be_stopped_twice() -> None:
    store = ProtectionStore("postgresql://postgres@/nowhere?host=/nonexistent")
    with pytest.raises(JournalUnavailable):
        await store.read(0)
    await store.stop()
    await store.stop()


def test_exits_outlive_the_alerts_age(armed: Guarded, desk: Desk) -> None:
    for exit_ in armed.exits():
        assert (exit_.expires_at - exit_.created_at).days >= 29
    assert Order.objects.count() == 3
