"""What the way of an alert reads of the ledger: positions to size by, orders to cancel."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchanges.vocabulary import MarketType, OrderType, Side
from orders.rows import Cursor
from orders.vocabulary import OPEN_STATUSES, OrderRole, OrderStatus
from orders.wire import storable

_STATUSES = sorted(status.value for status in OPEN_STATUSES)
UNFINISHED = ", ".join(f"'{status}'" for status in _STATUSES)
_LARGEST_ID = 2**63 - 1

_STANDINGS = f"""
WITH work AS (
  SELECT o.account_id, o.side, o.reduce_only OR o.is_exit AS closes,
         sum(greatest(o.quantity - o.filled_quantity, 0)) AS quantity
  FROM orders_order o
  WHERE o.strategy_id = %(strategy_id)s AND o.account_id = ANY(%(account_ids)s)
    AND o.market_type = %(market_type)s AND o.symbol = %(symbol)s
    AND o.status IN ({UNFINISHED}) AND o.role = '' AND o.id <> ALL(%(freed)s::bigint[])
  GROUP BY o.account_id, o.side, closes
)
SELECT a.id,
  sign(p.quantity) * greatest(abs(p.quantity) - coalesce(sum(w.quantity) FILTER (
    WHERE w.closes AND w.side = CASE WHEN p.quantity > 0 THEN '{Side.SELL}' ELSE '{Side.BUY}' END
  ), 0), 0),
  sum(CASE WHEN w.side = '{Side.SELL}' THEN -w.quantity ELSE w.quantity END)
    FILTER (WHERE NOT w.closes),
  sum(w.quantity) FILTER (WHERE NOT w.closes AND w.side = '{Side.SELL}')
FROM unnest(%(account_ids)s) AS a(id)
LEFT JOIN orders_position p ON p.strategy_id = %(strategy_id)s AND p.account_id = a.id
  AND p.market_type = %(market_type)s AND p.symbol = %(symbol)s
LEFT JOIN work w ON w.account_id = a.id
GROUP BY a.id, p.id
"""
_PROTECTIVE = f"""
SELECT account_id, id FROM orders_order
WHERE strategy_id = %s AND account_id = ANY(%s) AND market_type = %s AND symbol = %s
  AND status IN ({UNFINISHED}) AND role <> ''
ORDER BY id
"""
_ROWS = """
SELECT o.id, o.account_id, o.market_type, o.symbol, o.side, o.order_type, o.status, o.exchange,
       o.reduce_only, o.quantity, o.filled_quantity, o.price, o.stop_price, o.client_order_id,
       o.exchange_order_id, o.created_at, o.role, o.is_exit, a.name
FROM orders_order o JOIN strategies_account a ON a.id = o.account_id
WHERE o.strategy_id = %(strategy_id)s
"""
_OPEN_ORDERS = f"""{_ROWS}
  AND o.status = ANY(%(statuses)s)
  AND (%(account_ids)s::bigint[] IS NULL OR o.account_id = ANY(%(account_ids)s))
  AND (%(symbol)s::text IS NULL OR o.symbol = %(symbol)s)
  AND (%(side)s::text IS NULL OR o.side = %(side)s)
  AND (%(created_before)s::timestamptz IS NULL OR o.created_at < %(created_before)s)
ORDER BY o.id
"""
_NAMED = f"{_ROWS} AND o.created_at < %(created_before)s AND o.{{}} = %(name)s ORDER BY o.id"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrderRow:
    """An order of the ledger; finished ones are among those that were asked for by name."""

    order_id: int
    account_id: int
    account_name: str
    market_type: MarketType
    symbol: str
    side: Side
    order_type: OrderType
    status: OrderStatus
    exchange: str
    reduce_only: bool
    quantity: Decimal
    filled_quantity: Decimal
    price: Decimal | None
    stop_price: Decimal | None
    client_order_id: str
    exchange_order_id: str
    created_at: datetime
    role: OrderRole | None
    is_exit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrderQuery:
    """What is None does not narrow."""

    strategy_id: int
    account_ids: Sequence[int] | None = None
    symbol: str | None = None
    side: Side | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One symbol, as some accounts of a strategy trade it."""

    strategy_id: int
    account_ids: Sequence[int]
    market_type: MarketType
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Of one account in one symbol, both signed and read at one instant: `closable` is the
    position less what unfinished exits will close of it, never past zero; `resting` is what
    unfinished opening orders will still add, and `selling` how much of that is sold, unsigned.
    Exits that protect an entry count in none of them.
    """

    closable: Decimal = Decimal(0)
    resting: Decimal = Decimal(0)
    selling: Decimal = Decimal(0)


def standings(cursor: Cursor, market: Market, freed: Collection[int] = ()) -> dict[int, Standing]:
    """One for each account asked for. Orders in `freed` are about to be cancelled: they count no
    more. An account that never traded the symbol has nothing, which is zero.
    """
    cursor.execute(
        _STANDINGS,
        {
            "strategy_id": market.strategy_id,
            "account_ids": list(dict.fromkeys(market.account_ids)),
            "market_type": market.market_type.value,
            "symbol": market.symbol,
            "freed": list(freed),
        },
    )
    nothing = Decimal(0)
    return {
        account_id: Standing(
            closable=closable or nothing, resting=resting or nothing, selling=selling or nothing
        )
        for account_id, closable, resting, selling in cursor.fetchall()
    }


def protective_orders(cursor: Cursor, market: Market) -> dict[int, list[int]]:
    """The unfinished exits that protect entries; one list for each account asked for."""
    cursor.execute(
        _PROTECTIVE,
        (
            market.strategy_id,
            list(market.account_ids),
            market.market_type.value,
            market.symbol,
        ),
    )
    protective: dict[int, list[int]] = {account_id: [] for account_id in market.account_ids}
    for account_id, order_id in cursor.fetchall():
        protective[account_id].append(order_id)
    return protective


def open_orders(cursor: Cursor, query: OpenOrderQuery) -> list[OpenOrderRow]:
    cursor.execute(
        _OPEN_ORDERS,
        {
            "strategy_id": query.strategy_id,
            "statuses": _STATUSES,
            "account_ids": None if query.account_ids is None else list(query.account_ids),
            "symbol": query.symbol,
            "side": query.side.value if query.side else None,
            "created_before": query.created_before,
        },
    )
    return [_order(row) for row in cursor.fetchall()]


def orders_by_id(
    cursor: Cursor, strategy_id: int, order_id: str, created_before: datetime
) -> list[OpenOrderRow]:
    """Ours of that id first, then those that a venue calls so. Venues may repeat their ids."""
    ours: list[OpenOrderRow] = []
    if _could_be_ours(order_id):
        ours = _named(cursor, strategy_id, "id", int(order_id), created_before)
    venues = storable(order_id)
    theirs = _named(cursor, strategy_id, "exchange_order_id", venues, created_before)
    return ours + [row for row in theirs if row not in ours]


def _could_be_ours(order_id: str) -> bool:
    """Ours are never padded: a venue's 0000000017 is not our 17."""
    is_number = order_id.isascii() and order_id.isdigit() and len(order_id) <= len(str(_LARGEST_ID))
    return is_number and str(int(order_id)) == order_id and int(order_id) <= _LARGEST_ID


def orders_by_client_id(
    cursor: Cursor, strategy_id: int, client_order_id: str, created_before: datetime
) -> list[OpenOrderRow]:
    name = storable(client_order_id)
    return _named(cursor, strategy_id, "client_order_id", name, created_before)


def _named(
    cursor: Cursor, strategy_id: int, column: str, name: object, created_before: datetime
) -> list[OpenOrderRow]:
    """An empty name is nobody's, though orders that no venue has acknowledged have an empty one."""
    if name == "":
        return []
    cursor.execute(
        _NAMED.format(column),
        {"strategy_id": strategy_id, "name": name, "created_before": created_before},
    )
    return [_order(row) for row in cursor.fetchall()]


def _order(row: Sequence[Any]) -> OpenOrderRow:
    (order_id, account_id, market_type, symbol, side, order_type, status, exchange) = row[:8]
    (reduce_only, quantity, filled_quantity, price, stop_price) = row[8:13]
    (client_order_id, exchange_order_id, created_at, role, is_exit, account_name) = row[13:]
    return OpenOrderRow(
        order_id=order_id,
        account_id=account_id,
        account_name=account_name,
        market_type=MarketType(market_type),
        symbol=symbol,
        side=Side(side),
        order_type=OrderType(order_type),
        status=OrderStatus(status),
        exchange=exchange,
        reduce_only=reduce_only,
        quantity=quantity,
        filled_quantity=filled_quantity,
        price=price,
        stop_price=stop_price,
        client_order_id=client_order_id,
        exchange_order_id=exchange_order_id,
        created_at=created_at,
        role=OrderRole(role) if role else None,
        is_exit=is_exit,
    )
