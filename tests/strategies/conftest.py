"""Three people, so that every view can be asked the permission question."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings
from rest_framework.test import APIClient

from strategies.models import Account, Strategy, StrategyAccount
from strategies.snapshot import RoutesKeeper
from tests.dsn import test_dsn
from tests.strategies.vault import Vault, open_vault
from tests.worlds import Market, link, make_account, make_strategy, make_user


@dataclass(frozen=True, kw_only=True)
class World:
    """The owner's strategy on the owner's account, a mate with the same, and a stranger."""

    market: Market
    owner: User
    mate: User
    stranger: User
    strategy: Strategy
    account: Account
    link: StrategyAccount
    mates_strategy: Strategy
    mates_account: Account


@pytest.fixture(autouse=True)
def _own_addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.strategies.urls"


@pytest.fixture
def world(db: None, market: Market) -> World:
    owner, mate, stranger = make_user("owner"), make_user("mate"), make_user("stranger")
    strategy = make_strategy(owner, market)
    account = make_account(owner, market.account_type)
    return World(
        market=market,
        owner=owner,
        mate=mate,
        stranger=stranger,
        strategy=strategy,
        account=account,
        link=link(strategy, account),
        mates_strategy=make_strategy(mate, market, group_name="mates"),
        mates_account=make_account(mate, market.account_type, name="M1"),
    )


@pytest.fixture
def database_url(db: None) -> str:
    """The test's own database, which Django named after the settings were read."""
    return test_dsn()


@pytest.fixture
def keeper_of(database_url: str) -> Iterator[Callable[..., RoutesKeeper]]:
    keepers: list[RoutesKeeper] = []

    def make(url: str = database_url, poll_seconds: float = 3600) -> RoutesKeeper:
        keeper = RoutesKeeper(url, poll_seconds=poll_seconds)
        keepers.append(keeper)
        return keeper

    yield make
    for keeper in keepers:
        keeper.stop()


@pytest.fixture
def vault(market: Market) -> Iterator[type[Vault]]:
    """A venue of the market's family that wants credentials."""
    with open_vault(market.account_type) as vault:
        yield vault


@pytest.fixture
def client_of() -> Callable[..., APIClient]:
    """A REST client, in English unless asked for another language."""

    def make(user: User | None = None, language: str = "en") -> APIClient:
        client = APIClient(headers={"Accept-Language": language})
        if user is not None:
            client.force_authenticate(user)
        return client

    return make


@pytest.fixture
def owner(world: World, client_of: Callable[..., APIClient]) -> APIClient:
    client: APIClient = client_of(world.owner)
    return client


@pytest.fixture
def stranger(world: World, client_of: Callable[..., APIClient]) -> APIClient:
    client: APIClient = client_of(world.stranger)
    return client


@pytest.fixture
def mate(world: World, client_of: Callable[..., APIClient]) -> APIClient:
    client: APIClient = client_of(world.mate)
    return client
