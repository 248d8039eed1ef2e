"""The one shape that every venue and broker takes."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from exchanges.messages import (
    Balance,
    ExchangeAccount,
    Instrument,
    OrderRef,
    OrderReport,
    OrderRequest,
    PositionReport,
    PriceQuote,
    TradeReport,
)
from exchanges.vocabulary import AccountType, MarketType, OrderType, TimeInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a venue offers, so that callers ask a fact and never a name.

    `trailing_stops`: a STOP_MARKET may follow the price at a distance instead of standing at one.
    `linked_exits`: of two exits that are linked, the venue itself cancels the other when one
    trades, and holds the coins or shares of both only once.
    """

    market_types: frozenset[MarketType]
    order_types: frozenset[OrderType]
    times_in_force: frozenset[TimeInForce]
    credential_fields: tuple[str, ...] = ()
    client_order_ids: bool = False
    reduce_only: bool = False
    post_only: bool = False
    hedge_mode: bool = False
    demo: bool = False
    trailing_stops: bool = False
    linked_exits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What adapters of one process share: the clock, and the database of venues that keep one."""

    database_url: str = ""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


class Exchange(ABC):
    """One account at one venue.

    Reads raise ReadFailed and may be repeated. Writes are sent once and raise NotPlaced (with its
    kinds) only when it is proved that the venue holds no such order; all else is OutcomeUnknown.
    """

    name: ClassVar[str]
    family: ClassVar[AccountType]
    capabilities: ClassVar[Capabilities]

    def __init__(self, account: ExchangeAccount, resources: Resources) -> None:
        self.account = account
        self.resources = resources

    async def open(self) -> None:
        """Pay what the first order must not pay: connections, tokens, markets."""

    async def close(self) -> None:
        """Give back every connection; safe to call twice."""

    @abstractmethod
    async def create_order(self, request: OrderRequest) -> OrderReport:
        """Send once. The report's status is what the venue said, which may be FILLED at once."""

    @abstractmethod
    async def cancel_order(self, order: OrderRef) -> OrderReport:
        """Ask for a cancel once. The report may show a fill that came first."""

    @abstractmethod
    async def fetch_order(self, order: OrderRef) -> OrderReport | None:
        """None only when the venue answered cleanly, by id, that it has no such order."""

    @abstractmethod
    async def fetch_open_orders(self, market_type: MarketType) -> Sequence[OrderReport]: ...

    @abstractmethod
    async def fetch_trades(self, order: OrderRef) -> Sequence[TradeReport]: ...

    @abstractmethod
    async def fetch_balance(self) -> Sequence[Balance]: ...

    @abstractmethod
    async def fetch_positions(self) -> Sequence[PositionReport]: ...

    @abstractmethod
    async def fetch_price(self, market_type: MarketType, symbol: str) -> PriceQuote: ...

    @abstractmethod
    async def instrument(self, market_type: MarketType, symbol: str) -> Instrument:
        """Raises NotOffered when the venue does not list the symbol in that market."""

    @abstractmethod
    def watch_orders(self) -> AsyncIterator[OrderReport]:
        """Every change of the account's orders from now on; ends when the adapter is closed."""
