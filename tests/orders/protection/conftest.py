"""A bridge that leads, with the scripted venue, and an entry with both exits attached."""

from collections.abc import Callable, Iterator

import pytest

from orders.models import Order, Protection
from orders.vocabulary import OrderRole
from tests.bridges import Desk, RunningBridge, make_desk
from tests.dsn import test_dsn
from tests.venues import VENUE, ScriptedVenue, without
from tests.worlds import Market


@pytest.fixture
def venue() -> Iterator[ScriptedVenue]:
    VENUE.reset()
    yield VENUE
    VENUE.reset()


@pytest.fixture
def unlinked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The venue leaves it to the bridge to keep the exits of a pair in step."""
    without(monkeypatch, "linked_exits")


@pytest.fixture
def desk(market: Market, transactional_db: None, venue: ScriptedVenue) -> Desk:
    return make_desk(market)


@pytest.fixture
def bridge(desk: Desk, venue: ScriptedVenue) -> Iterator[RunningBridge]:
    running = RunningBridge(test_dsn()).start()
    running.wait_until(lambda: running.runtime.leadership.is_leader)
    yield running
    venue.release()
    running.stop()


class Guarded:
    """An entry of ten lots and its exits, as the ledger has them now."""

    def __init__(self, bridge: RunningBridge, desk: Desk, venue: ScriptedVenue) -> None:
        self.bridge, self.desk, self.venue = bridge, desk, venue
        self.lot = desk.market.lot
        price = desk.market.price
        draft = desk.draft(take_profit=price + 1000, stop_loss=price - 1000)
        (flight,) = bridge.execute(draft)
        self.entry = Order.objects.get(pk=flight.order_id)

    def fills(self, lots: int | None = None) -> None:
        self.venue.fill(self.entry.client_order_id, None if lots is None else self.lot * lots)

    def exits(self, role: OrderRole | None = None) -> list[Order]:
        found = Order.objects.filter(behind=self.entry.client_order_id).order_by("leg")
        return list(found.filter(role=role) if role else found)

    def standing(self) -> dict[str, int]:
        """The lots that rest for each role."""
        return {
            exit_.role: int((exit_.quantity - exit_.filled_quantity) / self.lot)
            for exit_ in self.exits()
            if exit_.status in {"NEW", "PARTIALLY_FILLED"}
        }

    def rests(self, lots: int) -> None:
        """Wait until both exits rest with so many lots, and nothing else of this entry is open."""
        wanted = {"TAKE_PROFIT": lots, "STOP_LOSS": lots}
        self.comes(lambda: self.standing() == (wanted if lots else {}) and not self.in_motion())

    def in_motion(self) -> bool:
        moving = {"PENDING", "SUBMITTING", "CANCELLING", "UNKNOWN"}
        return any(exit_.status in moving for exit_ in self.exits())

    def comes(self, fact: Callable[[], bool], *, step: float = 0) -> None:
        self.bridge.wait_until(fact, step=step)

    @property
    def protection(self) -> Protection:
        return Protection.objects.get(entry=self.entry)

    def has(self, status: str) -> bool:
        return Protection.objects.filter(entry=self.entry, status=status).exists()


@pytest.fixture
def guarded(bridge: RunningBridge, desk: Desk, venue: ScriptedVenue) -> Guarded:
    """It rests at the venue, and is followed."""
    made = Guarded(bridge, desk, venue)
    bridge.wait_until(lambda: venue.is_watched(desk.accounts[0].pk))
    return made


@pytest.fixture
def armed(guarded: Guarded) -> Guarded:
    """It filled whole, and both exits rest."""
    guarded.fills()
    guarded.rests(10)
    return guarded
