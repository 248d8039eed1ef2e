"""Random trading on one account, through the adapter and its tables: nothing appears or is lost."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchanges.base import Exchange
from exchanges.errors import NotPlaced
from exchanges.messages import OrderReport, OrderRequest
from exchanges.precision import nearest_tick
from exchanges.vocabulary import OrderType, Side
from tests.exchanges.paper import worlds
from tests.exchanges.paper.worlds import PaperRig, PaperVenue, Traded

LIMIT, STOP, STOP_LIMIT = OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.STOP_LIMIT

sides = st.sampled_from(Side)
sizes = st.integers(1, 8)
percents = st.integers(-4, 4)
kinds = st.sampled_from([OrderType.MARKET, LIMIT, STOP, STOP_LIMIT, None])
steps = st.one_of(
    st.tuples(st.just("place"), kinds, sides, sizes, percents),
    st.tuples(st.just("pair"), kinds, kinds, sizes, percents),
    st.tuples(st.just("move"), percents),
    st.tuples(st.just("cancel"), st.integers(0, 100)),
)


@dataclass
class Trader:
    """One account; every order that was taken, and the pairs among them."""

    rig: PaperRig
    exchange: Exchange
    price: Decimal
    taken: list[OrderRequest] = field(default_factory=list)
    pairs: list[tuple[OrderRequest, OrderRequest]] = field(default_factory=list)

    async def do(self, step: tuple[Any, ...]) -> None:
        await getattr(self, step[0])(*step[1:])
        await self.rig.pass_time(1)

    async def place(self, kind: OrderType | None, side: Side, size: int, percent: int) -> None:
        await self._send(self.rig.order(side, **self._options(kind, size, percent)))

    async def pair(
        self, one: OrderType | None, other: OrderType | None, size: int, percent: int
    ) -> None:
        names = self.rig.new_id(), self.rig.new_id()
        first, second = (
            self.rig.exit(client_order_id=mine, linked_to=theirs, **options)
            for (mine, theirs), options in zip(
                (names, tuple(reversed(names))),
                (self._options(one, size, percent), self._options(other, size, -percent)),
                strict=True,
            )
        )
        if await self._send(first) and await self._send(second):
            self.pairs.append((first, second))

    async def move(self, percent: int) -> None:
        listed = await self.exchange.instrument(self.rig.market_type, self.rig.symbol)
        self.price = nearest_tick(self.price * (100 + percent) / 100, listed.ticks)
        await self.rig.move_price(self.price)

    async def cancel(self, choice: int) -> None:
        if self.taken:
            await self.exchange.cancel_order(self.taken[choice % len(self.taken)].ref)

    async def reports(self) -> dict[str, OrderReport]:
        return {
            each.client_order_id: await self.rig.fetched(self.exchange, each.ref)
            for each in self.taken
        }

    async def _send(self, request: OrderRequest) -> bool:
        try:
            await self.exchange.create_order(request)
        except NotPlaced:
            return False
        self.taken.append(request)
        return True

    def _options(self, kind: OrderType | None, size: int, percent: int) -> dict[str, Any]:
        """None is a trailing stop."""
        quantity = {"quantity": self.rig.quantity * size}
        at = self.price + self.rig.distance * percent
        if kind is None:
            return {**quantity, "order_type": STOP, "trail": self.rig.distance}
        prices = {
            LIMIT: {"price": at},
            STOP: {"stop_price": at},
            STOP_LIMIT: {"stop_price": at, "price": at + self.rig.distance},
        }
        return {**quantity, "order_type": kind, **prices.get(kind, {})}


@pytest.mark.parametrize("market", [worlds.SPOT, worlds.DOMESTIC_STOCK, worlds.FUTURES])
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(script=st.lists(steps, min_size=10, max_size=30))
def test_an_accounts_tables_add_up_to_the_last_digit(
    paper_database: str, market: Traded, script: list[tuple[Any, ...]]
) -> None:
    asyncio.run(_trade(paper_database, market, script))


async def _trade(database_url: str, market: Traded, script: list[tuple[Any, ...]]) -> None:
    venue = PaperVenue(database_url)
    rig = PaperRig(venue, market)
    trader = Trader(rig=rig, exchange=await rig.adapter(), price=rig.price)
    try:
        begun, _ = await rig.money(trader.exchange)
        await trader.place(OrderType.MARKET, Side.BUY, 8, 0)
        for step in script:
            await trader.do(step)
            await _assert_nothing_is_promised_twice(trader)
        await _assert_sums(trader, begun)
    finally:
        await venue.close()


async def _assert_nothing_is_promised_twice(trader: Trader) -> None:
    for held in await trader.exchange.fetch_balance():
        assert 0 <= held.free <= held.total
    if not trader.rig.can_short:
        assert await trader.rig.position(trader.exchange) >= 0


async def _assert_sums(trader: Trader, begun: Decimal) -> None:
    reports = await trader.reports()
    position = paid = Decimal(0)
    for report in reports.values():
        filled = sum((trade.quantity for trade in report.trades), Decimal(0))
        assert filled == report.filled_quantity <= report.quantity
        position += filled * report.side.sign
        for trade in report.trades:
            paid += trade.quantity * trade.price * report.side.sign + trade.fee
    assert await trader.rig.position(trader.exchange) == position
    if not trader.rig.can_short:
        total, _ = await trader.rig.money(trader.exchange)
        assert total == begun - paid
    for first, second in trader.pairs:
        sold = (reports[each.client_order_id].filled_quantity for each in (first, second))
        assert sum(sold) <= first.quantity
