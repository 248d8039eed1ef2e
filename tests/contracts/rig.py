"""What the contract suite needs of a venue: an account, a market, and a hand on the price."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from exchanges.base import Exchange
from exchanges.messages import OrderRef, OrderReport, OrderRequest
from exchanges.vocabulary import MarketType, OrderType, ReportStatus, Side

MOST_SECONDS = 60
_numbers = itertools.count(1)


class Rig(ABC):
    """One market of one venue, with accounts that have money and no orders.

    `quantity` is an affordable size of at least two lots, `flood` one that takes the venue several
    steps to fill, and `unaffordable` one that no account can pay, all at `price`. `distance` is
    far enough from the price to rest. `unlisted` is a symbol that the market does not have.
    """

    market_type: MarketType
    symbol: str
    unlisted: str
    quote: str
    price: Decimal
    quantity: Decimal
    flood: Decimal
    unaffordable: Decimal
    distance: Decimal
    can_short: bool

    @abstractmethod
    async def adapter(self) -> Exchange:
        """An open adapter of the account; each call makes another one of the same account."""

    @abstractmethod
    async def stranger(self) -> Exchange:
        """An open adapter of another account at the same venue."""

    @abstractmethod
    async def move_price(self, price: Decimal) -> None:
        """From now on the market is at this price."""

    @abstractmethod
    async def pass_time(self, seconds: float) -> None:
        """Let the venue's time pass; it does what it does by itself meanwhile."""

    @abstractmethod
    async def close(self) -> None: ...

    @property
    def below(self) -> Decimal:
        return self.price - self.distance

    @property
    def above(self) -> Decimal:
        return self.price + self.distance

    def order(self, side: Side, **changes: Any) -> OrderRequest:
        """A market order of the usual size with a new client order id."""
        return OrderRequest(
            **{
                "client_order_id": self.new_id(),
                "market_type": self.market_type,
                "symbol": self.symbol,
                "side": side,
                "order_type": OrderType.MARKET,
                "quantity": self.quantity,
                **changes,
            }
        )

    def limit(self, side: Side, price: Decimal, **changes: Any) -> OrderRequest:
        return self.order(side, order_type=OrderType.LIMIT, price=price, **changes)

    def stop(self, side: Side, stop_price: Decimal, **changes: Any) -> OrderRequest:
        return self.order(
            side, **{"order_type": OrderType.STOP_MARKET, "stop_price": stop_price, **changes}
        )

    def exit(self, **changes: Any) -> OrderRequest:
        """A sale of the usual size that can only reduce a long position."""
        return self.order(Side.SELL, reduce_only=self.can_short, **changes)

    def new_id(self) -> str:
        return f"contract{next(_numbers):024d}"

    async def open_ids(self, exchange: Exchange) -> list[str]:
        reports = await exchange.fetch_open_orders(self.market_type)
        return [report.ref.client_order_id for report in reports]

    async def position(self, exchange: Exchange) -> Decimal:
        return sum(
            (
                held.quantity
                for held in await exchange.fetch_positions()
                if (held.market_type, held.symbol) == (self.market_type, self.symbol)
            ),
            Decimal(0),
        )

    async def money(self, exchange: Exchange) -> tuple[Decimal, Decimal]:
        """Total and free, of the quote currency."""
        return next(
            (held.total, held.free)
            for held in await exchange.fetch_balance()
            if held.currency == self.quote
        )

    async def fetched(self, exchange: Exchange, ref: OrderRef) -> OrderReport:
        report = await exchange.fetch_order(ref)
        assert report is not None, "the venue does not know the order"
        return report

    async def fills(self, exchange: Exchange, ref: OrderRef) -> list[OrderReport]:
        """What is seen of a resting order, second by second, until it is filled."""
        seen: list[OrderReport] = []
        while not (seen and seen[-1].status is ReportStatus.FILLED):
            assert len(seen) < MOST_SECONDS, "the order does not fill"
            await self.pass_time(1)
            seen.append(await self.fetched(exchange, ref))
        return seen


def traded(reports: Sequence[OrderReport]) -> set[str]:
    return {trade.exchange_trade_id for report in reports for trade in report.trades}
