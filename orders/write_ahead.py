"""The one statement that stores alerts and their orders before anything is sent."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orders.drafts import AlertDraft, OrderDraft
from orders.rows import Cursor
from orders.vocabulary import OrderStatus
from orders.wire import array, json_text, storable

_ALERT = {
    "receipt": "text",
    "strategy_id": "bigint",
    "group_name": "text",
    "status": "text",
    "body": "text",
    "content_type": "text",
    "peer": "text",
    "reading": "jsonb",
    "warnings": "jsonb",
    "market_type": "text",
    "http_status": "smallint",
    "error_code": "text",
    "error_message": "text",
    "error_field": "text",
    "received_at": "timestamptz",
}
_ORDER = {
    "strategy_id": "bigint",
    "account_id": "bigint",
    "instruction": "smallint",
    "leg": "smallint",
    "role": "text",
    "is_exit": "boolean",
    "behind": "text",
    "linked_to": "text",
    "client_order_id": "text",
    "exchange": "text",
    "market_type": "text",
    "symbol": "text",
    "side": "text",
    "order_type": "text",
    "time_in_force": "text",
    "reduce_only": "boolean",
    "post_only": "boolean",
    "quantity": "numeric",
    "price": "numeric",
    "stop_price": "numeric",
    "reference_price": "numeric",
    "take_profit": "numeric",
    "stop_loss": "numeric",
    "trail": "numeric",
    "leverage": "numeric",
    "contract_size": "numeric",
    "expires_at": "timestamptz",
    "status": "text",
    "error_code": "text",
    "error_ko": "text",
    "error_en": "text",
    "finished_at": "timestamptz",
}


def _types(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{column}[]" for column in columns.values())


def _casts(columns: Mapping[str, str]) -> str:
    return ", ".join(f"%s::{column}[]" for column in columns.values())


def _parameters(first: int, count: int) -> str:
    return ", ".join(f"${number}" for number in range(first, first + count))


# $1 the time, $2 the process, then the alerts' columns, the orders' receipts, the orders' columns.
_ORDERS_FROM = 3 + len(_ALERT)
PREPARE = f"""
PREPARE write_ahead (timestamptz, bigint, {_types(_ALERT)}, text[], {_types(_ORDER)}) AS
WITH alert AS (
  INSERT INTO orders_alert ({", ".join(_ALERT)})
  SELECT * FROM unnest({_parameters(3, len(_ALERT))})
  ON CONFLICT (receipt) DO NOTHING
  RETURNING id, receipt
), placed AS (
  INSERT INTO orders_order (
    alert_id, {", ".join(_ORDER)},
    exchange_order_id, filled_quantity, claimed_by, created_at, updated_at
  )
  SELECT alert.id, {", ".join(f"d.{name}" for name in _ORDER)}, '', 0, $2, $1, $1
  FROM unnest({_parameters(_ORDERS_FROM, 1 + len(_ORDER))})
    WITH ORDINALITY AS d(receipt, {", ".join(_ORDER)}, place)
  JOIN alert USING (receipt)
  ORDER BY d.place
  RETURNING id, client_order_id, status, error_code
), written AS (
  INSERT INTO orders_ordertransition (order_id, from_status, to_status, event, cause, at)
  SELECT id, '', status, 'CREATED', error_code, $1 FROM placed
)
SELECT id, receipt, '' FROM alert UNION ALL SELECT id, '', client_order_id FROM placed
"""
_EXECUTE = f"""
EXECUTE write_ahead (%s, %s, {_casts(_ALERT)}, %s::text[], {_casts(_ORDER)})
"""
_FIND = """
SELECT a.id, a.receipt, '' FROM orders_alert a WHERE a.receipt = ANY(%(receipts)s)
UNION ALL
SELECT o.id, '', o.client_order_id
FROM orders_order o JOIN orders_alert a ON a.id = o.alert_id WHERE a.receipt = ANY(%(receipts)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An alert with its orders. Those in `claimed` are born as this process's to send at once."""

    alert: AlertDraft
    orders: Sequence[OrderDraft] = ()
    claimed: Container[str] = frozenset()

    def birth(self, draft: OrderDraft) -> OrderStatus:
        if draft.failure is not None:
            return OrderStatus.FAILED
        if draft.client_order_id in self.claimed:
            return OrderStatus.SUBMITTING
        return OrderStatus.PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The ids by receipt and by client order id of what is in the ledger."""

    alerts: Mapping[str, int]
    orders: Mapping[str, int]

    def order_ids(self, entry: Entry) -> tuple[int, ...]:
        return tuple(self.orders[draft.client_order_id] for draft in entry.orders)


def store(cursor: Cursor, entries: Sequence[Entry], process_id: int, at: datetime) -> Stored:
    """Whole or not at all; an alert whose receipt is stored already is left out of the answer."""
    drafts = [(entry, draft) for entry in entries for draft in entry.orders]
    alerts = zip(*(_alert_values(entry.alert) for entry in entries), strict=True)
    orders = zip(*(_order_values(entry, draft, at) for entry, draft in drafts), strict=True)
    order_columns = list(map(array, orders)) or ["{}"] * (1 + len(_ORDER))
    cursor.execute(_EXECUTE, (at, process_id, *map(array, alerts), *order_columns))
    return _stored(cursor)


def find(cursor: Cursor, entries: Sequence[Entry]) -> Stored:
    """What of these is in the ledger already."""
    cursor.execute(_FIND, {"receipts": [entry.alert.receipt for entry in entries]})
    return _stored(cursor)


def _stored(cursor: Cursor) -> Stored:
    alerts, orders = {}, {}
    for row_id, receipt, client_order_id in cursor.fetchall():
        if receipt:
            alerts[receipt] = row_id
        else:
            orders[client_order_id] = row_id
    return Stored(alerts=alerts, orders=orders)


def _alert_values(alert: AlertDraft) -> tuple[Any, ...]:
    """What a stranger sent is stored whatever it is: cut to the columns, and without NUL."""
    return (
        alert.receipt,
        alert.strategy_id,
        storable(alert.group_name)[:100],
        alert.status,
        storable(alert.body),
        storable(alert.content_type)[:100],
        storable(alert.peer)[:64],
        json_text(alert.reading),
        json_text(list(alert.warnings)),
        storable(alert.market_type)[:32],
        alert.http_status,
        alert.error_code[:64],
        storable(alert.error_message),
        storable(alert.error_field)[:64],
        alert.received_at,
    )


def _order_values(entry: Entry, draft: OrderDraft, at: datetime) -> tuple[Any, ...]:
    failure = draft.failure
    return (
        entry.alert.receipt,
        draft.strategy_id,
        draft.account.id,
        draft.instruction,
        draft.leg,
        draft.role or "",
        draft.is_exit,
        draft.behind,
        draft.linked_to,
        draft.client_order_id,
        draft.account.exchange,
        draft.market_type,
        draft.symbol,
        draft.side,
        draft.order_type,
        draft.time_in_force or "",
        draft.reduce_only,
        draft.post_only,
        draft.quantity,
        draft.price,
        draft.stop_price,
        draft.reference_price,
        draft.take_profit,
        draft.stop_loss,
        draft.trail,
        draft.leverage,
        draft.contract_size,
        draft.expires_at,
        entry.birth(draft),
        failure.code if failure else "",
        failure.ko if failure else "",
        failure.en if failure else "",
        at if failure else None,
    )
