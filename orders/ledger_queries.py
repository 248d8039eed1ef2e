"""What the way of an alert reads of the ledger: positions to size by, orders to cancel."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchanges.vocabulary import MarketType, OrderType, Side
from orders.rows import Cursor
from orders.vocabulary import OPEN_STATUSES, OrderStatus
from orders.worker import SESSION_LOST, JournalUnavailable, Replies, Reply, Worker, said

_STATUSES = sorted(status.value for status in OPEN_STATUSES)
_UNFINISHED = ", ".join(f"'{status}'" for status in _STATUSES)
_CLOSABLE = f"""
SELECT p.account_id, sign(p.quantity) * greatest(
  abs(p.quantity) - coalesce(sum(greatest(o.quantity - o.filled_quantity, 0)), 0), 0
)
FROM orders_position p
LEFT JOIN orders_order o ON o.strategy_id = p.strategy_id AND o.account_id = p.account_id
  AND o.market_type = p.market_type AND o.symbol = p.symbol
  AND o.reduce_only AND o.status IN ({_UNFINISHED})
  AND o.side = CASE WHEN p.quantity > 0 THEN '{Side.SELL}' ELSE '{Side.BUY}' END
WHERE p.strategy_id = %s AND p.account_id = ANY(%s) AND p.market_type = %s AND p.symbol = %s
GROUP BY p.id
"""
_OPEN_ORDERS = """
SELECT o.id, o.account_id, o.market_type, o.symbol, o.side, o.order_type, o.status, o.exchange,
       o.reduce_only, o.quantity, o.filled_quantity, o.price, o.stop_price, o.client_order_id,
       o.exchange_order_id, o.created_at, a.name
FROM orders_order o JOIN strategies_account a ON a.id = o.account_id
WHERE o.strategy_id = %(strategy_id)s AND o.status = ANY(%(statuses)s)
  AND (%(account_ids)s::bigint[] IS NULL OR o.account_id = ANY(%(account_ids)s))
  AND (%(symbol)s::text IS NULL OR o.symbol = %(symbol)s)
  AND (%(side)s::text IS NULL OR o.side = %(side)s)
  AND (%(created_before)s::timestamptz IS NULL OR o.created_at < %(created_before)s)
ORDER BY o.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrderRow:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrderQuery:
    """What is None does not narrow."""

    strategy_id: int
    account_ids: Sequence[int] | None = None
    symbol: str | None = None
    side: Side | None = None
    created_before: datetime | None = None


def positions(
    cursor: Cursor,
    strategy_id: int,
    account_ids: Sequence[int],
    market_type: MarketType,
    symbol: str,
) -> dict[int, Decimal]:
    """What may still be closed, signed: the position less what unfinished exits will close of it.
    Never past zero; an account that never traded the symbol has none, which is zero.
    """
    cursor.execute(_CLOSABLE, (strategy_id, list(account_ids), market_type.value, symbol))
    closable = dict(cursor.fetchall())
    return {account_id: closable.get(account_id, Decimal(0)) for account_id in account_ids}


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
    return [_open_order(row) for row in cursor.fetchall()]


def _open_order(row: Sequence[Any]) -> OpenOrderRow:
    (order_id, account_id, market_type, symbol, side, order_type, status, exchange) = row[:8]
    (reduce_only, quantity, filled_quantity, price, stop_price) = row[8:13]
    (client_order_id, exchange_order_id, created_at, account_name) = row[13:]
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
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadJob:
    read: Callable[[Cursor], Any]
    reply: Reply[Any] = field(default_factory=Reply.here)


class Reader(Worker[ReadJob]):
    """A read may be repeated, and is, once, on a new connection."""

    def __init__(self, database_url: str) -> None:
        super().__init__("journal-reader", database_url, "SET statement_timeout = '5s'")

    def work(self, jobs: Sequence[ReadJob]) -> None:
        for job in jobs:
            replies = Replies()
            try:
                replies.add(job.reply, self._read(job))
            except Exception as error:  # noqa: BLE001 - passed on to the one who asked
                refusal = JournalUnavailable(said(error))
                refusal.__cause__ = error
                replies.add(job.reply, refusal)
            replies.deliver()

    def _read(self, job: ReadJob) -> Any:
        try:
            return self._once(job)
        except SESSION_LOST:
            self.link.drop()
            return self._once(job)

    def _once(self, job: ReadJob) -> Any:
        with self.link.cursor() as cursor:
            return job.read(cursor)
