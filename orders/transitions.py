"""The only writer of an order's status. Status, reason, trades and position change together."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from orders import events
from orders.booking import Booking, Step
from orders.changes import Change, Recorded
from orders.events import NewEvent
from orders.fills import Fill
from orders.rows import (
    Cursor,
    columns_of,
    known_fills,
    lock_orders,
    lock_positions,
    position_columns,
)
from orders.states import Event
from orders.vocabulary import OrderStatus
from orders.wire import array

UNKNOWN_ORDERS = "unknown_orders"
"""The channel that tells every process when an order becomes UNKNOWN or is so no more."""

_ORDER = {
    "id": "bigint",
    "status": "text",
    "exchange_order_id": "text",
    "filled_quantity": "numeric",
    "average_price": "numeric",
    "error_code": "text",
    "error_ko": "text",
    "error_en": "text",
    "sent_at": "timestamptz",
    "acknowledged_at": "timestamptz",
    "finished_at": "timestamptz",
}
_STEP = {
    "order_id": "bigint",
    "from_status": "text",
    "to_status": "text",
    "event": "text",
    "cause": "text",
    "at": "timestamptz",
}
_TRADE = {
    "exchange_trade_id": "text",
    "quantity": "numeric",
    "price": "numeric",
    "fee": "numeric",
    "fee_currency": "text",
    "executed_at": "timestamptz",
}
_HOLDING = {"quantity": "numeric", "average_price": "numeric", "realized_pnl": "numeric"}


def _arrays(columns: Iterable[str]) -> str:
    return ", ".join(f"%s::{column}[]" for column in columns)


_UPDATE_ORDERS = f"""
UPDATE orders_order o
SET {", ".join(f"{name} = n.{name}" for name in _ORDER if name != "id")}, updated_at = %s
FROM unnest({_arrays(_ORDER.values())}) AS n({", ".join(_ORDER)})
WHERE o.id = n.id
"""
_INSERT_STEPS = f"""
INSERT INTO orders_ordertransition ({", ".join(_STEP)})
SELECT {", ".join(f"n.{name}" for name in _STEP)}
FROM unnest({_arrays(_STEP.values())}) WITH ORDINALITY AS n({", ".join(_STEP)}, place)
ORDER BY n.place
"""
_INSERT_TRADES = f"""
INSERT INTO orders_trade (order_id, account_id, {", ".join(_TRADE)})
SELECT n.order_id, n.account_id, {", ".join(f"n.{name}" for name in _TRADE)}
FROM unnest(%s::bigint[], %s::bigint[], {_arrays(_TRADE.values())})
  WITH ORDINALITY AS n(order_id, account_id, {", ".join(_TRADE)}, place)
ORDER BY n.place
ON CONFLICT DO NOTHING
"""
_SHRINK_TRADES = """
UPDATE orders_trade t SET quantity = n.quantity
FROM unnest(%s::bigint[], %s::numeric[]) AS n(id, quantity) WHERE t.id = n.id
"""
_DROP_TRADES = "DELETE FROM orders_trade WHERE id = ANY(%s)"
_UPDATE_POSITIONS = f"""
UPDATE orders_position p
SET {", ".join(f"{name} = n.{name}" for name in _HOLDING)}, updated_at = %s
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], {_arrays(_HOLDING.values())})
  AS n(strategy_id, account_id, market_type, symbol, {", ".join(_HOLDING)})
WHERE (p.strategy_id, p.account_id, p.market_type, p.symbol)
    = (n.strategy_id, n.account_id, n.market_type, n.symbol)
"""
_INSERT_GAINS = """
INSERT INTO orders_realizedprofit
  (strategy_id, account_id, market_type, symbol, order_id, amount, at)
SELECT o.strategy_id, o.account_id, o.market_type, o.symbol, o.id, n.amount, n.at
FROM unnest(%s::bigint[], %s::numeric[], %s::timestamptz[])
  WITH ORDINALITY AS n(order_id, amount, at, place)
JOIN orders_order o ON o.id = n.order_id
ORDER BY n.place
"""
_NOTIFY_UNKNOWN = f"NOTIFY {UNKNOWN_ORDERS}"
# The order as it was is what the statement began with: `claimed` is not seen through the table.
_CLAIM = f"""
WITH claimed AS (
  UPDATE orders_order o SET status = '{OrderStatus.SUBMITTING}', claimed_by = %(claimant)s,
    updated_at = %(at)s, quantity = least(o.quantity, n.quantity)
  FROM unnest(%(order_ids)s::bigint[], %(quantities)s::numeric[]) AS n(id, quantity)
  WHERE o.id = n.id AND o.status = '{OrderStatus.PENDING}'
  RETURNING o.id, o.quantity
), written AS (
  INSERT INTO orders_ordertransition (order_id, from_status, to_status, event, cause, at)
  SELECT c.id, '{OrderStatus.PENDING}', '{OrderStatus.SUBMITTING}', '{Event.CLAIMED}',
    CASE WHEN c.quantity = o.quantity THEN ''
    ELSE format('trimmed from %%s to %%s', trim_scale(o.quantity), trim_scale(c.quantity)) END,
    %(at)s
  FROM claimed c JOIN orders_order o ON o.id = c.id
)
SELECT id FROM claimed
"""
_CLAIMED_AT = f"""
SELECT o.id FROM orders_order o
JOIN orders_ordertransition t ON t.order_id = o.id AND t.event = '{Event.CLAIMED}'
WHERE o.id = ANY(%s) AND o.status = '{OrderStatus.SUBMITTING}' AND o.claimed_by = %s AND t.at = %s
"""


def apply(cursor: Cursor, changes: Sequence[Change]) -> list[Recorded]:
    """In the caller's transaction, and last in it: event ids are held in order until its end.

    One record for each change, in the order given. Raises KeyError for an order there is not.
    """
    recorded, news = carry_out(cursor, changes)
    events.publish(cursor, news, datetime.now(UTC))
    return recorded


def carry_out(cursor: Cursor, changes: Sequence[Change]) -> tuple[list[Recorded], list[NewEvent]]:
    """Everything but the events, which the caller publishes at the end of its transaction."""
    if not changes:
        return [], []
    booking = _lock(cursor, changes)
    recorded = [booking.take(change) for change in changes]
    _write(cursor, booking, datetime.now(UTC))
    return recorded, booking.events


def claim(
    cursor: Cursor, wanted: Mapping[int, Decimal | None], claimant: int, at: datetime
) -> frozenset[int]:
    """PENDING -> SUBMITTING in one statement; the orders that somebody else took are left out.

    `wanted` is by order id the quantity to which it is trimmed, or None. It is never enlarged.
    """
    cursor.execute(
        _CLAIM,
        {
            "order_ids": list(wanted),
            "quantities": list(wanted.values()),
            "claimant": claimant,
            "at": at,
        },
    )
    return frozenset(order_id for (order_id,) in cursor.fetchall())


def claimed_at(
    cursor: Cursor, order_ids: Collection[int], claimant: int, at: datetime
) -> frozenset[int]:
    """What the claim of that instant has taken, when its commit got no answer."""
    cursor.execute(_CLAIMED_AT, (list(order_ids), claimant, at))
    return frozenset(order_id for (order_id,) in cursor.fetchall())


def _lock(cursor: Cursor, changes: Sequence[Change]) -> Booking:
    orders = lock_orders(cursor, (change.order_id for change in changes))
    reports = [(c.order_id, c.report) for c in changes if c.report and _has_fills(c)]
    fills = known_fills(cursor, [orders[order_id] for order_id in {id_ for id_, _ in reports}])
    at_stake = {
        orders[order_id].position
        for order_id, report in reports
        if fills[order_id].has_news(report)
    }
    positions = lock_positions(cursor, at_stake, datetime.now(UTC)) if at_stake else {}
    return Booking(orders=orders, fills=fills, positions=positions)


def _has_fills(change: Change) -> bool:
    report = change.report
    return report is not None and bool(report.trades or report.filled_quantity > 0)


def _write(cursor: Cursor, booking: Booking, at: datetime) -> None:
    if not booking.changed:
        return
    orders = [booking.orders[order_id] for order_id in sorted(booking.changed)]
    cursor.execute(_UPDATE_ORDERS, (at, *columns_of(orders, _ORDER)))
    cursor.execute(_INSERT_STEPS, columns_of(booking.steps, _STEP))
    if any(map(_begins_or_ends_unknown, booking.steps)):
        cursor.execute(_NOTIFY_UNKNOWN)
    if booking.traded:
        _write_trades(cursor, booking)
    if booking.moved:
        keys = sorted(booking.moved)
        holdings = [booking.positions[key] for key in keys]
        values = (*position_columns(keys), *columns_of(holdings, _HOLDING))
        cursor.execute(_UPDATE_POSITIONS, (at, *values))
    if booking.gains:
        whose = array(gain.order.id for gain in booking.gains)
        cursor.execute(_INSERT_GAINS, (whose, *columns_of(booking.gains, ("amount", "at"))))


def _begins_or_ends_unknown(step: Step) -> bool:
    return (step.from_status == OrderStatus.UNKNOWN) != (step.to_status == OrderStatus.UNKNOWN)


def _write_trades(cursor: Cursor, booking: Booking) -> None:
    fills = [
        (booking.orders[order_id], fill)
        for order_id in sorted(booking.traded)
        for fill in booking.fills[order_id].known
    ]
    new = [(order, fill) for order, fill in fills if fill.id is None and fill.quantity]
    _replace_synthetic(cursor, [fill for _, fill in fills if fill.id and fill.is_synthetic])
    orders = [order for order, _ in new]
    whose = columns_of(orders, ("id", "account_id"))
    cursor.execute(_INSERT_TRADES, (*whose, *columns_of([fill for _, fill in new], _TRADE)))


def _replace_synthetic(cursor: Cursor, synthetic: Sequence[Fill]) -> None:
    gone = [fill.id for fill in synthetic if not fill.quantity]
    kept = [fill for fill in synthetic if fill.quantity]
    if gone:
        cursor.execute(_DROP_TRADES, (gone,))
    if kept:
        cursor.execute(_SHRINK_TRADES, columns_of(kept, ("id", "quantity")))
