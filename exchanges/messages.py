"""What crosses the border between the bridge and a venue: frozen, checked once, exact."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType

from exchanges.errors import Reason
from exchanges.vocabulary import (
    AccountType,
    MarketType,
    OrderType,
    ReportStatus,
    Side,
    TimeInForce,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeAccount:
    """Whose book an adapter trades on. Credentials never show in a repr."""

    id: int
    name: str
    account_type: AccountType
    exchange: str
    is_demo: bool
    base_url: str = ""
    credentials: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({}), repr=False, hash=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """One order as it is to be sent: quantity in base units, shares or contracts; prices in quote.

    `reference_price` is the price the quantity was sized by; no venue gets it as a limit.
    `trail` is a distance in quote currency: a STOP_MARKET that follows the price, and then has no
    `stop_price`. `linked_to` is the client order id of the other exit of a pair.
    """

    client_order_id: str
    market_type: MarketType
    symbol: str
    side: Side
    order_type: OrderType
    quantity: Decimal
    price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce | None = None
    reduce_only: bool = False
    post_only: bool = False
    leverage: Decimal = Decimal(1)
    reference_price: Decimal | None = None
    trail: Decimal | None = None
    linked_to: str = ""

    def __post_init__(self) -> None:
        for name in ("quantity", "price", "stop_price", "leverage", "reference_price", "trail"):
            value: Decimal | None = getattr(self, name)
            if value is not None and not (value.is_finite() and value > 0):
                raise ValueError(f"{name} must be positive and finite, was {value}")

    @property
    def ref(self) -> "OrderRef":
        return OrderRef(
            market_type=self.market_type,
            symbol=self.symbol,
            client_order_id=self.client_order_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRef:
    """How an order that was sent is found again. `exchange_order_id` is empty until it is known."""

    market_type: MarketType
    symbol: str
    client_order_id: str
    exchange_order_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeReport:
    """One fill. `exchange_trade_id` is unique within the account and symbol."""

    exchange_trade_id: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReport:
    """What the venue says of an order. `filled_quantity` is cumulative; `trades` may be partial.

    `stop_price` is where an order that waits for it becomes live; a trailing stop's moves.
    """

    ref: OrderRef
    status: ReportStatus
    side: Side
    order_type: OrderType
    quantity: Decimal
    filled_quantity: Decimal
    at: datetime
    price: Decimal | None = None
    average_price: Decimal | None = None
    trades: tuple[TradeReport, ...] = ()
    reason: Reason | None = None
    stop_price: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    currency: str
    total: Decimal
    free: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionReport:
    """`quantity` is signed: short positions are negative."""

    market_type: MarketType
    symbol: str
    quantity: Decimal
    average_price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceQuote:
    market_type: MarketType
    symbol: str
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TickBand:
    """Prices from `start` upwards move in steps of `tick`, up to the next band's start."""

    start: Decimal
    tick: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What a venue lets one trade of a symbol. `lot` is the quantity step; notional is in quote."""

    market_type: MarketType
    symbol: str
    base: str
    quote: str
    ticks: tuple[TickBand, ...]
    lot: Decimal
    minimum_quantity: Decimal
    minimum_notional: Decimal = Decimal(0)
    maximum_quantity: Decimal | None = None
    contract_size: Decimal = Decimal(1)
