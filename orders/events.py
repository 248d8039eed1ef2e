"""Events of the stream: their names, their payloads, and how they are committed in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog

from orders.drafts import AlertDraft, OrderDraft
from orders.fills import Fill
from orders.positions import Holding
from orders.rows import Cursor, OrderRow, columns_of
from orders.vocabulary import AlertStatus, EventName, OrderStatus
from orders.wire import array, decimal_text, json_text, optional_decimal_text, time_text

log = structlog.get_logger(__name__)

CHANNEL = "order_events"

# Held from the first id that is drawn to the commit, so that no later id is seen before it.
_ORDER_LOCK = 0x7262_6576
_OPEN = "SAVEPOINT events; SELECT pg_advisory_xact_lock(%s)"
# A deferred constraint would fail the orders at the commit; here it fails the events alone.
_WRITE = f"""
INSERT INTO orders_orderevent (user_id, name, strategy, account_id, payload, created_at)
SELECT e.user_id, e.name, e.strategy, e.account_id, e.payload::jsonb, %s
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[])
  WITH ORDINALITY AS e(user_id, name, strategy, account_id, payload, place)
ORDER BY e.place;
SET CONSTRAINTS ALL IMMEDIATE;
NOTIFY {CHANNEL};
RELEASE SAVEPOINT events
"""

_NAME_OF: dict[OrderStatus, EventName] = {
    OrderStatus.PENDING: EventName.ORDER_UPDATED,
    OrderStatus.SUBMITTING: EventName.ORDER_UPDATED,
    OrderStatus.NEW: EventName.ORDER_UPDATED,
    OrderStatus.PARTIALLY_FILLED: EventName.ORDER_UPDATED,
    OrderStatus.CANCELLING: EventName.ORDER_UPDATED,
    OrderStatus.EXPIRED: EventName.ORDER_UPDATED,
    OrderStatus.FILLED: EventName.ORDER_FILLED,
    OrderStatus.CANCELLED: EventName.ORDER_CANCELLED,
    OrderStatus.REJECTED: EventName.ORDER_REJECTED,
    OrderStatus.FAILED: EventName.ORDER_REJECTED,
    OrderStatus.UNKNOWN: EventName.ORDER_UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event that has no row yet, for the owner of the account or of the strategy."""

    user_id: int
    name: EventName
    strategy: str
    account_id: int | None
    payload: Mapping[str, Any]


def of_order(order: OrderRow, at: datetime) -> NewEvent:
    return _order_event(order, _NAME_OF[order.status], _order_payload(order, at))


def of_trade(order: OrderRow, fill: Fill, quantity: Decimal) -> NewEvent:
    """`quantity` is what this fill adds: what it only explains was told when it was booked."""
    payload = {
        **_place(order),
        "order_id": str(order.id),
        "client_order_id": order.client_order_id,
        "side": order.side.value,
        "trade_id": fill.exchange_trade_id,
        "quantity": decimal_text(quantity),
        "price": decimal_text(fill.price),
        "fee": decimal_text(fill.fee),
        "fee_currency": fill.fee_currency,
        "timestamp": time_text(fill.executed_at),
        "receipt": order.receipt,
    }
    return _order_event(order, EventName.TRADE_EXECUTED, payload)


def of_position(order: OrderRow, holding: Holding, at: datetime) -> NewEvent:
    payload = {
        **_place(order),
        "quantity": decimal_text(holding.quantity),
        "average_price": decimal_text(holding.average_price),
        "realized_pnl": decimal_text(holding.realized_pnl),
        "timestamp": time_text(at),
    }
    return _order_event(order, EventName.POSITION_UPDATED, payload)


def of_draft(draft: OrderDraft, order_id: int, status: OrderStatus, at: datetime) -> NewEvent:
    """A draft that failed was never an order to the world: it is heard of as rejected only."""
    name = EventName.ORDER_REJECTED if status is OrderStatus.FAILED else EventName.ORDER_CREATED
    row = OrderRow.of_draft(draft, order_id, status)
    return _order_event(row, name, _order_payload(row, at))


def of_alert(alert: AlertDraft) -> NewEvent | None:
    """None for an alert of nobody's strategy: there is nobody to tell."""
    if alert.owner_id is None:
        return None
    accepted = alert.status is AlertStatus.ACCEPTED
    payload: dict[str, Any] = {
        "receipt": alert.receipt,
        "strategy": alert.group_name,
        "market_type": alert.market_type,
        "status": alert.status.value,
        "timestamp": time_text(alert.received_at),
    }
    if not accepted:
        payload["error"] = {
            "code": alert.error_code,
            "message": alert.error_message,
            "field": alert.error_field,
        }
    return NewEvent(
        user_id=alert.owner_id,
        name=EventName.ALERT_RECEIVED if accepted else EventName.ALERT_REJECTED,
        strategy=alert.group_name,
        account_id=None,
        payload=payload,
    )


def publish(cursor: Cursor, events: Sequence[NewEvent], at: datetime) -> None:
    """Inside the caller's transaction, and last in it. A failure is logged and changes nothing."""
    if not events:
        return
    columns = _columns(events)
    cursor.execute(_OPEN, (_ORDER_LOCK,))
    try:
        cursor.execute(_WRITE, (at, *columns))
    except Exception:
        cursor.execute("ROLLBACK TO SAVEPOINT events")
        log.exception("events_not_written", events=len(events))


def _columns(events: Sequence[NewEvent]) -> tuple[str, ...]:
    return (
        *columns_of(events, ("user_id", "name", "strategy", "account_id")),
        array(json_text(event.payload) for event in events),
    )


def _order_event(order: OrderRow, name: EventName, payload: Mapping[str, Any]) -> NewEvent:
    return NewEvent(
        user_id=order.owner_id,
        name=name,
        strategy=order.group_name,
        account_id=order.account_id,
        payload=payload,
    )


def _place(order: OrderRow) -> dict[str, Any]:
    return {
        "account_id": order.account_id,
        "account_name": order.account_name,
        "exchange": order.exchange,
        "strategy": order.group_name,
        "symbol": order.symbol,
        "market_type": order.market_type,
    }


def _order_payload(order: OrderRow, at: datetime) -> dict[str, Any]:
    return {
        **_place(order),
        "order_id": str(order.id),
        "exchange_order_id": order.exchange_order_id or None,
        "client_order_id": order.client_order_id,
        "side": order.side.value,
        "order_type": order.order_type,
        "status": order.status.value,
        "quantity": decimal_text(order.quantity),
        "filled_quantity": decimal_text(order.filled_quantity),
        "price": optional_decimal_text(order.price),
        "stop_price": optional_decimal_text(order.stop_price),
        "role": order.role or None,
        "average_price": optional_decimal_text(order.average_price),
        "timestamp": time_text(at),
        "receipt": order.receipt,
    }
