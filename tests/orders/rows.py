"""Rows of the ledger written directly, for tests of what is read from it."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from exchanges.vocabulary import OrderType, Side
from orders.client_ids import client_order_id
from orders.models import Alert, Order, OrderEvent, OrderTransition, Position, Trade
from orders.vocabulary import AlertStatus, EventName, OrderStatus
from strategies.models import Account, Strategy
from tests.worlds import Market

NOON = datetime(2026, 3, 2, 12, 0, 0, 123000, tzinfo=UTC)
_numbers = itertools.count(1)


def make_alert(strategy: Strategy | None, **changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "receipt": f"01J{next(_numbers):023d}",
        "strategy": strategy,
        "group_name": strategy.group_name if strategy else "nobody's",
        "status": AlertStatus.ACCEPTED.value,
        "body": '{"token": "***", "side": "buy"}',
        "content_type": "application/json",
        "peer": "52.89.214.238",
        "reading": {"time": "2026-03-02T12:00:00Z"},
        "market_type": strategy.market_type if strategy else "",
        "http_status": 200,
        "received_at": NOON,
    }
    return Alert.objects.create(**fields | changes)


def make_order(
    strategy: Strategy,
    account: Account,
    market: Market,
    *,
    alert: Alert | None = None,
    instruction: int = 0,
    **changes: Any,
) -> Order:
    """A limit order to buy one lot, accepted by its venue."""
    alert = alert or make_alert(strategy)
    fields: dict[str, Any] = {
        "exchange_order_id": f"V{next(_numbers)}",
        "exchange": account.exchange,
        "market_type": market.market_type.value,
        "symbol": market.symbol,
        "side": Side.BUY.value,
        "order_type": OrderType.LIMIT.value,
        "quantity": market.lot,
        "price": market.price,
        "reference_price": market.price,
        "status": OrderStatus.NEW.value,
        "created_at": NOON,
        "expires_at": NOON + timedelta(minutes=1),
        "sent_at": NOON + timedelta(milliseconds=2),
        "acknowledged_at": NOON + timedelta(milliseconds=40),
        "updated_at": NOON + timedelta(milliseconds=40),
    }
    return Order.objects.create(
        alert=alert,
        strategy=strategy,
        account=account,
        instruction=instruction,
        client_order_id=client_order_id(alert.receipt, instruction, account.pk),
        **fields | changes,
    )


def make_transition(order: Order, before: str, after: str, event: str) -> OrderTransition:
    return OrderTransition.objects.create(
        order=order, from_status=before, to_status=after, event=event, at=order.updated_at
    )


def fill(order: Order, *, price: Decimal | None = None, **changes: Any) -> Trade:
    """The whole order in one trade; the order's own figures follow."""
    price = price or order.price or Decimal(1)
    trade = Trade.objects.create(
        order=order,
        account=order.account,
        exchange_trade_id=f"T{next(_numbers)}",
        quantity=order.quantity,
        price=price,
        executed_at=NOON + timedelta(milliseconds=60),
        **changes,
    )
    order.status, order.filled_quantity = OrderStatus.FILLED.value, order.quantity
    order.average_price, order.finished_at = price, trade.executed_at
    order.save()
    return trade


def hold(strategy: Strategy, account: Account, market: Market, quantity: Decimal) -> Position:
    return Position.objects.create(
        strategy=strategy,
        account=account,
        market_type=market.market_type.value,
        symbol=market.symbol,
        quantity=quantity,
        average_price=market.price,
        updated_at=NOON,
    )


def make_event(
    user: User,
    *,
    strategy: str = "test1",
    account_id: int | None = 1,
    name: EventName = EventName.ORDER_CREATED,
    **payload: Any,
) -> OrderEvent:
    return OrderEvent.objects.create(
        user=user,
        name=name.value,
        strategy=strategy,
        account_id=account_id,
        payload={"strategy": strategy, "account_id": account_id, **payload},
        created_at=NOON,
    )
