"""Alerts that were here before: by what they are known again, and what they were answered."""

from datetime import datetime
from typing import Any

from orders.rows import Cursor
from orders.wire import storable

_FIRST = """
SELECT receipt FROM orders_alertkey
WHERE strategy_id = %s AND digest = %s AND (expires_at IS NULL OR expires_at > %s)
"""
_ANSWER = """
SELECT http_status, answer FROM orders_alert
WHERE receipt = %s AND http_status IS NOT NULL AND answer IS NOT NULL
"""
_DUPLICATED = """
INSERT INTO orders_alertduplicate (alert_id, received_at, peer)
SELECT id, %s, %s FROM orders_alert WHERE receipt = %s
"""
_PEER_AT_MOST = 64


def first_of(cursor: Cursor, strategy_id: int, digest: str, at: datetime) -> str | None:
    cursor.execute(_FIRST, (strategy_id, digest, at))
    row = cursor.fetchone()
    return row[0] if row else None


def answer_of(cursor: Cursor, receipt: str) -> tuple[int, dict[str, Any]] | None:
    cursor.execute(_ANSWER, (receipt,))
    row = cursor.fetchone()
    return (row[0], row[1]) if row else None


def duplicated(cursor: Cursor, receipt: str, received_at: datetime, peer: str) -> None:
    cursor.execute(_DUPLICATED, (received_at, storable(peer)[:_PEER_AT_MOST], receipt))
