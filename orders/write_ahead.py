"""The one statement that stores alerts and their orders before anything is sent.

It takes the alerts' keys too: of two copies that arrive at one instant, at two processes even, the
second waits for the first one's commit, finds its key taken, and is not stored.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from orders import order_columns
from orders.drafts import AlertDraft, AlertKeyDraft, CancelDraft, OrderDraft
from orders.order_columns import ORDER, casts, types
from orders.rows import Cursor
from orders.vocabulary import AlertStatus, OrderStatus
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
_KEY = {"digest": "text", "key_expires_at": "timestamptz"}
_POSTED = {**_ALERT, **_KEY}
_CANCEL = {"receipt": "text", "order_id": "bigint", "cause": "text"}


def _parameters(first: int, count: int) -> str:
    return ", ".join(f"${number}" for number in range(first, first + count))


# $1 the time, $2 the process, then what was posted, the orders' receipts and columns, the cancels.
# A key that is taken is written as it was, only to hear who has it.
_ORDERS_FROM = 3 + len(_POSTED)
_CANCELS_FROM = _ORDERS_FROM + 1 + len(ORDER)
PREPARE = f"""
PREPARE write_ahead (timestamptz, bigint, {types(_POSTED)}, text[], {types(ORDER)},
  {types(_CANCEL)}) AS
WITH posted AS (
  SELECT * FROM unnest({_parameters(3, len(_POSTED))}) AS p({", ".join(_POSTED)})
), taken AS (
  INSERT INTO orders_alertkey AS k (strategy_id, digest, receipt, expires_at)
  SELECT strategy_id, digest, receipt, key_expires_at FROM posted
  WHERE digest IS NOT NULL ORDER BY strategy_id, digest
  ON CONFLICT (strategy_id, digest) DO UPDATE SET (receipt, expires_at) = (
    SELECT CASE WHEN k.expires_at <= p.received_at THEN p.receipt ELSE k.receipt END,
           CASE WHEN k.expires_at <= p.received_at THEN p.key_expires_at ELSE k.expires_at END
    FROM posted p WHERE p.receipt = excluded.receipt
  )
  RETURNING strategy_id, digest, receipt, expires_at
), alert AS (
  INSERT INTO orders_alert ({", ".join(_ALERT)})
  SELECT {", ".join(_ALERT)} FROM posted p
  WHERE digest IS NULL OR EXISTS (SELECT FROM taken WHERE taken.receipt = p.receipt)
  ON CONFLICT (receipt) DO NOTHING
  RETURNING id, receipt
), placed AS (
  INSERT INTO orders_order (
    alert_id, {", ".join(ORDER)},
    exchange_order_id, filled_quantity, claimed_by, created_at, updated_at
  )
  SELECT alert.id, {", ".join(f"d.{name}" for name in ORDER)}, '', 0, $2, $1, $1
  FROM unnest({_parameters(_ORDERS_FROM, 1 + len(ORDER))})
    WITH ORDINALITY AS d(receipt, {", ".join(ORDER)}, place)
  JOIN alert USING (receipt)
  ORDER BY d.place
  RETURNING id, client_order_id, status, error_code
), written AS (
  INSERT INTO orders_ordertransition (order_id, from_status, to_status, event, cause, at)
  SELECT id, '', status, 'CREATED', error_code, $1 FROM placed
), asked AS (
  INSERT INTO orders_cancelask (order_id, alert_id, cause, asked_by, asked_at)
  SELECT c.order_id, alert.id, c.cause, $2, $1
  FROM unnest({_parameters(_CANCELS_FROM, len(_CANCEL))}) AS c({", ".join(_CANCEL)})
  JOIN alert USING (receipt)
)
SELECT id, receipt, '', '', NULL::timestamptz FROM alert
UNION ALL SELECT id, '', client_order_id, '', NULL FROM placed
UNION ALL SELECT strategy_id, receipt, '', digest, expires_at FROM taken WHERE receipt <> ALL($3)
"""
_EXECUTE = f"""
EXECUTE write_ahead (%s, %s, {casts(_POSTED)}, %s::text[], {casts(ORDER)}, {casts(_CANCEL)})
"""
_FIND = """
SELECT a.id, a.receipt, '', '', NULL::timestamptz
FROM orders_alert a WHERE a.receipt = ANY(%(receipts)s)
UNION ALL
SELECT o.id, '', o.client_order_id, '', NULL
FROM orders_order o JOIN orders_alert a ON a.id = o.alert_id WHERE a.receipt = ANY(%(receipts)s)
"""
_RELEASE = """
DELETE FROM orders_alertkey k
USING unnest(%s::bigint[], %s::text[], %s::text[]) AS n(strategy_id, digest, receipt)
WHERE (k.strategy_id, k.digest, k.receipt) = (n.strategy_id, n.digest, n.receipt)
"""

Key = tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has a key, and until when; None is for ever."""

    receipt: str
    expires_at: datetime | None

    def holds_at(self, at: datetime) -> bool:
        return self.expires_at is None or self.expires_at > at


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An alert with its orders and cancels. Orders in `claimed` are born as this process's to send
    at once.
    """

    alert: AlertDraft
    orders: Sequence[OrderDraft] = ()
    claimed: Container[str] = frozenset()
    cancels: Sequence[CancelDraft] = ()

    @property
    def key_draft(self) -> AlertKeyDraft | None:
        """A refused alert takes no key: sent again, it is read again."""
        is_accepted = self.alert.status is AlertStatus.ACCEPTED
        return self.alert.key if is_accepted and self.alert.strategy_id is not None else None

    @property
    def key(self) -> Key | None:
        draft, strategy_id = self.key_draft, self.alert.strategy_id
        return None if draft is None or strategy_id is None else (strategy_id, draft.digest)

    @property
    def holding(self) -> Mapping[Key, Holder]:
        """What it has once it is stored."""
        key, draft = self.key, self.key_draft
        if key is None or draft is None:
            return {}
        return {key: Holder(receipt=self.alert.receipt, expires_at=draft.expires_at)}

    def birth(self, draft: OrderDraft) -> OrderStatus:
        return order_columns.birth(draft, self.claimed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The ids by receipt and by client order id of what is in the ledger, and who has the keys
    that were not won.
    """

    alerts: Mapping[str, int]
    orders: Mapping[str, int]
    holders: Mapping[Key, Holder] = field(default_factory=dict)

    def order_ids(self, entry: Entry) -> tuple[int, ...]:
        return tuple(self.orders[draft.client_order_id] for draft in entry.orders)

    def holder(self, entry: Entry) -> Holder | None:
        """The alert that this one is a copy of."""
        return self.holders.get(entry.key) if entry.key else None

    def knows(self, entry: Entry) -> bool:
        return entry.alert.receipt in self.alerts or self.holder(entry) is not None


def store(cursor: Cursor, entries: Sequence[Entry], process_id: int, at: datetime) -> Stored:
    """Whole or not at all; an alert whose receipt is stored already is left out of the answer.

    No two of the entries may have the same key.
    """
    posted = zip(*map(_posted_values, entries), strict=True)
    orders = zip(
        *(
            order_columns.values(entry.alert.receipt, draft, entry.birth(draft), at)
            for entry in entries
            for draft in entry.orders
        ),
        strict=True,
    )
    cancels = zip(
        *(
            (entry.alert.receipt, cancel.order_id, cancel.cause)
            for entry in entries
            for cancel in entry.cancels
        ),
        strict=True,
    )
    order_arrays = list(map(array, orders)) or ["{}"] * (1 + len(ORDER))
    cancel_arrays = list(map(array, cancels)) or ["{}"] * len(_CANCEL)
    cursor.execute(_EXECUTE, (at, process_id, *map(array, posted), *order_arrays, *cancel_arrays))
    return _stored(cursor)


def find(cursor: Cursor, entries: Sequence[Entry]) -> Stored:
    """What of these is in the ledger already."""
    cursor.execute(_FIND, {"receipts": [entry.alert.receipt for entry in entries]})
    return _stored(cursor)


def found(cursor: Cursor, entries: Sequence[Entry], stored: Stored) -> Stored:
    """The same with what an earlier attempt has stored, whose answer was lost."""
    if all(map(stored.knows, entries)):
        return stored
    return replace(find(cursor, entries), holders=stored.holders)


def release(cursor: Cursor, alerts: Sequence[AlertDraft]) -> None:
    """Their keys are free again, unless somebody else has them: nothing was done for them."""
    keys = [(entry.key, alert.receipt) for alert in alerts for entry in [Entry(alert=alert)]]
    held = [(*key, receipt) for key, receipt in keys if key is not None]
    if held:
        cursor.execute(_RELEASE, tuple(map(array, zip(*held, strict=True))))


def _stored(cursor: Cursor) -> Stored:
    alerts, orders, holders = {}, {}, {}
    for row_id, receipt, client_order_id, digest, expires_at in cursor.fetchall():
        if digest:
            holders[row_id, digest] = Holder(receipt=receipt, expires_at=expires_at)
        elif receipt:
            alerts[receipt] = row_id
        else:
            orders[client_order_id] = row_id
    return Stored(alerts=alerts, orders=orders, holders=holders)


def _posted_values(entry: Entry) -> tuple[Any, ...]:
    """What a stranger sent is stored whatever it is: cut to the columns, and without NUL."""
    alert, key = entry.alert, entry.key_draft
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
        key.digest if key else None,
        key.expires_at if key else None,
    )
