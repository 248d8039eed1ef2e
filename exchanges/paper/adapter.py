"""The paper exchange as an Exchange, once for each family. It never closes and is never real."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import ClassVar, TypeVar

from psycopg2 import extensions as pg

from exchanges.base import Capabilities, Exchange, Resources
from exchanges.errors import NotOffered, NotPlaced, OutcomeUnknown, ReadFailed
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
from exchanges.paper import desk, reasons
from exchanges.paper.desk import NotReached
from exchanges.paper.instruments import instrument
from exchanges.paper.store import Loaded, SaveRefused, SaveUnclear, Wanted
from exchanges.paper.venue import AccountAtVenue, find
from exchanges.vocabulary import AccountType, MarketType, OrderType, TimeInForce

T = TypeVar("T")
_NO_ANSWER = (NotReached, SaveRefused, SaveUnclear)


class PaperExchange(Exchange):
    """What both families share, which is everything but their markets and their money."""

    name = "PAPER"
    starting: ClassVar[MappingProxyType[str, Decimal]]
    watch_interval: ClassVar[float] = 0.25

    def __init__(self, account: ExchangeAccount, resources: Resources) -> None:
        super().__init__(account, resources)
        self._venue = AccountAtVenue(
            key=f"{self.family}-{account.id}",
            capabilities=self.capabilities,
            starting=dict(self.starting),
            clock=resources.clock,
        )
        self._desk: desk.Desk | None = None
        self._opening = asyncio.Lock()
        self._revision = 0
        self._woken = asyncio.Event()
        self._is_closed = False

    async def open(self) -> None:
        try:
            await self._leased()
        except NotReached as error:
            raise NotPlaced(reasons.venue_unavailable()) from error

    async def close(self) -> None:
        self._is_closed = True
        self._woken.set()
        async with self._opening:
            leased, self._desk = self._desk, None
        if leased is not None:
            await asyncio.to_thread(desk.give_back, leased)

    async def create_order(self, request: OrderRequest) -> OrderReport:
        try:
            report = await self._run(partial(self._venue.place, request=request))
        except NotReached as error:
            raise NotPlaced(reasons.venue_unavailable()) from error
        except SaveRefused as error:
            raise NotPlaced(reasons.NOT_RECORDED) from error
        except SaveUnclear as error:
            raise OutcomeUnknown(reasons.OUTCOME_UNKNOWN) from error
        self._woken.set()
        return report

    async def cancel_order(self, order: OrderRef) -> OrderReport:
        """NotPlaced means only that there is no such order; no answer proves nothing of it."""
        try:
            report = await self._run(partial(self._venue.cancel, ref=order))
        except _NO_ANSWER as error:
            raise OutcomeUnknown(reasons.OUTCOME_UNKNOWN) from error
        self._woken.set()
        return report

    async def fetch_order(self, order: OrderRef) -> OrderReport | None:
        found = find((await self._look(Wanted(ref=order))).ledger, order)
        return found.report() if found else None

    async def fetch_open_orders(self, market_type: MarketType) -> Sequence[OrderReport]:
        ledger = (await self._look(Wanted())).ledger
        return tuple(
            each.report() for each in ledger.open_orders() if each.market_type is market_type
        )

    async def fetch_trades(self, order: OrderRef) -> Sequence[TradeReport]:
        found = await self.fetch_order(order)
        return found.trades if found else ()

    async def fetch_balance(self) -> Sequence[Balance]:
        holdings = (await self._look(Wanted())).ledger.holdings
        return tuple(
            Balance(currency=name, total=held.total, free=held.free)
            for name, held in sorted(holdings.items())
            if "/" not in name and (held.total or name in self.starting)
        )

    async def fetch_positions(self) -> Sequence[PositionReport]:
        positions = (await self._look(Wanted())).ledger.positions
        return tuple(
            PositionReport(
                market_type=market_type,
                symbol=symbol,
                quantity=held.quantity,
                average_price=held.average_price(instrument(market_type, symbol).contract_size),
            )
            for (market_type, symbol), held in sorted(positions.items())
            if held.quantity
        )

    async def fetch_price(self, market_type: MarketType, symbol: str) -> PriceQuote:
        listed = await self.instrument(market_type, symbol)
        price, at = await self._read(partial(self._venue.price, listed=listed))
        return PriceQuote(market_type=market_type, symbol=symbol, price=price, at=at)

    async def instrument(self, market_type: MarketType, symbol: str) -> Instrument:
        if market_type not in self.capabilities.market_types:
            raise NotOffered(reasons.not_offered(market_type))
        return instrument(market_type, symbol)

    def watch_orders(self) -> AsyncIterator[OrderReport]:
        return self._watch(self._revision if self._desk else None)

    async def _watch(self, since: int | None) -> AsyncIterator[OrderReport]:
        while not self._is_closed:
            self._woken.clear()
            try:
                if since is None:
                    await self._leased()
                    since = self._revision
                since, changed = await self._run(partial(self._venue.changes, since=since))
            except _NO_ANSWER:
                changed = []
            for order in changed:
                yield order.report()
            await self._next_turn()

    async def _next_turn(self) -> None:
        """An order that was just placed or cancelled is not waited for."""
        if self._is_closed:
            return
        try:
            async with asyncio.timeout(self.watch_interval):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _look(self, wanted: Wanted) -> Loaded:
        loaded = await self._read(partial(self._venue.look, wanted=wanted))
        self._revision = max(self._revision, loaded.revision)
        return loaded

    async def _read(self, work: Callable[[pg.cursor], T]) -> T:
        try:
            return await self._run(work)
        except _NO_ANSWER as error:
            raise ReadFailed(reasons.venue_unavailable()) from error

    async def _run(self, work: Callable[[pg.cursor], T]) -> T:
        return await (self._desk or await self._leased()).run(work)

    async def _leased(self) -> desk.Desk:
        async with self._opening:
            if self._is_closed:
                raise NotReached
            if self._desk is None:
                leased = desk.lease(self.resources.database_url)
                try:
                    self._revision = await leased.run(self._venue.open)
                except BaseException:
                    await asyncio.to_thread(desk.give_back, leased)
                    raise
                self._desk = leased
            return self._desk


class PaperCrypto(PaperExchange):
    family = AccountType.CRYPTO
    starting = MappingProxyType({"USDT": Decimal(100_000), "KRW": Decimal(100_000_000)})
    capabilities = Capabilities(
        market_types=frozenset({MarketType.SPOT, MarketType.FUTURES}),
        order_types=frozenset(
            {OrderType.MARKET, OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.STOP_LIMIT}
        ),
        times_in_force=frozenset({TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK}),
        client_order_ids=True,
        reduce_only=True,
        post_only=True,
        demo=True,
        trailing_stops=True,
        linked_exits=True,
    )


class PaperSecurities(PaperExchange):
    family = AccountType.STOCK
    starting = MappingProxyType({"KRW": Decimal(100_000_000), "USD": Decimal(100_000)})
    capabilities = Capabilities(
        market_types=frozenset(
            {
                MarketType.DOMESTIC_STOCK,
                MarketType.OVERSEAS_STOCK,
                MarketType.DOMESTIC_FUTUREOPTION,
                MarketType.OVERSEAS_FUTUREOPTION,
            }
        ),
        order_types=frozenset(OrderType) - {OrderType.PRE_MARKET, OrderType.AFTER_MARKET},
        times_in_force=frozenset({TimeInForce.DAY, TimeInForce.IOC, TimeInForce.FOK}),
        client_order_ids=True,
        reduce_only=True,
        demo=True,
        trailing_stops=True,
        linked_exits=True,
    )
