"""What an adapter refuses, and that nothing of a refused order is left behind."""

from decimal import Decimal

import pytest

from exchanges.base import Exchange
from exchanges.errors import NotOffered, NotPlaced, OutcomeUnknown
from exchanges.messages import OrderRequest
from exchanges.precision import next_tick
from exchanges.vocabulary import MarketType, OrderType, Side, TimeInForce
from tests.contracts.rig import Rig


async def refusal_of(rig: Rig, exchange: Exchange, request: OrderRequest) -> str:
    """The refusal's code, once it is seen that the venue has no such order and took no money."""
    before = await rig.money(exchange)
    with pytest.raises(NotPlaced) as refused:
        await exchange.create_order(request)
    assert await exchange.fetch_order(request.ref) is None
    assert await rig.money(exchange) == before
    assert refused.value.reason.ko
    assert refused.value.reason.en
    return refused.value.reason.code


class AdmissionContract:
    async def test_a_quantity_off_the_lot_is_refused(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        lot = (await exchange.instrument(rig.market_type, rig.symbol)).lot
        order = rig.order(Side.BUY, quantity=rig.quantity + lot / 2)
        await refusal_of(rig, exchange, order)

    async def test_a_price_off_the_tick_is_refused(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        listed = await exchange.instrument(rig.market_type, rig.symbol)
        half = (next_tick(rig.below, listed.ticks, Side.BUY) - rig.below) / 2
        await refusal_of(rig, exchange, rig.limit(Side.BUY, rig.below + half))

    async def test_less_than_the_minimum_is_refused(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        listed = await exchange.instrument(rig.market_type, rig.symbol)
        if listed.minimum_notional <= listed.lot * rig.price * listed.contract_size:
            pytest.skip("the smallest lot is worth more than the minimum")
        assert await refusal_of(rig, exchange, rig.order(Side.BUY, quantity=listed.lot))

    async def test_an_order_that_cannot_be_paid_is_refused(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        market = rig.order(Side.BUY, quantity=rig.unaffordable)
        limit = rig.limit(Side.BUY, rig.below, quantity=rig.unaffordable)
        assert await refusal_of(rig, exchange, market) == "insufficient_balance"
        assert await refusal_of(rig, exchange, limit) == "insufficient_balance"

    async def test_a_limit_order_without_a_price_is_refused(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        await refusal_of(rig, exchange, rig.order(Side.BUY, order_type=OrderType.LIMIT))

    async def test_an_unlisted_symbol_is_not_offered(self, rig: Rig) -> None:
        with pytest.raises(NotOffered):
            await (await rig.adapter()).create_order(rig.order(Side.BUY, symbol=rig.unlisted))

    async def test_a_market_of_the_other_family_is_not_traded(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        other = next(each for each in MarketType if each.family is not exchange.family)
        with pytest.raises(NotOffered):
            await exchange.create_order(rig.order(Side.BUY, market_type=other))

    async def test_order_types_outside_its_capabilities_are_not_offered(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        for order_type in set(OrderType) - exchange.capabilities.order_types:
            order = rig.limit(Side.BUY, rig.below, stop_price=rig.above)
            with pytest.raises(NotOffered):
                await exchange.create_order(_with(order, order_type=order_type))

    async def test_times_in_force_outside_its_capabilities_are_not_offered(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        for word in set(TimeInForce) - exchange.capabilities.times_in_force:
            with pytest.raises(NotOffered):
                await exchange.create_order(rig.limit(Side.BUY, rig.below, time_in_force=word))

    async def test_options_outside_its_capabilities_are_not_offered(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        for option in ("reduce_only", "post_only"):
            if not getattr(exchange.capabilities, option):
                with pytest.raises(NotOffered):
                    await exchange.create_order(rig.limit(Side.BUY, rig.below, **{option: True}))

    async def test_exits_outside_its_capabilities_are_not_offered(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        trailing = rig.order(Side.BUY, order_type=OrderType.STOP_MARKET, trail=rig.distance)
        linked = rig.limit(Side.SELL, rig.above, linked_to=rig.new_id())
        for request, is_offered in (
            (trailing, exchange.capabilities.trailing_stops),
            (linked, exchange.capabilities.linked_exits),
        ):
            if not is_offered:
                with pytest.raises(NotOffered):
                    await exchange.create_order(request)

    async def test_a_post_only_order_that_would_trade_at_once_is_refused(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        if not exchange.capabilities.post_only:
            pytest.skip("no post-only orders here")
        await refusal_of(rig, exchange, rig.limit(Side.BUY, rig.above, post_only=True))

    async def test_a_post_only_order_that_rests_is_taken(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        if not exchange.capabilities.post_only:
            pytest.skip("no post-only orders here")
        order = rig.limit(Side.BUY, rig.below, post_only=True)
        await exchange.create_order(order)
        assert await rig.open_ids(exchange) == [order.client_order_id]

    async def test_reducing_nothing_is_refused(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        if not exchange.capabilities.reduce_only:
            pytest.skip("no reduce-only orders here")
        await refusal_of(rig, exchange, rig.order(Side.SELL, reduce_only=True))

    async def test_a_client_order_id_is_never_placed_twice(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        if not exchange.capabilities.client_order_ids:
            pytest.skip("no client order ids here")
        order = rig.order(Side.BUY)
        await exchange.create_order(order)
        with pytest.raises(OutcomeUnknown):
            await exchange.create_order(order)
        assert (await rig.fetched(exchange, order.ref)).filled_quantity == rig.quantity
        assert await rig.position(exchange) == rig.quantity

    async def test_an_order_of_no_sensible_size_is_refused(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        await refusal_of(rig, exchange, rig.order(Side.BUY, quantity=Decimal("1e60")))
        await refusal_of(rig, exchange, rig.limit(Side.BUY, Decimal("1e200")))


def _with(order: OrderRequest, *, order_type: OrderType) -> OrderRequest:
    return OrderRequest(
        client_order_id=order.client_order_id,
        market_type=order.market_type,
        symbol=order.symbol,
        side=order.side,
        order_type=order_type,
        quantity=order.quantity,
        price=order.price,
        stop_price=order.stop_price,
    )
