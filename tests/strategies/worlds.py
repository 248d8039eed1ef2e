"""A history, as the ledger writes one: an alert and an order on an account."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from orders.models import Alert, Order
from orders.vocabulary import AlertStatus, OrderStatus
from tests.strategies.conftest import World

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def trade_once(world: World) -> Order:
    alert = Alert.objects.create(
        receipt="01J00000000000000000000000",
        strategy=world.strategy,
        group_name=world.strategy.group_name,
        status=AlertStatus.ACCEPTED,
        body="{}",
        received_at=NOW,
    )
    return Order.objects.create(
        alert=alert,
        strategy=world.strategy,
        account=world.account,
        instruction=0,
        client_order_id="a" * 32,
        exchange=world.account.exchange,
        market_type=world.market.market_type,
        symbol=world.market.symbol,
        side="BUY",
        order_type="MARKET",
        quantity=Decimal(1),
        status=OrderStatus.FILLED,
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=1),
        updated_at=NOW,
    )
