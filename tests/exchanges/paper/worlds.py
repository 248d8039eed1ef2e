"""A paper venue for tests: a database of its own, a clock that a test moves, and its rig."""

import itertools
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from exchanges.base import Exchange, Resources
from exchanges.factory import UnifiedExchangeFactory
from exchanges.messages import ExchangeAccount
from exchanges.paper.fixed_prices import set_price
from exchanges.vocabulary import AccountType, MarketType
from tests.contracts.rig import Rig

_account_ids = itertools.count(1)
_databases = itertools.count(1)
_FORGET = "DELETE FROM paper.price; DELETE FROM paper.anchor; DELETE FROM paper.account"


@contextmanager
def fresh_database() -> Iterator[str]:
    """The URL of an empty database beside the one of the test run."""
    server = os.environ["DATABASE_URL"]
    name = f"paper_{os.getpid()}_{next(_databases)}"
    execute(server, f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def execute(database_url: str, statement: str) -> None:
    with closing(psycopg2.connect(database_url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)


def forget_everything(database_url: str) -> None:
    with closing(psycopg2.connect(database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('paper.anchor') IS NOT NULL")
        if cursor.fetchone() == (True,):
            cursor.execute(_FORGET)
            connection.commit()


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Traded:
    """A market's symbol and sizes; `distance` is more than the walk and the book's depth."""

    market_type: MarketType
    symbol: str
    unlisted: str
    quote: str
    price: str
    quantity: str
    flood: str
    unaffordable: str
    can_short: bool = False


SPOT = Traded(
    market_type=MarketType.SPOT,
    symbol="BTC/USDT",
    unlisted="BTC/XYZ",
    quote="USDT",
    price="90000",
    quantity="0.01",
    flood="0.5",
    unaffordable="5",
)
FUTURES = Traded(
    market_type=MarketType.FUTURES,
    symbol="ETH/USDT",
    unlisted="ETH/KRW",
    quote="USDT",
    price="3000",
    quantity="0.5",
    flood="20",
    unaffordable="50",
    can_short=True,
)
DOMESTIC_STOCK = Traded(
    market_type=MarketType.DOMESTIC_STOCK,
    symbol="005930",
    unlisted="5930",
    quote="KRW",
    price="70000",
    quantity="10",
    flood="1000",
    unaffordable="3000",
)
OVERSEAS_STOCK = Traded(
    market_type=MarketType.OVERSEAS_STOCK,
    symbol="AAPL",
    unlisted="005930",
    quote="USD",
    price="250",
    quantity="4",
    flood="300",
    unaffordable="1000",
)
DOMESTIC_FUTURE = Traded(
    market_type=MarketType.DOMESTIC_FUTUREOPTION,
    symbol="105W09",
    unlisted="201W09370",
    quote="KRW",
    price="400",
    quantity="2",
    flood="40",
    unaffordable="100",
    can_short=True,
)
OVERSEAS_FUTURE = Traded(
    market_type=MarketType.OVERSEAS_FUTUREOPTION,
    symbol="MESZ26",
    unlisted="XXXZ26",
    quote="USD",
    price="6000",
    quantity="2",
    flood="20",
    unaffordable="200",
    can_short=True,
)


@dataclass
class PaperVenue:
    """Adapters of paper accounts in one database, closed together."""

    database_url: str
    clock: Clock = field(default_factory=Clock)
    adapters: list[Exchange] = field(default_factory=list)

    def account(self, family: AccountType) -> ExchangeAccount:
        number = next(_account_ids)
        return ExchangeAccount(
            id=number, name=f"A{number}", account_type=family, exchange="PAPER", is_demo=True
        )

    async def open(self, account: ExchangeAccount) -> Exchange:
        resources = Resources(database_url=self.database_url, clock=self.clock)
        exchange = UnifiedExchangeFactory(resources).create(account)
        await exchange.open()
        self.adapters.append(exchange)
        return exchange

    def set_price(self, market_type: MarketType, symbol: str, price: Decimal) -> None:
        set_price(self.database_url, market_type, symbol, price)

    async def close(self) -> None:
        for exchange in self.adapters:
            await exchange.close()


class PaperRig(Rig):
    def __init__(self, venue: PaperVenue, market: Traded) -> None:
        self.venue = venue
        self.market_type = market.market_type
        self.symbol = market.symbol
        self.unlisted = market.unlisted
        self.quote = market.quote
        self.price = Decimal(market.price)
        self.quantity = Decimal(market.quantity)
        self.flood = Decimal(market.flood)
        self.unaffordable = Decimal(market.unaffordable)
        self.distance = self.price / 100
        self.can_short = market.can_short
        self._account = venue.account(market.market_type.family)
        venue.set_price(self.market_type, self.symbol, self.price)

    async def adapter(self) -> Exchange:
        return await self.venue.open(self._account)

    async def stranger(self) -> Exchange:
        return await self.venue.open(self.venue.account(self.market_type.family))

    async def move_price(self, price: Decimal) -> None:
        self.venue.set_price(self.market_type, self.symbol, price)

    async def pass_time(self, seconds: float) -> None:
        self.venue.clock.advance(seconds)

    async def close(self) -> None:
        await self.venue.close()
