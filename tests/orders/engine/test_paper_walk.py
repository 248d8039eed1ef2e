"""The paper exchange's prices walk by themselves, so a limit order fills while one watches."""

from collections.abc import Iterator

import pytest

from exchanges.vocabulary import OrderType
from orders.models import Order, Position
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge, make_desk
from tests.dsn import test_dsn
from tests.worlds import Market


@pytest.fixture
def desk(market: Market, transactional_db: None) -> Desk:
    return make_desk(market, exchange="PAPER")


@pytest.fixture
def bridge(desk: Desk) -> Iterator[RunningBridge]:
    running = RunningBridge(test_dsn()).start()
    yield running
    running.stop()


def test_a_limit_order_near_the_price_fills_as_time_passes(
    bridge: RunningBridge, desk: Desk, market: Market
) -> None:
    market_order = desk.draft(order_type=OrderType.MARKET, price=None, reference_price=market.price)
    (anchored,) = bridge.execute(market_order)
    assert anchored.status is OrderStatus.FILLED
    below = market.price - (market.price // 1000) // 100 * 100
    (flight,) = bridge.execute(desk.draft(price=below))
    order = Order.objects.get(pk=flight.order_id)
    assert order.status in {OrderStatus.NEW, OrderStatus.FILLED}

    def is_filled() -> bool:
        order.refresh_from_db()
        return order.status == OrderStatus.FILLED

    bridge.wait_until(is_filled, step=30)
    assert order.filled_quantity == order.quantity
    assert Position.objects.get().quantity == order.quantity + market_order.quantity


def test_a_resting_order_survives_a_restart_and_can_be_cancelled(
    bridge: RunningBridge, desk: Desk, market: Market
) -> None:
    far = market.price // 2
    bridge.execute(
        desk.draft(order_type=OrderType.MARKET, price=None, reference_price=market.price)
    )
    (flight,) = bridge.execute(desk.draft(price=far, quantity=market.lot * 20))
    bridge.stop()
    again = RunningBridge(test_dsn(), bridge.time).start()
    try:
        (outcome,) = again.cancel(flight.order_id)
    finally:
        again.stop()
    assert outcome.cancelled
