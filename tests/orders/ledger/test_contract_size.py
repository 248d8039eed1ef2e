"""Profit is in money: a price that moves by one moves a contract by its size."""

from decimal import Decimal

import psycopg2
import pytest

from exchanges.vocabulary import ReportStatus as R
from exchanges.vocabulary import Side
from orders.journal import Journal, JournalUnavailable
from orders.ledger import Ledger as OrderLedger
from orders.states import Event
from tests.orders.ledger.kit import Rows, World, change

SIZE = Decimal("50.5")


async def _fill(world: World, journal: Journal, side: Side, price: Decimal) -> int:
    order_id = await world.placed(journal, side=side, contract_size=SIZE)
    report = world.report(R.FILLED, filled=10, average=price)
    await journal.record(change(order_id, Event.FILLED, report=report))
    return order_id


async def test_a_gain_is_the_contracts_size_times_the_move(
    world: World, journal: Journal, rows: Rows
) -> None:
    price = world.market.price
    await _fill(world, journal, Side.BUY, price)
    await _fill(world, journal, Side.SELL, price + 10)
    assert rows.position() == (0, 0, world.market.lot * 10 * 10 * SIZE)


async def test_a_price_that_is_known_better_later_counts_with_the_size_too(
    world: World, journal: Journal, rows: Rows
) -> None:
    price = world.market.price
    await _fill(world, journal, Side.BUY, price)
    sold = await _fill(world, journal, Side.SELL, price)
    trades = [world.trade("t1", 10, price + 10)]
    report = world.report(R.FILLED, filled=10, trades=trades)
    await journal.record(change(sold, Event.FILLED, report=report))
    assert rows.position() == (0, 0, world.market.lot * 10 * 10 * SIZE)


async def test_an_order_that_is_taken_over_keeps_its_contracts_size(
    world: World, journal: Journal
) -> None:
    order_id = await world.placed(journal, contract_size=SIZE)
    ledger = OrderLedger(world.dsn)
    try:
        found = await ledger.orders([order_id])
    finally:
        ledger.stop()
    assert found[order_id].draft.contract_size == SIZE


async def test_a_contract_without_a_size_is_not_stored(
    world: World, journal: Journal, rows: Rows
) -> None:
    with pytest.raises(JournalUnavailable) as refusal:
        await world.placed(journal, contract_size=Decimal(0))
    assert isinstance(refusal.value.__cause__, psycopg2.errors.CheckViolation)
    assert rows.all("SELECT id FROM orders_order") == []
