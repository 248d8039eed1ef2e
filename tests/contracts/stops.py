"""How an adapter's orders wait for a price, and what they do when it has come."""

from decimal import Decimal

import pytest

from exchanges.base import Exchange
from exchanges.precision import next_tick
from exchanges.vocabulary import OrderType, ReportStatus, Side
from tests.contracts.admission import refusal_of
from tests.contracts.rig import Rig

WAITING_LIMITS = (OrderType.STOP_LIMIT, OrderType.CONDITIONAL_LIMIT)
waiting_limits = pytest.mark.parametrize("order_type", WAITING_LIMITS)


async def offering(rig: Rig, order_type: OrderType) -> Exchange:
    """An adapter; the test is skipped where it has no such orders."""
    exchange = await rig.adapter()
    if order_type not in exchange.capabilities.order_types:
        pytest.skip(f"no {order_type} orders here")
    return exchange


class StopContract:
    async def test_a_stop_rests_without_trading(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.STOP_MARKET)
        order = rig.stop(Side.BUY, rig.above)
        report = await exchange.create_order(order)
        await rig.pass_time(5)
        for each in (report, await rig.fetched(exchange, order.ref)):
            assert each.status is ReportStatus.NEW
            assert each.filled_quantity == 0
            assert (each.order_type, each.stop_price) == (OrderType.STOP_MARKET, rig.above)
        assert await rig.open_ids(exchange) == [order.client_order_id]

    async def test_a_buy_stop_trades_when_the_price_has_risen_to_it(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.STOP_MARKET)
        order = rig.stop(Side.BUY, rig.above)
        await exchange.create_order(order)
        await rig.move_price(rig.above)
        report = (await rig.fills(exchange, order.ref))[-1]
        assert report.average_price is not None
        assert abs(report.average_price - rig.above) < rig.distance
        assert await rig.position(exchange) == rig.quantity
        assert await rig.open_ids(exchange) == []

    async def test_a_sell_stop_trades_when_the_price_has_fallen_to_it(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.STOP_MARKET)
        await exchange.create_order(rig.order(Side.BUY))
        order = rig.stop(Side.SELL, rig.below)
        await exchange.create_order(order)
        await rig.move_price(rig.below)
        await rig.fills(exchange, order.ref)
        assert await rig.position(exchange) == 0

    async def test_a_stop_is_left_alone_by_a_move_away_from_it(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.STOP_MARKET)
        order = rig.stop(Side.BUY, rig.above)
        await exchange.create_order(order)
        await rig.move_price(rig.below)
        await rig.pass_time(5)
        assert (await rig.fetched(exchange, order.ref)).status is ReportStatus.NEW

    async def test_a_stop_that_is_crossed_already_trades_at_once(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.STOP_MARKET)
        report = await exchange.create_order(rig.stop(Side.BUY, rig.below))
        assert report.status is ReportStatus.FILLED
        assert report.filled_quantity == rig.quantity

    async def test_a_stop_is_still_there_after_the_adapter_was_opened_anew(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.STOP_MARKET)
        order = rig.stop(Side.BUY, rig.above)
        await exchange.create_order(order)
        await exchange.close()
        again = await rig.adapter()
        assert await rig.open_ids(again) == [order.client_order_id]
        await rig.move_price(rig.above)
        await rig.fills(again, order.ref)
        assert await rig.position(again) == rig.quantity

    async def test_a_cancelled_stop_never_trades(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.STOP_MARKET)
        placed = await exchange.create_order(rig.stop(Side.BUY, rig.above))
        assert (await exchange.cancel_order(placed.ref)).status is ReportStatus.CANCELLED
        await rig.move_price(rig.above)
        await rig.pass_time(1)
        assert (await rig.fetched(exchange, placed.ref)).filled_quantity == 0

    @waiting_limits
    async def test_a_limit_order_behind_a_stop_rests_once_it_is_live(
        self, rig: Rig, order_type: OrderType
    ) -> None:
        exchange = await offering(rig, order_type)
        order = rig.stop(Side.BUY, rig.above, order_type=order_type, price=rig.price)
        assert (await exchange.create_order(order)).status is ReportStatus.NEW
        await rig.move_price(rig.above)
        await rig.pass_time(1)
        assert (await rig.fetched(exchange, order.ref)).status is ReportStatus.NEW
        await rig.move_price(rig.price)
        report = (await rig.fills(exchange, order.ref))[-1]
        assert report.average_price == rig.price

    @waiting_limits
    async def test_a_limit_order_behind_a_stop_does_not_trade_before_it(
        self, rig: Rig, order_type: OrderType
    ) -> None:
        exchange = await offering(rig, order_type)
        limit = rig.above + rig.distance
        order = rig.stop(Side.BUY, rig.above, order_type=order_type, price=limit)
        assert (await exchange.create_order(order)).status is ReportStatus.NEW
        await rig.pass_time(5)
        report = await rig.fetched(exchange, order.ref)
        assert report.filled_quantity == 0
        assert report.price == limit

    async def test_a_best_limit_order_is_priced_by_the_venue(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.BEST_LIMIT)
        report = await exchange.create_order(rig.order(Side.BUY, order_type=OrderType.BEST_LIMIT))
        assert report.price is not None
        assert rig.price <= report.price < rig.above
        assert report.filled_quantity > 0
        assert report.average_price == report.price

    async def test_what_a_best_limit_order_does_not_fill_rests_at_its_price(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.BEST_LIMIT)
        order = rig.order(Side.BUY, order_type=OrderType.BEST_LIMIT, quantity=rig.flood)
        placed = await exchange.create_order(order)
        if placed.status is ReportStatus.FILLED:
            pytest.skip("the venue has this much at its best price")
        await rig.move_price(rig.above)
        await rig.pass_time(5)
        report = await rig.fetched(exchange, order.ref)
        assert report.filled_quantity == placed.filled_quantity
        assert report.price == placed.price

    async def test_an_order_that_waits_needs_its_stop_price(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        for word in (OrderType.STOP_MARKET, *WAITING_LIMITS):
            if word in exchange.capabilities.order_types:
                order = rig.order(Side.BUY, order_type=word, price=rig.price)
                assert await refusal_of(rig, exchange, order) == "stop_price_required"

    async def test_a_limit_order_behind_a_stop_needs_its_price(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        for word in set(WAITING_LIMITS) & exchange.capabilities.order_types:
            order = rig.stop(Side.BUY, rig.above, order_type=word)
            assert await refusal_of(rig, exchange, order) == "price_required"

    async def test_a_stop_price_off_the_tick_is_refused(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.STOP_MARKET)
        listed = await exchange.instrument(rig.market_type, rig.symbol)
        half = (next_tick(rig.above, listed.ticks, Side.BUY) - rig.above) / 2
        order = rig.stop(Side.BUY, rig.above + half)
        assert await refusal_of(rig, exchange, order) == "off_tick"

    async def test_a_stop_of_no_sensible_size_is_refused(self, rig: Rig) -> None:
        exchange = await offering(rig, OrderType.STOP_MARKET)
        await refusal_of(rig, exchange, rig.stop(Side.BUY, rig.above, quantity=Decimal("1e60")))
        await refusal_of(rig, exchange, rig.stop(Side.BUY, Decimal("1e200")))
