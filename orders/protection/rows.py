"""What the guard reads of the ledger, and the rows it keeps: plain SQL."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchanges.errors import Reason
from exchanges.vocabulary import OWNED, MarketType, Side
from orders.protection.shapes import ZERO, Entry, Exit, Group, GroupKey, Keeping, Kept
from orders.rows import Cursor, columns_of
from orders.states import TERMINAL, Event
from orders.vocabulary import OPEN_STATUSES, OrderRole, OrderStatus, ProtectionStatus
from orders.wire import array

Row = tuple[Any, ...]

_OPEN = ", ".join(f"'{status}'" for status in sorted(s.value for s in OPEN_STATUSES))
_ON_ITS_WAY = f"'{OrderStatus.PENDING}', '{OrderStatus.SUBMITTING}'"
_HAS_EXITS = (
    "e.role = '' AND (e.take_profit IS NOT NULL OR e.stop_loss IS NOT NULL OR e.trail IS NOT NULL)"
)
# Entries that are guarded, that have exits at work, or that filled while nobody looked.
_ENTRIES = f"""
WITH watched AS (
  SELECT entry_id AS id FROM orders_protection
  WHERE status = '{ProtectionStatus.ACTIVE}' OR guarded > 0
  UNION
  SELECT e.id FROM orders_order x JOIN orders_order e ON e.client_order_id = x.behind
  WHERE x.status IN ({_OPEN}) AND x.role <> ''
  UNION
  SELECT e.id FROM orders_order e LEFT JOIN orders_protection p ON p.entry_id = e.id
  WHERE {_HAS_EXITS} AND e.id >= %s AND e.filled_quantity > coalesce(p.seen, 0)
)
SELECT e.id, e.client_order_id, e.strategy_id, e.account_id, e.market_type, e.symbol, e.side,
       e.filled_quantity, e.status, coalesce(e.average_price, e.price, e.reference_price, 0),
       e.take_profit, e.stop_loss, e.trail,
       p.status, p.seen, p.guarded, p.released, p.legs, p.error_code, p.error_ko, p.error_en
FROM watched JOIN orders_order e USING (id) LEFT JOIN orders_protection p ON p.entry_id = e.id
ORDER BY e.id
"""
_EXITS = f"""
SELECT x.behind, x.id, x.client_order_id, x.leg, x.role, x.status, x.quantity, x.filled_quantity,
       x.linked_to, x.error_code, x.error_ko, x.error_en, x.finished_at,
       ARRAY(SELECT t.cause FROM orders_ordertransition t
             WHERE t.order_id = x.id AND t.event = '{Event.CANCEL_ASKED}' ORDER BY t.id)
FROM orders_order x WHERE x.behind = ANY(%s) AND x.behind <> '' AND x.role <> '' ORDER BY x.leg
"""
_OWNED = ", ".join(f"'{market_type}'" for market_type in sorted(OWNED))
_OF_OTHERS = """
SELECT 1 FROM {table} x WHERE x.account_id = k.account_id AND x.market_type = k.market_type
  AND x.symbol = k.symbol AND x.strategy_id <> k.strategy_id AND {fact}
"""
_IS_HELD_BY_OTHERS = _OF_OTHERS.format(table="orders_position", fact="x.quantity <> 0")
_IS_ORDERED_BY_OTHERS = _OF_OTHERS.format(table="orders_order", fact=f"x.status IN ({_OPEN})")
# What is owned can be sold by any order; elsewhere one that is no exit opens the other way.
_POSITIONS = f"""
SELECT k.place, coalesce(p.quantity, 0),
  EXISTS ({_IS_HELD_BY_OTHERS}) OR EXISTS ({_IS_ORDERED_BY_OTHERS}),
  coalesce(sum(o.quantity - o.filled_quantity) FILTER (WHERE o.status IN ({_ON_ITS_WAY})), 0),
  coalesce(sum(o.quantity - o.filled_quantity) FILTER (WHERE o.status NOT IN ({_ON_ITS_WAY})), 0)
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[])
  WITH ORDINALITY AS k(strategy_id, account_id, market_type, symbol, side, place)
LEFT JOIN orders_position p USING (strategy_id, account_id, market_type, symbol)
LEFT JOIN orders_order o ON o.strategy_id = k.strategy_id AND o.account_id = k.account_id
  AND o.market_type = k.market_type AND o.symbol = k.symbol AND o.side <> k.side
  AND o.status IN ({_OPEN}) AND o.role = ''
  AND (o.reduce_only OR o.is_exit OR o.market_type IN ({_OWNED}))
GROUP BY k.place, k.strategy_id, k.account_id, k.market_type, k.symbol, p.quantity
"""
_WATERMARK = f"""
SELECT coalesce(
  (SELECT min(e.id) FROM orders_order e WHERE {_HAS_EXITS} AND e.status IN ({_OPEN})),
  (SELECT max(id) + 1 FROM orders_order), 0
)
"""
_KEPT = {
    "entry_id": "bigint",
    "status": "text",
    "seen": "numeric",
    "guarded": "numeric",
    "released": "numeric",
    "legs": "smallint",
    "error_code": "text",
    "error_ko": "text",
    "error_en": "text",
}
_KEEP = f"""
INSERT INTO orders_protection AS p ({", ".join(_KEPT)}, created_at, updated_at)
SELECT {", ".join(f"n.{name}" for name in _KEPT)}, %s, %s
FROM unnest({", ".join(f"%s::{column}[]" for column in _KEPT.values())}) AS n({", ".join(_KEPT)})
ON CONFLICT (entry_id) DO UPDATE SET
  {", ".join(f"{name} = excluded.{name}" for name in _KEPT if name != "entry_id")},
  updated_at = excluded.updated_at
"""


def read(cursor: Cursor, since: int) -> list[Group]:
    """Everything that there may be something to do for, each position's entries oldest first. Of
    entries that nobody has looked at yet, those from the order `since` on.
    """
    cursor.execute(_ENTRIES, (since,))
    rows = cursor.fetchall()
    if not rows:
        return []
    exits = _exits(cursor, [row[1] for row in rows])
    entries: dict[GroupKey, list[Entry]] = defaultdict(list)
    for row in rows:
        entries[_key(row)].append(_entry(row, exits[row[1]]))
    return list(_groups(cursor, entries))


def watermark(cursor: Cursor) -> int:
    """From which order on entries may fill that nobody has looked at. Finished ones rarely do."""
    cursor.execute(_WATERMARK, ())
    (first,) = cursor.fetchone()
    return int(first)


def keep(cursor: Cursor, keeps: Sequence[Keeping], at: datetime) -> None:
    columns = zip(*(_values(keeping) for keeping in keeps), strict=True)
    cursor.execute(_KEEP, (at, at, *map(array, columns)))


def _exits(cursor: Cursor, names: Sequence[str]) -> Mapping[str, list[Exit]]:
    cursor.execute(_EXITS, (list(names),))
    exits: dict[str, list[Exit]] = defaultdict(list)
    for row in cursor.fetchall():
        exits[row[0]].append(_exit(row))
    return exits


def _groups(cursor: Cursor, entries: Mapping[GroupKey, list[Entry]]) -> Iterable[Group]:
    keys = list(entries)
    cursor.execute(_POSITIONS, columns_of(keys, GroupKey._fields))
    for place, position, is_shared, leaving, at_rest in cursor.fetchall():
        key = keys[place - 1]
        yield Group(
            key=key,
            held=max(key.side.sign * position, ZERO),
            entries=tuple(entries[key]),
            leaving=leaving,
            leaving_at_rest=at_rest,
            is_shared=is_shared,
        )


def _key(row: Row) -> GroupKey:
    strategy_id, account_id, market_type, symbol, side = row[2:7]
    return GroupKey(strategy_id, account_id, MarketType(market_type), symbol, Side(side))


def _entry(row: Row, exits: Sequence[Exit]) -> Entry:
    filled, status, price, take_profit, stop_loss, trail = row[7:13]
    return Entry(
        order_id=row[0],
        client_order_id=row[1],
        filled=filled,
        is_finished=OrderStatus(status) in TERMINAL,
        price=price,
        take_profit=take_profit,
        stop_loss=stop_loss,
        trail=trail,
        kept=_kept(row[13:]),
        exits=tuple(exits),
    )


def _kept(row: Row) -> Kept | None:
    status, seen, guarded, released, legs, code, ko, en = row
    if status is None:
        return None
    return Kept(
        status=ProtectionStatus(status),
        seen=seen,
        guarded=guarded,
        released=released,
        legs=legs,
        error=_reason(code, ko, en),
    )


def _exit(row: Row) -> Exit:
    (_, order_id, client_order_id, leg, role, status, quantity, filled, linked_to) = row[:9]
    code, ko, en, finished_at, cancel_causes = row[9:]
    return Exit(
        order_id=order_id,
        client_order_id=client_order_id,
        leg=leg,
        role=OrderRole(role),
        status=OrderStatus(status),
        quantity=quantity,
        filled=filled,
        linked_to=linked_to,
        error=_reason(code, ko, en),
        finished_at=finished_at,
        cancel_causes=tuple(cancel_causes),
    )


def _reason(code: str, ko: str, en: str) -> Reason | None:
    return Reason(code=code, ko=ko, en=en) if code else None


def _values(keeping: Keeping) -> tuple[object, ...]:
    kept = keeping.kept
    error = kept.error
    decimals: tuple[Decimal, ...] = (kept.seen, kept.guarded, kept.released)
    return (
        keeping.entry_id,
        kept.status,
        *decimals,
        kept.legs,
        error.code if error else "",
        error.ko if error else "",
        error.en if error else "",
    )
