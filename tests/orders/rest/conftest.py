from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.orders.people import World, client_of, make_world
from tests.worlds import Market


@pytest.fixture(autouse=True)
def _static_folder(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.orders.temp_urls"
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)


@pytest.fixture
def world(db: None, market: Market) -> World:
    return make_world(market)


@pytest.fixture
def client(world: World) -> Client:
    """The owner's."""
    return client_of(world.owner)
