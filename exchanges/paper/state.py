"""One account's book as it is worked on: what it holds, what it has open, what it was filled."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.messages import Instrument, OrderRef, OrderReport, TradeReport
from exchanges.paper.instruments import instrument
from exchanges.precision import EXACT
from exchanges.vocabulary import MarketType, OrderType, ReportStatus, Side, TimeInForce

OPEN = frozenset({ReportStatus.NEW, ReportStatus.PARTIALLY_FILLED})
CONDITIONAL = frozenset({OrderType.STOP_MARKET, OrderType.STOP_LIMIT, OrderType.CONDITIONAL_LIMIT})
"""Types that wait outside the market until the price has come to their stop."""
LIMITED = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT, OrderType.CONDITIONAL_LIMIT})
"""Types that bring their own limit."""
_AVERAGE_UNIT = Decimal("0.000000000001")
_ID = "P-{:06d}"
_ID_PATTERN = re.compile(r"P-([0-9]{6,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Of one currency, coin or share. `locked` is held for open orders and for margin."""

    total: Decimal = Decimal(0)
    locked: Decimal = Decimal(0)

    @property
    def free(self) -> Decimal:
        return EXACT.subtract(self.total, self.locked)

    def plus(self, *, total: Decimal = Decimal(0), locked: Decimal = Decimal(0)) -> "Holding":
        return replace(
            self, total=EXACT.add(self.total, total), locked=EXACT.add(self.locked, locked)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """`cost` is what the open quantity was traded for, kept exact; the average follows from it."""

    quantity: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    margin: Decimal = Decimal(0)
    realized: Decimal = Decimal(0)

    def average_price(self, contract_size: Decimal) -> Decimal:
        return _average(self.cost, EXACT.multiply(self.quantity.copy_abs(), contract_size))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTrade:
    """The `number`-th fill of its order."""

    number: int
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str
    realized: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOrder:
    """`locked` is of `holds`: the quote currency, or what a sale delivers.

    `extreme` is the best price that a trailing stop has seen. `yielded` is the part of the
    quantity that the linked order has traded, so that this one no longer may.
    """

    id: int
    client_order_id: str
    market_type: MarketType
    symbol: str
    side: Side
    order_type: OrderType
    quantity: Decimal
    price: Decimal | None
    created_at: datetime
    updated_at: datetime
    matched_at: datetime
    time_in_force: TimeInForce | None = None
    reduce_only: bool = False
    post_only: bool = False
    leverage: Decimal = Decimal(1)
    status: ReportStatus = ReportStatus.NEW
    filled: Decimal = Decimal(0)
    value: Decimal = Decimal(0)
    holds: str = ""
    locked: Decimal = Decimal(0)
    reason: Reason | None = None
    stop_price: Decimal | None = None
    trail: Decimal | None = None
    extreme: Decimal | None = None
    triggered_at: datetime | None = None
    linked_to: str = ""
    yielded: Decimal = Decimal(0)
    trades: tuple[PaperTrade, ...] = field(default=())

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_waiting(self) -> bool:
        """Open, but not in the market yet: it holds no money and cannot trade."""
        return self.is_open and self.order_type in CONDITIONAL and self.triggered_at is None

    @property
    def stops_at(self) -> Decimal | None:
        """The stop price of now; a trailing one lies `trail` behind the best price."""
        if self.trail is None or self.extreme is None:
            return self.stop_price
        return EXACT.add(self.extreme, EXACT.multiply(self.trail, self.side.sign))

    @property
    def remaining(self) -> Decimal:
        return EXACT.subtract(EXACT.subtract(self.quantity, self.filled), self.yielded)

    @property
    def instrument(self) -> Instrument:
        return instrument(self.market_type, self.symbol)

    @property
    def exchange_order_id(self) -> str:
        return _ID.format(self.id)

    def report(self) -> OrderReport:
        return OrderReport(
            ref=OrderRef(
                market_type=self.market_type,
                symbol=self.symbol,
                client_order_id=self.client_order_id,
                exchange_order_id=self.exchange_order_id,
            ),
            status=self.status,
            side=self.side,
            order_type=self.order_type,
            quantity=self.quantity,
            filled_quantity=self.filled,
            at=self.updated_at,
            price=self.price,
            average_price=_average(self.value, self.filled) if self.filled else None,
            trades=tuple(self._trade_report(trade) for trade in self.trades),
            reason=self.reason,
            stop_price=self.stops_at,
        )

    def _trade_report(self, trade: PaperTrade) -> TradeReport:
        return TradeReport(
            exchange_trade_id=f"{self.exchange_order_id}-{trade.number}",
            quantity=trade.quantity,
            price=trade.price,
            fee=trade.fee,
            fee_currency=trade.fee_currency,
            at=trade.at,
        )


def order_number(exchange_order_id: str) -> int | None:
    """The number in an order id of ours; None for a foreign one."""
    match = _ID_PATTERN.fullmatch(exchange_order_id)
    return int(match[1]) if match else None


def _average(value: Decimal, quantity: Decimal) -> Decimal:
    """At most twelve decimals, and no zeros behind them."""
    if not quantity:
        return Decimal(0)
    average = EXACT.divide(value, quantity).quantize(_AVERAGE_UNIT, context=EXACT)
    return Decimal(f"{average.normalize(EXACT):f}")
