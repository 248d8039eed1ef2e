"""The cancels that were promised, until they are settled: a row lives on when its process dies."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from orders.drafts import CancelDraft
from orders.rows import Cursor
from orders.vocabulary import OrderStatus
from orders.wire import array

UNSETTLED = """
SELECT c.id, c.order_id, o.account_id, o.status, coalesce(l.receipt, ''), c.cause, c.asked_by,
       c.asked_at
FROM orders_cancelask c
JOIN orders_order o ON o.id = c.order_id
LEFT JOIN orders_alert l ON l.id = c.alert_id
WHERE c.settled_at IS NULL
ORDER BY c.id
"""
_ASK = """
INSERT INTO orders_cancelask (order_id, cause, asked_by, asked_at)
SELECT n.order_id, n.cause, %s, %s FROM unnest(%s::bigint[], %s::text[]) AS n(order_id, cause)
"""
# In the order of their ids, so that two processes never wait for each other.
_TAKE = """
WITH found AS (
  SELECT c.id FROM orders_cancelask c
  JOIN unnest(%s::bigint[], %s::bigint[]) AS n(id, asked_by) USING (id)
  WHERE c.asked_by = n.asked_by AND c.settled_at IS NULL
  ORDER BY c.id FOR UPDATE OF c
)
UPDATE orders_cancelask c SET asked_by = %s FROM found WHERE c.id = found.id RETURNING c.id
"""
_SETTLE = """
UPDATE orders_cancelask SET settled_at = %s
WHERE order_id = ANY(%s) AND asked_by = %s AND settled_at IS NULL
"""
_CLOSE = "UPDATE orders_cancelask SET settled_at = %s WHERE id = ANY(%s) AND settled_at IS NULL"
_WITHDRAW = "UPDATE orders_cancelask SET settled_at = %s WHERE alert_id = %s AND settled_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCancel:
    """`status` is the order's. `receipt` is empty where no alert asked for the cancel."""

    ask_id: int
    order_id: int
    account_id: int
    status: OrderStatus
    receipt: str
    cause: str
    asked_by: int
    asked_at: datetime

    @property
    def batch(self) -> tuple[str, int]:
        """The orders of the same alert and account go behind it."""
        return self.receipt, self.account_id

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        (ask_id, order_id, account_id, status, receipt, cause, asked_by, asked_at) = row
        return cls(
            ask_id=ask_id,
            order_id=order_id,
            account_id=account_id,
            status=OrderStatus(status),
            receipt=receipt,
            cause=cause,
            asked_by=asked_by,
            asked_at=asked_at,
        )


def ask(cursor: Cursor, cancels: Sequence[CancelDraft], process_id: int, at: datetime) -> None:
    """For cancels that no alert asks for; those of an alert are stored with it."""
    order_ids = array(cancel.order_id for cancel in cancels)
    causes = array(cancel.cause for cancel in cancels)
    cursor.execute(_ASK, (process_id, at, order_ids, causes))


def take(cursor: Cursor, asks: Collection[AskedCancel], process_id: int) -> frozenset[int]:
    """Those that are this process's to see to now. One that another process has taken since these
    were read, or that has been settled, is left out.
    """
    ask_ids = array(ask.ask_id for ask in asks)
    cursor.execute(_TAKE, (ask_ids, array(ask.asked_by for ask in asks), process_id))
    return frozenset(ask_id for (ask_id,) in cursor.fetchall())


def settle(cursor: Cursor, order_ids: Collection[int], process_id: int, at: datetime) -> None:
    """What this process was to cancel of these orders needs no asking any more."""
    cursor.execute(_SETTLE, (at, sorted(order_ids), process_id))


def close(cursor: Cursor, ask_ids: Collection[int], at: datetime) -> None:
    """These asks alone, not what was asked for the same orders since."""
    cursor.execute(_CLOSE, (at, sorted(ask_ids)))


def withdraw(cursor: Cursor, alert_id: int, at: datetime) -> None:
    """The sender was told that nothing of this alert was done."""
    cursor.execute(_WITHDRAW, (at, alert_id))
