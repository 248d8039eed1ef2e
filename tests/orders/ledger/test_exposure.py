"""What a strategy has at stake, and what it realised since."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from exchanges.messages import TradeReport
from exchanges.vocabulary import MarketType, OrderType, Side
from exchanges.vocabulary import ReportStatus as R
from orders.exposure import AccountExposure, Exposure
from orders.journal import Journal
from orders.states import event_of
from orders.vocabulary import OrderRole
from tests.orders.ledger.kit import NOW, Rows, World, change

LONG_AGO = NOW - timedelta(days=365)
TOTALS = """
SELECT (SELECT coalesce(sum(amount), 0) FROM orders_realizedprofit), sum(realized_pnl)
FROM orders_position
"""


async def _trade(
    world: World,
    journal: Journal,
    side: Side,
    *fills: TradeReport,
    average: Decimal | None = None,
    **changes: Any,
) -> int:
    """The id of an order that traded so much; without fills ten lots that the venue only tells."""
    order_id = await world.placed(journal, side=side, **changes)
    await _report(world, journal, order_id, *fills, average=average)
    return order_id


async def _report(
    world: World,
    journal: Journal,
    order_id: int,
    *fills: TradeReport,
    average: Decimal | None = None,
) -> None:
    filled = sum((fill.quantity for fill in fills), Decimal(0)) / world.market.lot or 10
    report = world.report(R.PARTIALLY_FILLED, filled=filled, average=average, trades=fills)
    await journal.record(change(order_id, event_of(report), report=report))


async def _mine(world: World, journal: Journal, *, since: Any = LONG_AGO) -> AccountExposure:
    exposure = await journal.exposure(world.strategy_id, since)
    return exposure.of(world.accounts[0].id)


def _pnl(world: World, exposure: AccountExposure) -> Decimal:
    return exposure.realized_pnl(world.market.market_type, world.market.symbol)


async def test_a_strategy_that_did_nothing_has_nothing_at_stake(
    world: World, journal: Journal
) -> None:
    assert await journal.exposure(world.strategy_id, LONG_AGO) == Exposure()
    assert await _mine(world, journal) == AccountExposure()


async def test_unfinished_orders_count_and_those_that_protect_do_not(
    world: World, journal: Journal
) -> None:
    await world.placed(journal)
    await world.placed(journal, role=OrderRole.STOP_LOSS)
    other = await world.placed(journal, account=1)
    await journal.record(
        change(other, event_of(world.report(R.REJECTED)), report=world.report(R.REJECTED))
    )
    exposure = await journal.exposure(world.strategy_id, LONG_AGO)
    counts = [exposure.of(account.id).open_orders for account in world.accounts]
    assert counts == [1, 0]


async def test_positions_that_are_not_flat_count(world: World, journal: Journal) -> None:
    price = world.market.price
    await _trade(world, journal, Side.BUY, world.trade("T1", 3, price, fee=Decimal(0)))
    held = await _mine(world, journal)
    assert held.positions == {(world.market.market_type, world.market.symbol)}
    assert held.open_positions == 1
    await _trade(world, journal, Side.SELL, world.trade("T2", 3, price, fee=Decimal(0)))
    assert (await _mine(world, journal)).open_positions == 0


async def test_a_partial_close_realises_its_part(
    world: World, journal: Journal, rows: Rows
) -> None:
    price, lot = world.market.price, world.market.lot
    await _trade(world, journal, Side.BUY, world.trade("T1", 10, price))
    await _trade(world, journal, Side.SELL, world.trade("T2", 4, price - 3))
    assert _pnl(world, await _mine(world, journal)) == lot * 4 * -3
    await _trade(world, journal, Side.SELL, world.trade("T3", 6, price + 5))
    assert _pnl(world, await _mine(world, journal)) == lot * 4 * -3 + lot * 6 * 5
    booked, running = rows.one(TOTALS)
    assert booked == running


async def test_a_flip_realises_what_it_closes_and_nothing_of_what_it_opens(
    world: World, journal: Journal
) -> None:
    price, lot = world.market.price, world.market.lot
    await _trade(world, journal, Side.BUY, world.trade("T1", 4, price))
    await _trade(world, journal, Side.SELL, world.trade("T2", 10, price + 2))
    assert _pnl(world, await _mine(world, journal)) == lot * 4 * 2


async def test_profit_is_counted_with_the_contracts_size(world: World, journal: Journal) -> None:
    price, lot, size = world.market.price, world.market.lot, Decimal(250_000)
    await _trade(world, journal, Side.BUY, world.trade("T1", 2, price), contract_size=size)
    await _trade(world, journal, Side.SELL, world.trade("T2", 2, price + 1), contract_size=size)
    assert _pnl(world, await _mine(world, journal)) == lot * 2 * size


async def test_only_what_was_executed_since_then_counts(world: World, journal: Journal) -> None:
    price, lot = world.market.price, world.market.lot
    await _trade(world, journal, Side.BUY, world.trade("T1", 10, price))
    yesterday = world.trade("T2", 4, price - 3)
    today = world.trade("T3", 6, price - 5, second=60)
    await _trade(world, journal, Side.SELL, yesterday, today)
    since = await _mine(world, journal, since=NOW + timedelta(seconds=60))
    assert _pnl(world, since) == lot * 6 * -5


async def test_a_price_that_is_learnt_later_corrects_what_was_realised(
    world: World, journal: Journal, rows: Rows
) -> None:
    price, lot = world.market.price, world.market.lot
    await _trade(world, journal, Side.BUY, world.trade("T1", 10, price))
    sold = await _trade(world, journal, Side.SELL, average=price - 1)
    assert _pnl(world, await _mine(world, journal)) == lot * 10 * -1
    await _report(world, journal, sold, world.trade("T2", 10, price - 4))
    assert _pnl(world, await _mine(world, journal)) == lot * 10 * -4
    booked, running = rows.one(TOTALS)
    assert booked == running


async def test_the_other_account_has_a_loss_of_its_own(world: World, journal: Journal) -> None:
    price, lot = world.market.price, world.market.lot
    for account in range(2):
        await _trade(
            world, journal, Side.BUY, world.trade(f"B{account}", 1, price), account=account
        )
    await _trade(world, journal, Side.SELL, world.trade("S", 1, price - 7), account=1)
    exposure = await journal.exposure(world.strategy_id, LONG_AGO)
    gains = [_pnl(world, exposure.of(account.id)) for account in world.accounts]
    assert gains == [0, lot * -7]


async def test_a_market_order_is_no_exception(world: World, journal: Journal) -> None:
    price, lot = world.market.price, world.market.lot
    market: dict[str, Any] = {"order_type": OrderType.MARKET, "price": None}
    await _trade(world, journal, Side.SELL, world.trade("T1", 5, price), **market)
    await _trade(world, journal, Side.BUY, world.trade("T2", 5, price + 2), **market)
    assert _pnl(world, await _mine(world, journal)) == lot * 5 * -2


def test_losses_are_added_where_they_are_paid_in_the_same_currency() -> None:
    spot, futures, stocks = MarketType.SPOT, MarketType.FUTURES, MarketType.DOMESTIC_STOCK
    exposure = AccountExposure(
        realized={
            (spot, "BTC/USDT"): Decimal(-1),
            (futures, "ETH/USDT:USDT"): Decimal(-2),
            (spot, "BTC/KRW"): Decimal(-4_000),
            (stocks, "005930"): Decimal(-500),
            (stocks, "000660"): Decimal(-70),
        }
    )
    assert exposure.realized_pnl(spot, "XRP/USDT") == -3
    assert exposure.realized_pnl(spot, "XRP/KRW") == -4_000
    assert exposure.realized_pnl(stocks, "035720") == -570
