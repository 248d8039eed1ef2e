"""A bridge with the scripted venue, as fixtures: import them where an engine is needed."""

from collections.abc import Iterator

import pytest

from orders.models import Order
from tests.bridges import Desk, RunningBridge, make_desk
from tests.dsn import test_dsn
from tests.scripted import ScriptedVenue
from tests.venues import VENUE
from tests.worlds import Market


@pytest.fixture
def venue() -> Iterator[ScriptedVenue]:
    VENUE.reset()
    yield VENUE
    VENUE.reset()


@pytest.fixture
def desk(market: Market, transactional_db: None, venue: ScriptedVenue) -> Desk:
    return make_desk(market)


@pytest.fixture
def bridge(desk: Desk, venue: ScriptedVenue) -> Iterator[RunningBridge]:
    running = RunningBridge(test_dsn()).start()
    yield running
    venue.release()
    running.stop()


@pytest.fixture
def resting(desk: Desk, bridge: RunningBridge) -> Order:
    """An order that its venue has accepted."""
    [flight] = bridge.execute(desk.draft())
    return Order.objects.get(pk=flight.order_id)
