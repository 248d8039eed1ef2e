"""Three members of staff with every right of the room, and someone who may do all."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.strategies.conftest import World

ClientOf = Callable[[User], Client]


@pytest.fixture
def staff_of(world: World) -> ClientOf:
    """A logged-in browser of one of the three, reading English."""

    def make(user: User) -> Client:
        user.is_staff = True
        user.save()
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="strategies"))
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def desk(world: World, staff_of: ClientOf) -> Client:
    return staff_of(world.owner)


@pytest.fixture
def root(world: World, staff_of: ClientOf) -> Client:
    world.stranger.is_superuser = True
    return staff_of(world.stranger)
