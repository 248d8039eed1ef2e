"""What a strategy's alerts told of the market's position, and the gaps between what they told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from exchanges.vocabulary import MarketType
from orders.events import NewEvent
from orders.rows import Cursor
from orders.vocabulary import EventName
from orders.wire import time_text

_KNOWN = """
SELECT s.position, s.receipt, s.told_at, EXISTS (
  SELECT 1 FROM orders_missedalert m
  WHERE m.strategy_id = %(strategy_id)s AND m.reviewed_at IS NULL
)
FROM (SELECT 1) AS one
LEFT JOIN orders_signal s ON s.strategy_id = %(strategy_id)s
  AND s.market_type = %(market_type)s AND s.symbol = %(symbol)s
"""
_TELL = """
INSERT INTO orders_signal (strategy_id, market_type, symbol, position, receipt, told_at)
VALUES (%(strategy_id)s, %(market_type)s, %(symbol)s, %(position)s, %(receipt)s, %(told_at)s)
ON CONFLICT (strategy_id, market_type, symbol) DO UPDATE
SET position = excluded.position, receipt = excluded.receipt, told_at = excluded.told_at
WHERE orders_signal.told_at <= excluded.told_at
"""
_FORGET = """
DELETE FROM orders_signal
WHERE strategy_id = %(strategy_id)s AND market_type = %(market_type)s AND symbol = %(symbol)s
  AND told_at <= %(told_at)s
"""
_MISS = """
INSERT INTO orders_missedalert
  (strategy_id, market_type, symbol, expected, told, last_receipt, receipt, detected_at)
VALUES (%(strategy_id)s, %(market_type)s, %(symbol)s, %(expected)s, %(told)s, %(last_receipt)s,
        %(receipt)s, %(detected_at)s)
ON CONFLICT (receipt, symbol) DO NOTHING
RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose signal it is."""

    strategy_id: int
    owner_id: int
    group_name: str
    market_type: MarketType
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The signal as it stands, if there is one, and whether the strategy has a gap that nobody
    has reviewed.
    """

    position: str | None
    receipt: str
    told_at: datetime | None
    is_unreviewed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The alert `receipt` says that it found `told`, where the one before it left `expected`."""

    expected: str
    told: str
    last_receipt: str
    receipt: str
    detected_at: datetime


def known(cursor: Cursor, place: Place) -> Known:
    cursor.execute(_KNOWN, _parameters(place))
    position, receipt, told_at, is_unreviewed = cursor.fetchone()
    return Known(
        position=position, receipt=receipt or "", told_at=told_at, is_unreviewed=is_unreviewed
    )


def tell(
    cursor: Cursor, place: Place, position: str | None, receipt: str, told_at: datetime
) -> None:
    """Nothing that was told later is undone. Without a `position` nobody knows it from here on."""
    values = {"position": position, "receipt": receipt, "told_at": told_at}
    cursor.execute(_FORGET if position is None else _TELL, _parameters(place, **values))


def miss(cursor: Cursor, place: Place, gap: Gap) -> Sequence[NewEvent]:
    """Keep the gap once, and tell the strategy's owner of it."""
    values = {
        "expected": gap.expected,
        "told": gap.told,
        "last_receipt": gap.last_receipt,
        "receipt": gap.receipt,
        "detected_at": gap.detected_at,
    }
    cursor.execute(_MISS, _parameters(place, **values))
    row = cursor.fetchone()
    if row is None:
        return []
    payload = {
        "kind": "missed_alert",
        "id": row[0],
        "strategy": place.group_name,
        "market_type": place.market_type.value,
        "symbol": place.symbol,
        "expected": gap.expected,
        "told": gap.told,
        "last_receipt": gap.last_receipt,
        "receipt": gap.receipt,
        "timestamp": time_text(gap.detected_at),
    }
    event = NewEvent(
        user_id=place.owner_id,
        name=EventName.BRIDGE_STATE,
        strategy=place.group_name,
        account_id=None,
        payload=payload,
    )
    return [event]


def _parameters(place: Place, **values: object) -> dict[str, object]:
    return {
        "strategy_id": place.strategy_id,
        "market_type": place.market_type.value,
        "symbol": place.symbol,
        **values,
    }
