import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.orders.people import World, make_world
from tests.worlds import Market, make_user


@pytest.fixture
def world(db: None, market: Market) -> World:
    return make_world(market)


def page_of(user: User) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user)
    return client


@pytest.fixture
def admin(db: None) -> Client:
    """A superuser's."""
    return page_of(make_user("root", staff=True))


def make_staff(user: User, *permissions: str) -> User:
    user.is_staff = True
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return User.objects.get(pk=user.pk)
