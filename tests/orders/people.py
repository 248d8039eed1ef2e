"""Three people and nobody, so that every view can be asked the permission question."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.test import Client

from strategies import api_tokens
from strategies.models import Account, Strategy
from tests.worlds import Market, link, make_account, make_strategy, make_user


@dataclass(frozen=True, kw_only=True)
class World:
    """The owner's and the mate's strategy, each on an account of their own; a stranger has none."""

    market: Market
    owner: User
    mate: User
    stranger: User
    strategy: Strategy
    account: Account
    mates_strategy: Strategy
    mates_account: Account


def make_world(market: Market) -> World:
    owner, mate, stranger = make_user("owner"), make_user("mate"), make_user("stranger")
    strategy = make_strategy(owner, market)
    account = make_account(owner, market.account_type)
    mates_strategy = make_strategy(mate, market, group_name="mates")
    mates_account = make_account(mate, market.account_type, name="account of the mate")
    link(strategy, account)
    link(mates_strategy, mates_account)
    return World(
        market=market,
        owner=owner,
        mate=mate,
        stranger=stranger,
        strategy=strategy,
        account=account,
        mates_strategy=mates_strategy,
        mates_account=mates_account,
    )


def client_of(user: User | None, *, language: str = "en") -> Client:
    """A client with the user's API token."""
    headers = {"Accept-Language": language}
    if user is not None:
        headers["Authorization"] = f"Token {api_tokens.issue(user, 'test')}"
    return Client(headers=headers)
