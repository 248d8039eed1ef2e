"""What every test may ask for."""

from collections.abc import Iterator

import pytest
from django.db import connections

from tests.worlds import MARKETS, Market


@pytest.fixture(params=MARKETS, ids=lambda market: market.name)
def market(request: pytest.FixtureRequest) -> Market:
    """The same test for a crypto account and for a securities account."""
    market: Market = request.param
    return market


@pytest.fixture(autouse=True)
def _no_connection_outlives_its_test() -> Iterator[None]:
    yield
    connections.close_all()
