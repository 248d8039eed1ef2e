"""How an adapter's orders rest, trade and end."""

from dataclasses import replace
from decimal import Decimal

import pytest

from exchanges.errors import NotPlaced
from exchanges.vocabulary import OrderType, ReportStatus, Side, TimeInForce
from tests.contracts.rig import Rig, traded

AT_ONCE = (ReportStatus.CANCELLED, ReportStatus.EXPIRED)


class OrderContract:
    async def test_a_market_order_is_filled(self, rig: Rig) -> None:
        report = await (await rig.adapter()).create_order(rig.order(Side.BUY))
        assert report.status is ReportStatus.FILLED
        assert report.filled_quantity == report.quantity == rig.quantity

    async def test_a_report_says_what_was_asked_for(self, rig: Rig) -> None:
        order = rig.limit(Side.BUY, rig.below)
        report = await (await rig.adapter()).create_order(order)
        assert replace(report.ref, exchange_order_id="") == order.ref
        assert report.ref.exchange_order_id
        assert (report.side, report.order_type) == (Side.BUY, OrderType.LIMIT)
        assert (report.quantity, report.price) == (order.quantity, order.price)

    async def test_trades_add_up_to_what_was_filled(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        order = rig.order(Side.BUY)
        await exchange.create_order(order)
        report = await rig.fetched(exchange, order.ref)
        assert sum(trade.quantity for trade in report.trades) == report.filled_quantity
        worth = sum(trade.quantity * trade.price for trade in report.trades)
        assert report.average_price is not None
        assert abs(report.average_price * report.filled_quantity - worth) < Decimal("0.000001")

    async def test_fees_name_their_currency_and_are_never_negative(self, rig: Rig) -> None:
        report = await (await rig.adapter()).create_order(rig.order(Side.BUY))
        assert all(trade.fee >= 0 and trade.fee_currency for trade in report.trades)

    async def test_a_limit_order_away_from_the_market_rests(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        order = rig.limit(Side.BUY, rig.below)
        report = await exchange.create_order(order)
        assert report.status is ReportStatus.NEW
        assert report.filled_quantity == 0
        assert report.average_price is None
        assert await rig.open_ids(exchange) == [order.client_order_id]

    async def test_a_limit_order_through_the_market_fills_no_worse_than_asked(
        self, rig: Rig
    ) -> None:
        report = await (await rig.adapter()).create_order(rig.limit(Side.BUY, rig.above))
        assert report.status is ReportStatus.FILLED
        assert report.average_price is not None
        assert report.average_price < rig.above

    async def test_a_resting_order_fills_when_the_market_comes_to_it(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        order = rig.limit(Side.BUY, rig.below)
        await exchange.create_order(order)
        await rig.move_price(rig.below)
        report = (await rig.fills(exchange, order.ref))[-1]
        assert report.status is ReportStatus.FILLED
        assert report.average_price == rig.below
        assert await rig.open_ids(exchange) == []

    async def test_a_resting_order_is_left_alone_while_the_market_is_elsewhere(
        self, rig: Rig
    ) -> None:
        exchange = await rig.adapter()
        order = rig.limit(Side.BUY, rig.below)
        await exchange.create_order(order)
        await rig.pass_time(5)
        assert (await rig.fetched(exchange, order.ref)).status is ReportStatus.NEW

    async def test_a_large_order_fills_in_parts_that_are_counted_once(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        order = rig.limit(Side.BUY, rig.below, quantity=rig.flood)
        await exchange.create_order(order)
        await rig.move_price(rig.below)
        seen = await rig.fills(exchange, order.ref)
        assert seen[0].status is ReportStatus.PARTIALLY_FILLED
        filled = [report.filled_quantity for report in seen]
        assert filled == sorted(filled)
        assert filled[-1] == rig.flood
        assert len(traded(seen)) == len(seen[-1].trades)

    async def test_an_order_is_found_by_the_clients_id(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        if not exchange.capabilities.client_order_ids:
            pytest.skip("no client order ids here")
        order = rig.limit(Side.BUY, rig.below)
        placed = await exchange.create_order(order)
        assert (await rig.fetched(exchange, order.ref)).ref == placed.ref

    async def test_an_order_is_found_by_the_venues_id(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        placed = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        by_theirs = replace(placed.ref, client_order_id="")
        assert (await rig.fetched(exchange, by_theirs)).ref == placed.ref

    async def test_an_order_that_was_never_sent_is_not_there(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        assert await exchange.fetch_order(rig.order(Side.BUY).ref) is None
        assert list(await exchange.fetch_trades(rig.order(Side.BUY).ref)) == []

    async def test_trades_can_be_fetched_by_themselves(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        placed = await exchange.create_order(rig.order(Side.BUY))
        trades = await exchange.fetch_trades(placed.ref)
        assert sum(trade.quantity for trade in trades) == rig.quantity
        ids = {trade.exchange_trade_id for trade in trades}
        assert traded([placed]) <= ids

    async def test_a_cancelled_order_is_open_no_more(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        placed = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        report = await exchange.cancel_order(placed.ref)
        assert report.status is ReportStatus.CANCELLED
        assert await rig.open_ids(exchange) == []
        assert (await rig.fetched(exchange, placed.ref)).status is ReportStatus.CANCELLED

    async def test_a_cancelled_order_never_fills(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        placed = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        await exchange.cancel_order(placed.ref)
        await rig.move_price(rig.below)
        await rig.pass_time(1)
        assert (await rig.fetched(exchange, placed.ref)).filled_quantity == 0

    async def test_a_cancel_leaves_other_orders_open(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        first = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        second = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        await exchange.cancel_order(first.ref)
        assert await rig.open_ids(exchange) == [second.ref.client_order_id]

    async def test_a_cancel_keeps_what_was_filled_before(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        order = rig.limit(Side.BUY, rig.below, quantity=rig.flood)
        placed = await exchange.create_order(order)
        await rig.move_price(rig.below)
        await rig.pass_time(1)
        report = await exchange.cancel_order(placed.ref)
        assert report.status is ReportStatus.CANCELLED
        assert 0 < report.filled_quantity < rig.flood
        assert await rig.position(exchange) == report.filled_quantity

    async def test_cancelling_a_finished_order_says_how_it_ended(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        filled = await exchange.create_order(rig.order(Side.BUY))
        resting = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        await exchange.cancel_order(resting.ref)
        assert (await exchange.cancel_order(filled.ref)).status is ReportStatus.FILLED
        assert (await exchange.cancel_order(resting.ref)).status is ReportStatus.CANCELLED

    async def test_cancelling_what_was_never_sent_proves_that_it_is_not_there(
        self, rig: Rig
    ) -> None:
        with pytest.raises(NotPlaced):
            await (await rig.adapter()).cancel_order(rig.order(Side.BUY).ref)

    async def test_what_an_immediate_order_does_not_fill_at_once_is_ended(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        for word in {TimeInForce.IOC, TimeInForce.FOK} & exchange.capabilities.times_in_force:
            report = await exchange.create_order(rig.limit(Side.BUY, rig.below, time_in_force=word))
            assert report.status in AT_ONCE
            assert report.filled_quantity == 0
        assert await rig.open_ids(exchange) == []

    async def test_an_immediate_order_through_the_market_is_filled(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        for word in {TimeInForce.IOC, TimeInForce.FOK} & exchange.capabilities.times_in_force:
            report = await exchange.create_order(rig.limit(Side.BUY, rig.above, time_in_force=word))
            assert report.status is ReportStatus.FILLED
