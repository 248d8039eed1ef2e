"""What an adapter's account holds, and that no other account holds it."""

import pytest

from exchanges.errors import NotPlaced
from exchanges.vocabulary import ReportStatus, Side
from tests.contracts.rig import Rig


class AccountContract:
    async def test_an_account_begins_with_money_and_without_a_position(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        total, free = await rig.money(exchange)
        assert total == free > 0
        assert await rig.position(exchange) == 0
        assert await rig.open_ids(exchange) == []

    async def test_a_resting_order_locks_money_and_its_cancel_frees_it(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        before = await rig.money(exchange)
        placed = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        total, free = await rig.money(exchange)
        assert total == before[0]
        assert free < before[1]
        await exchange.cancel_order(placed.ref)
        assert await rig.money(exchange) == before

    async def test_a_buy_makes_a_position_at_its_price(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        report = await exchange.create_order(rig.order(Side.BUY))
        held = next(each for each in await exchange.fetch_positions() if each.symbol == rig.symbol)
        assert held.market_type is rig.market_type
        assert held.quantity == rig.quantity
        assert held.average_price == report.average_price

    async def test_a_sale_of_all_leaves_no_position(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        await exchange.create_order(rig.order(Side.BUY))
        await exchange.create_order(rig.order(Side.SELL))
        assert await rig.position(exchange) == 0

    async def test_a_sale_of_half_leaves_half(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        await exchange.create_order(rig.order(Side.BUY))
        await exchange.create_order(rig.order(Side.SELL, quantity=rig.quantity / 2))
        assert await rig.position(exchange) == rig.quantity / 2

    async def test_trading_to_and_fro_costs_money(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        before, _ = await rig.money(exchange)
        await exchange.create_order(rig.order(Side.BUY))
        await exchange.create_order(rig.order(Side.SELL))
        total, free = await rig.money(exchange)
        assert total < before
        assert free == total

    async def test_a_rise_is_earned(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        before, _ = await rig.money(exchange)
        await exchange.create_order(rig.order(Side.BUY))
        await rig.move_price(rig.price * 2)
        await exchange.create_order(rig.order(Side.SELL))
        assert (await rig.money(exchange))[0] > before

    async def test_nobody_sells_what_he_does_not_have_where_one_owns_what_one_trades(
        self, rig: Rig
    ) -> None:
        if rig.can_short:
            pytest.skip("one may be short here")
        exchange = await rig.adapter()
        with pytest.raises(NotPlaced) as refused:
            await exchange.create_order(rig.order(Side.SELL))
        assert refused.value.reason.code == "insufficient_balance"
        assert await rig.position(exchange) == 0

    async def test_what_is_offered_in_one_order_cannot_be_offered_in_another(
        self, rig: Rig
    ) -> None:
        if rig.can_short:
            pytest.skip("one may be short here")
        exchange = await rig.adapter()
        await exchange.create_order(rig.order(Side.BUY))
        await exchange.create_order(rig.limit(Side.SELL, rig.above))
        with pytest.raises(NotPlaced):
            await exchange.create_order(rig.order(Side.SELL))

    async def test_a_sale_of_nothing_makes_a_short_position_where_that_is_traded(
        self, rig: Rig
    ) -> None:
        if not rig.can_short:
            pytest.skip("one owns what one sells here")
        exchange = await rig.adapter()
        await exchange.create_order(rig.order(Side.SELL))
        assert await rig.position(exchange) == -rig.quantity

    async def test_a_fall_is_earned_by_a_short_position(self, rig: Rig) -> None:
        if not rig.can_short:
            pytest.skip("one owns what one sells here")
        exchange = await rig.adapter()
        before, _ = await rig.money(exchange)
        await exchange.create_order(rig.order(Side.SELL))
        await rig.move_price(rig.below)
        await exchange.create_order(rig.order(Side.BUY))
        assert (await rig.money(exchange))[0] > before

    async def test_a_reducing_order_never_turns_a_position_over(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        if not (exchange.capabilities.reduce_only and rig.can_short):
            pytest.skip("no reduce-only orders here")
        await exchange.create_order(rig.order(Side.BUY))
        order = rig.order(Side.SELL, quantity=rig.quantity * 2, reduce_only=True)
        report = await exchange.create_order(order)
        assert report.filled_quantity == rig.quantity
        assert report.status is not ReportStatus.FILLED
        assert await rig.position(exchange) == 0

    async def test_one_account_sees_nothing_of_another(self, rig: Rig) -> None:
        exchange, stranger = await rig.adapter(), await rig.stranger()
        placed = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        await exchange.create_order(rig.order(Side.BUY))
        assert await rig.open_ids(stranger) == []
        assert await rig.position(stranger) == 0
        assert await stranger.fetch_order(placed.ref) is None
        with pytest.raises(NotPlaced):
            await stranger.cancel_order(placed.ref)
        assert await rig.open_ids(exchange) == [placed.ref.client_order_id]

    async def test_everything_is_there_after_the_adapter_was_opened_anew(self, rig: Rig) -> None:
        exchange = await rig.adapter()
        filled = await exchange.create_order(rig.order(Side.BUY))
        resting = await exchange.create_order(rig.limit(Side.BUY, rig.below))
        money = await rig.money(exchange)
        await exchange.close()
        again = await rig.adapter()
        assert await rig.money(again) == money
        assert await rig.position(again) == rig.quantity
        assert await rig.open_ids(again) == [resting.ref.client_order_id]
        assert (await rig.fetched(again, filled.ref)).trades == filled.trades
