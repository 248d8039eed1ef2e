"""What every test may ask for."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.test import override_settings

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


@pytest.fixture(autouse=True, scope="session")
def _passwords_are_hashed_quickly() -> Iterator[None]:
    """The real hash takes half a second by design, and every world has users."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
