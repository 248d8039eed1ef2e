"""A fee that a spot venue takes in the coin is no more in the position."""

import pytest

from exchanges.messages import TradeReport
from exchanges.vocabulary import MarketType
from exchanges.vocabulary import ReportStatus as R
from tests.orders.ledger.kit import Ledger, Rows, World, make_world
from tests.worlds import MARKETS

CRYPTO, _ = MARKETS
COIN = "BTC"
LOT = CRYPTO.lot
FEE = LOT / 1000


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world(CRYPTO)


def _trade(world: World, name: str, lots: int, *, currency: str = COIN) -> TradeReport:
    return world.trade(name, lots, world.market.price, fee=FEE, fee_currency=currency)


def _fill(world: World, ledger: Ledger, order_id: int, *trades: TradeReport) -> None:
    ledger.report(order_id, world.report(R.FILLED, filled=10, trades=trades))


def test_a_purchase_brings_what_the_fee_leaves(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    _fill(world, ledger, order_id, _trade(world, "t1", 4), _trade(world, "t2", 6))
    assert rows.position() == (LOT * 10 - FEE * 2, world.market.price, 0)


def test_a_sale_takes_the_fee_too(world: World, ledger: Ledger, rows: Rows, order_id: int) -> None:
    rows.run("UPDATE orders_order SET side = 'SELL'")
    _fill(world, ledger, order_id, _trade(world, "t1", 10))
    assert rows.position()[0] == -LOT * 10 - FEE


def test_what_was_filled_is_what_the_venue_says(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    _fill(world, ledger, order_id, _trade(world, "t1", 10))
    assert rows.order(order_id, "filled_quantity") == LOT * 10
    assert rows.one("SELECT quantity, fee FROM orders_trade") == (LOT * 10, FEE)


def test_a_fee_that_is_reported_again_is_paid_once(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    for _ in range(2):
        _fill(world, ledger, order_id, _trade(world, "t1", 10))
    assert rows.position()[0] == LOT * 10 - FEE


def test_a_fill_that_was_booked_before_its_trades_pays_each_fee_once(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.report(order_id, world.report(R.FILLED, filled=10, average=world.market.price))
    first, second = _trade(world, "t1", 4), _trade(world, "t2", 6)
    _fill(world, ledger, order_id, first)
    _fill(world, ledger, order_id, first, second)
    assert rows.position() == (LOT * 10 - FEE * 2, world.market.price, 0)


def test_a_trade_that_is_new_in_part_pays_its_fee_once(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    price = world.market.price
    ledger.report(order_id, world.report(R.PARTIALLY_FILLED, filled=4, average=price))
    _fill(world, ledger, order_id, _trade(world, "t1", 10))
    assert rows.position()[0] == LOT * 10 - FEE


@pytest.mark.parametrize("currency", ["USDT", "BNB", ""])
def test_a_fee_in_another_currency_leaves_the_position_alone(
    world: World, ledger: Ledger, rows: Rows, order_id: int, currency: str
) -> None:
    _fill(world, ledger, order_id, _trade(world, "t1", 10, currency=currency))
    assert rows.position()[0] == LOT * 10


def test_a_future_is_not_paid_with(world: World, ledger: Ledger, rows: Rows, order_id: int) -> None:
    rows.run("UPDATE orders_order SET market_type = %s", MarketType.FUTURES.value)
    _fill(world, ledger, order_id, _trade(world, "t1", 10))
    assert rows.position()[0] == LOT * 10
