"""Alerts that were here before: by what they are known again, and what became of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from orders import reasons
from orders.rows import Cursor
from orders.vocabulary import OrderStatus
from orders.wire import storable

_FIRST = """
SELECT receipt FROM orders_alertkey
WHERE strategy_id = %s AND digest = %s AND (expires_at IS NULL OR expires_at > %s)
"""
_ANSWER = """
SELECT http_status, answer FROM orders_alert
WHERE receipt = %s AND http_status IS NOT NULL AND answer IS NOT NULL
"""
# An order that failed with its birth never was one to send, and says nothing of the others.
_FATE = f"""
SELECT a.http_status IS NOT NULL AND a.answer IS NOT NULL,
  coalesce(bool_or(o.status IN ('{OrderStatus.PENDING}', '{OrderStatus.SUBMITTING}')), false),
  coalesce(bool_or(o.error_code = '{reasons.NEVER_SENT.code}'), false),
  coalesce(bool_or(NOT (
    o.status IN ('{OrderStatus.PENDING}', '{OrderStatus.SUBMITTING}')
    OR o.status = '{OrderStatus.FAILED}'
      AND (o.error_code = '{reasons.NEVER_SENT.code}' OR o.finished_at = o.created_at)
  )), false)
FROM orders_alert a LEFT JOIN orders_order o ON o.alert_id = a.id
WHERE a.receipt = %s GROUP BY a.id
"""
_RELEASE = """
DELETE FROM orders_alertkey k USING orders_alert a
WHERE k.receipt = %s AND a.receipt = k.receipt AND a.http_status IS NULL
"""
_DUPLICATED = """
INSERT INTO orders_alertduplicate (alert_id, received_at, peer)
SELECT id, %s, %s FROM orders_alert WHERE receipt = %s
"""
_HOLD = """
UPDATE orders_alertkey SET expires_at = GREATEST(expires_at, %s)
WHERE strategy_id = %s AND digest = %s AND expires_at IS NOT NULL
"""
_BODY = "SELECT body FROM orders_alert WHERE receipt = %s"
_PEER_AT_MOST = 64


class Fate(StrEnum):
    """UNDECIDED: stored, and whoever stored it may yet have been told that it was not."""

    CARRIED_OUT = "carried_out"
    UNDECIDED = "undecided"
    NEVER_SENT = "never_sent"


def first_of(cursor: Cursor, strategy_id: int, digest: str, at: datetime) -> str | None:
    cursor.execute(_FIRST, (strategy_id, digest, at))
    row = cursor.fetchone()
    return row[0] if row else None


def answer_of(cursor: Cursor, receipt: str) -> tuple[int, dict[str, Any]] | None:
    cursor.execute(_ANSWER, (receipt,))
    row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def body_of(cursor: Cursor, receipt: str) -> str | None:
    """As it is kept: masked. None where there is no such alert."""
    cursor.execute(_BODY, (receipt,))
    row = cursor.fetchone()
    return row[0] if row else None


def hold(cursor: Cursor, strategy_id: int, digest: str, until: datetime) -> None:
    """A key that would expire before then lasts until then."""
    cursor.execute(_HOLD, (until, strategy_id, digest))


def fate_of(cursor: Cursor, receipt: str) -> Fate:
    """What has no order to send is carried out with its commit."""
    cursor.execute(_FATE, (receipt,))
    row = cursor.fetchone()
    if row is None:
        return Fate.CARRIED_OUT
    is_answered, is_waiting, is_never_sent, has_left = row
    if is_answered or has_left or not (is_waiting or is_never_sent):
        return Fate.CARRIED_OUT
    return Fate.UNDECIDED if is_waiting else Fate.NEVER_SENT


def release(cursor: Cursor, receipt: str) -> None:
    """Of an alert that was never sent: a copy may have its key."""
    cursor.execute(_RELEASE, (receipt,))


def duplicated(cursor: Cursor, receipt: str, received_at: datetime, peer: str) -> None:
    cursor.execute(_DUPLICATED, (received_at, storable(peer)[:_PEER_AT_MOST], receipt))
