import pytest

from tests.contracts.rig import Rig
from tests.exchanges.paper import worlds
from tests.exchanges.paper.fixtures import paper_database, venue
from tests.exchanges.paper.worlds import PaperRig, PaperVenue

__all__ = ["paper_database", "rig", "venue"]


@pytest.fixture(params=[worlds.SPOT, worlds.DOMESTIC_STOCK], ids=["crypto", "securities"])
async def rig(request: pytest.FixtureRequest, venue: PaperVenue) -> Rig:
    return PaperRig(venue, request.param)
