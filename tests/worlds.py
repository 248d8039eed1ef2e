"""Worlds that tests start from: a user, a strategy, linked accounts. Change one fact, then look."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from exchanges.vocabulary import AccountType, MarketType
from strategies.models import Account, Strategy, StrategyAccount


@dataclass(frozen=True, kw_only=True)
class Market:
    """One family's market, with an order that fits it. `other` is a market of the other family."""

    name: str
    market_type: MarketType
    symbol: str
    quote: str
    price: Decimal
    lot: Decimal
    other: MarketType

    @property
    def account_type(self) -> AccountType:
        return self.market_type.family


MARKETS = (
    Market(
        name="crypto",
        market_type=MarketType.SPOT,
        symbol="BTC/USDT",
        quote="USDT",
        price=Decimal(90000),
        lot=Decimal("0.00001"),
        other=MarketType.DOMESTIC_STOCK,
    ),
    Market(
        name="securities",
        market_type=MarketType.DOMESTIC_STOCK,
        symbol="005930",
        quote="KRW",
        price=Decimal(70000),
        lot=Decimal(1),
        other=MarketType.SPOT,
    ),
)


def make_user(username: str = "trader", *, staff: bool = False) -> User:
    return get_user_model().objects.create_user(
        username=username, password="a long password", is_staff=staff, is_superuser=staff
    )


def make_strategy(owner: User, market: Market, *, group_name: str = "test1") -> Strategy:
    return Strategy.objects.create(
        owner=owner, group_name=group_name, market_type=market.market_type
    )


def make_account(
    owner: User, account_type: AccountType, *, name: str = "A1", exchange: str = "PAPER"
) -> Account:
    return Account.objects.create(
        owner=owner, name=name, account_type=account_type, exchange=exchange
    )


def link(
    strategy: Strategy, account: Account, *, capital: Decimal = Decimal(10_000)
) -> StrategyAccount:
    return StrategyAccount.objects.create(strategy=strategy, account=account, capital=capital)
