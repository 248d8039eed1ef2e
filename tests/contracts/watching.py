"""What an adapter tells whoever watches its account."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from exchanges.messages import OrderReport
from exchanges.vocabulary import ReportStatus, Side
from tests.contracts.rig import Rig

PATIENCE = 10


async def heard(watch: AsyncIterator[OrderReport], client_order_id: str) -> OrderReport:
    """The next report of this order."""
    async with asyncio.timeout(PATIENCE):
        async for report in watch:
            if report.ref.client_order_id == client_order_id:
                return report
    pytest.fail("the watch ended")


class WatchContract:
    async def test_a_watcher_hears_of_a_new_order(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        watch = exchange.watch_orders()
        order = rig.limit(Side.BUY, rig.below)
        await exchange.create_order(order)
        assert (await heard(watch, order.client_order_id)).status is ReportStatus.NEW

    async def test_a_watcher_hears_of_a_fill_that_nobody_asked_for(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        order = rig.limit(Side.BUY, rig.below)
        await exchange.create_order(order)
        watch = exchange.watch_orders()
        await rig.move_price(rig.below)
        await rig.pass_time(1)
        report = await heard(watch, order.client_order_id)
        while report.status is not ReportStatus.FILLED:
            await rig.pass_time(1)
            report = await heard(watch, order.client_order_id)
        assert sum(trade.quantity for trade in report.trades) == rig.quantity

    async def test_a_watcher_hears_of_a_cancel(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        placed = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        watch = exchange.watch_orders()
        await exchange.cancel_order(placed.ref)
        report = await heard(watch, placed.ref.client_order_id)
        while report.status is not ReportStatus.CANCELLED:
            report = await heard(watch, placed.ref.client_order_id)

    async def test_a_watcher_hears_of_orders_of_another_process(self, rig: Rig) -> None:
        exchange, elsewhere = await rig.adapter(), await rig.adapter()
        watch = exchange.watch_orders()
        order = rig.order(Side.BUY)
        await elsewhere.create_order(order)
        assert (await heard(watch, order.client_order_id)).status is ReportStatus.FILLED

    async def test_a_watch_ends_when_the_adapter_is_closed(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        watch = exchange.watch_orders()
        await exchange.create_order(rig.order(Side.BUY))
        await anext(watch)
        await exchange.close()
        async with asyncio.timeout(PATIENCE):
            assert [report async for report in watch] == []
