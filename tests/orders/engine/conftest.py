"""A bridge with the scripted venue, for a crypto and for a securities account."""

from collections.abc import Iterator

import pytest

from tests.bridges import Desk, RunningBridge, make_desk
from tests.dsn import test_dsn
from tests.venues import VENUE, ScriptedVenue
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
