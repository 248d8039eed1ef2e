"""How an adapter's protective orders follow the price, and how two of them share one position."""

import asyncio
from decimal import Decimal

import pytest

from exchanges.base import Exchange
from exchanges.messages import OrderReport, OrderRequest
from exchanges.vocabulary import OrderType, ReportStatus, Side
from tests.contracts.admission import refusal_of
from tests.contracts.rig import Rig
from tests.contracts.watching import PATIENCE, heard


async def trailing(rig: Rig) -> Exchange:
    exchange = await rig.adapter()
    if not exchange.capabilities.trailing_stops:
        pytest.skip("no trailing stops here")
    return exchange


async def linking(rig: Rig) -> Exchange:
    exchange = await rig.adapter()
    if not exchange.capabilities.linked_exits:
        pytest.skip("no linked exits here")
    return exchange


async def bought(rig: Rig, exchange: Exchange, quantity: Decimal | None = None) -> None:
    await exchange.create_order(rig.order(Side.BUY, quantity=quantity or rig.quantity))


async def seen_at(rig: Rig, exchange: Exchange, order: OrderRequest, price: Decimal) -> OrderReport:
    """What the venue says of the order once the market was at this price."""
    await rig.move_price(price)
    await rig.pass_time(1)
    return await rig.fetched(exchange, order.ref)


class TrailContract:
    async def test_a_trailing_stop_of_a_sale_follows_the_price_up(self, rig: Rig) -> None:
        exchange = await trailing(rig)
        await bought(rig, exchange)
        order = rig.exit(order_type=OrderType.STOP_MARKET, trail=rig.distance * 2)
        assert (await exchange.create_order(order)).status is ReportStatus.NEW
        for price in (rig.above, rig.above + rig.distance, rig.above):
            report = await seen_at(rig, exchange, order, price)
            assert report.status is ReportStatus.NEW
        await rig.move_price(rig.price)
        await rig.fills(exchange, order.ref)
        assert await rig.position(exchange) == 0

    async def test_a_trailing_stop_does_not_go_back_with_the_price(self, rig: Rig) -> None:
        exchange = await trailing(rig)
        await bought(rig, exchange)
        order = rig.exit(order_type=OrderType.STOP_MARKET, trail=rig.distance * 3)
        await exchange.create_order(order)
        stops = [
            (await seen_at(rig, exchange, order, price)).stop_price
            for price in (rig.price, rig.above, rig.price, rig.below)
        ]
        expected = rig.price - rig.distance * 3
        assert stops == [expected, *[expected + rig.distance] * 3]

    async def test_a_trailing_stop_of_a_purchase_follows_the_price_down(self, rig: Rig) -> None:
        exchange = await trailing(rig)
        order = rig.order(Side.BUY, order_type=OrderType.STOP_MARKET, trail=rig.distance)
        await exchange.create_order(order)
        report = await seen_at(rig, exchange, order, rig.below)
        assert (report.status, report.stop_price) == (ReportStatus.NEW, rig.price)
        await rig.move_price(rig.price)
        await rig.fills(exchange, order.ref)
        assert await rig.position(exchange) == rig.quantity

    async def test_what_a_trailing_stop_has_seen_outlives_the_adapter(self, rig: Rig) -> None:
        exchange = await trailing(rig)
        await bought(rig, exchange)
        order = rig.exit(order_type=OrderType.STOP_MARKET, trail=rig.distance)
        await exchange.create_order(order)
        await seen_at(rig, exchange, order, rig.above)
        await exchange.close()
        again = await rig.adapter()
        await rig.move_price(rig.price)
        await rig.fills(again, order.ref)
        assert await rig.position(again) == 0

    async def test_a_trail_is_a_stop_markets_and_instead_of_a_stop_price(self, rig: Rig) -> None:
        exchange = await trailing(rig)
        both = rig.stop(Side.BUY, rig.above, trail=rig.distance)
        limit = rig.limit(Side.BUY, rig.below, trail=rig.distance)
        assert await refusal_of(rig, exchange, both) == "not_offered"
        assert await refusal_of(rig, exchange, limit) == "not_offered"


class LinkedExitContract:
    async def _pair(
        self, rig: Rig, exchange: Exchange, quantity: Decimal | None = None, names: str = "both"
    ) -> tuple[OrderRequest, OrderRequest]:
        """A position with its take-profit and its stop-loss, placed in this order."""
        size = quantity or rig.quantity
        await bought(rig, exchange, size)
        profit_id, loss_id = rig.new_id(), rig.new_id()
        profit = rig.exit(
            client_order_id=profit_id,
            order_type=OrderType.LIMIT,
            price=rig.above,
            quantity=size,
            linked_to=loss_id if names in ("both", "first") else "",
        )
        loss = rig.exit(
            client_order_id=loss_id,
            order_type=OrderType.STOP_MARKET,
            stop_price=rig.below,
            quantity=size,
            linked_to=profit_id if names in ("both", "second") else "",
        )
        for each in (profit, loss):
            assert (await exchange.create_order(each)).status is ReportStatus.NEW
        return profit, loss

    @pytest.mark.parametrize("names", ["both", "first", "second"])
    async def test_when_the_profit_is_taken_the_stop_is_cancelled(
        self, rig: Rig, names: str
    ) -> None:
        exchange = await linking(rig)
        profit, loss = await self._pair(rig, exchange, names=names)
        await rig.move_price(rig.above)
        await rig.fills(exchange, profit.ref)
        report = await rig.fetched(exchange, loss.ref)
        assert report.status is ReportStatus.CANCELLED
        assert report.filled_quantity == 0
        assert report.reason is not None
        assert await rig.open_ids(exchange) == []
        await seen_at(rig, exchange, loss, rig.below)
        assert await rig.position(exchange) == 0

    @pytest.mark.parametrize("names", ["both", "first", "second"])
    async def test_when_the_stop_trades_the_profit_is_never_taken(
        self, rig: Rig, names: str
    ) -> None:
        exchange = await linking(rig)
        profit, loss = await self._pair(rig, exchange, names=names)
        await rig.move_price(rig.below)
        await rig.fills(exchange, loss.ref)
        assert (await rig.fetched(exchange, profit.ref)).status is ReportStatus.CANCELLED
        await seen_at(rig, exchange, profit, rig.above)
        assert await rig.position(exchange) == 0

    async def test_what_one_has_traded_the_other_no_longer_trades(self, rig: Rig) -> None:
        exchange = await linking(rig)
        profit, loss = await self._pair(rig, exchange, rig.flood)
        taken = (await seen_at(rig, exchange, profit, rig.above)).filled_quantity
        assert 0 < taken < rig.flood
        await rig.move_price(rig.below)
        for _ in range(3):
            await rig.pass_time(1)
            lost = (await rig.fetched(exchange, loss.ref)).filled_quantity
        assert taken + lost == rig.flood
        assert await rig.position(exchange) == 0
        assert await rig.open_ids(exchange) == []

    async def test_a_cancel_of_one_leaves_the_other(self, rig: Rig) -> None:
        exchange = await linking(rig)
        profit, loss = await self._pair(rig, exchange)
        await exchange.cancel_order(profit.ref)
        assert await rig.open_ids(exchange) == [loss.client_order_id]
        await rig.move_price(rig.below)
        await rig.fills(exchange, loss.ref)
        assert await rig.position(exchange) == 0

    async def test_one_that_comes_after_the_other_has_traded_is_cancelled(self, rig: Rig) -> None:
        exchange = await linking(rig)
        await bought(rig, exchange)
        second_id = rig.new_id()
        first = rig.exit(order_type=OrderType.LIMIT, price=rig.below, linked_to=second_id)
        assert (await exchange.create_order(first)).status is ReportStatus.FILLED
        second = rig.exit(
            client_order_id=second_id,
            order_type=OrderType.STOP_MARKET,
            stop_price=rig.below,
            linked_to=first.client_order_id,
        )
        report = await exchange.create_order(second)
        assert report.status is ReportStatus.CANCELLED
        assert await rig.position(exchange) == 0

    async def test_a_watcher_hears_that_the_other_was_cancelled(self, rig: Rig) -> None:
        exchange = await linking(rig)
        _, loss = await self._pair(rig, exchange)
        watch = exchange.watch_orders()
        await rig.move_price(rig.above)
        await rig.pass_time(1)
        async with asyncio.timeout(PATIENCE):
            report = await heard(watch, loss.client_order_id)
            while report.status is not ReportStatus.CANCELLED:
                await rig.pass_time(1)
                report = await heard(watch, loss.client_order_id)
        assert report.reason is not None

    async def test_only_orders_that_reduce_are_linked(self, rig: Rig) -> None:
        exchange = await linking(rig)
        order = rig.limit(Side.BUY, rig.below, linked_to=rig.new_id())
        assert await refusal_of(rig, exchange, order) == "link_must_reduce"

    async def test_a_third_order_finds_no_place_in_a_pair(self, rig: Rig) -> None:
        exchange = await linking(rig)
        profit, _ = await self._pair(rig, exchange)
        third = rig.exit(
            order_type=OrderType.STOP_MARKET,
            stop_price=rig.below,
            linked_to=profit.client_order_id,
        )
        assert await refusal_of(rig, exchange, third) == "link_mismatch"
