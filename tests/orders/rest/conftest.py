import pytest
from django.test import Client

from tests.orders.people import World, client_of, make_world
from tests.worlds import Market


@pytest.fixture
def world(db: None, market: Market) -> World:
    return make_world(market)


@pytest.fixture
def client(world: World) -> Client:
    """The owner's."""
    return client_of(world.owner)
