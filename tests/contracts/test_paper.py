"""The contract, kept by the paper exchange in each of its markets."""

import pytest

from tests.contracts.rig import Rig
from tests.contracts.suite import ExchangeContract
from tests.exchanges.paper import worlds
from tests.exchanges.paper.worlds import PaperRig, PaperVenue


class TestPaperSpot(ExchangeContract):
    @pytest.fixture
    async def rig(self, venue: PaperVenue) -> Rig:
        return PaperRig(venue, worlds.SPOT)


class TestPaperFutures(ExchangeContract):
    @pytest.fixture
    async def rig(self, venue: PaperVenue) -> Rig:
        return PaperRig(venue, worlds.FUTURES)


class TestPaperDomesticStock(ExchangeContract):
    @pytest.fixture
    async def rig(self, venue: PaperVenue) -> Rig:
        return PaperRig(venue, worlds.DOMESTIC_STOCK)


class TestPaperOverseasStock(ExchangeContract):
    @pytest.fixture
    async def rig(self, venue: PaperVenue) -> Rig:
        return PaperRig(venue, worlds.OVERSEAS_STOCK)


class TestPaperDomesticFuture(ExchangeContract):
    @pytest.fixture
    async def rig(self, venue: PaperVenue) -> Rig:
        return PaperRig(venue, worlds.DOMESTIC_FUTURE)


class TestPaperOverseasFuture(ExchangeContract):
    @pytest.fixture
    async def rig(self, venue: PaperVenue) -> Rig:
        return PaperRig(venue, worlds.OVERSEAS_FUTURE)
