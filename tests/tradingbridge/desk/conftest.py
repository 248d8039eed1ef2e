"""Three people: the owner of what is shown, a stranger, and the operator."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.test import Client

from strategies.models import Account, Strategy
from tests.worlds import Market, link, make_account, make_strategy, make_user


@pytest.fixture
def owner(db: None) -> User:
    return make_user("owner")


@pytest.fixture
def stranger(db: None) -> User:
    return make_user("stranger")


@pytest.fixture
def operator(db: None) -> User:
    return make_user("operator", staff=True)


@pytest.fixture
def strategy(owner: User, market: Market) -> Strategy:
    return make_strategy(owner, market, group_name="momentum")


@pytest.fixture
def account(owner: User, strategy: Strategy, market: Market) -> Account:
    account = make_account(owner, market.account_type, name="Paper one")
    link(strategy, account, capital=Decimal(10_000))
    return account


def page(user: User, path: str = "/", language: str = "en", status: int = 200) -> str:
    client = Client(headers={"Accept-Language": language})
    client.force_login(user)
    response = client.get(path)
    assert response.status_code == status
    return response.content.decode()
