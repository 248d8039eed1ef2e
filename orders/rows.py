"""The ledger's rows as a transition works on them, and the statements that read and lock them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, Self

from exchanges.vocabulary import MarketType, Side
from orders.drafts import OrderDraft
from orders.fills import Fill, Fills
from orders.positions import Holding
from orders.vocabulary import OrderStatus
from orders.wire import array

PositionKey = tuple[int, int, str, str]


class Cursor(Protocol):
    """As much of a DB-API cursor as the ledger needs: psycopg2's and Django's both have it."""

    def execute(self, query: str, parameters: Any = ..., /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...


_LOCK_ORDERS = """
SELECT o.id, o.account_id, o.strategy_id, o.market_type, o.symbol, o.side, o.order_type,
       o.client_order_id, o.exchange, o.quantity, o.contract_size, o.price, o.stop_price,
       o.reference_price, o.status, o.exchange_order_id, o.filled_quantity, o.average_price,
       o.error_code, o.error_ko, o.error_en,
       o.sent_at, o.acknowledged_at, o.finished_at,
       c.owner_id, c.name, s.group_name, a.receipt, o.role
FROM orders_order o
JOIN strategies_account c ON c.id = o.account_id
JOIN strategies_strategy s ON s.id = o.strategy_id
JOIN orders_alert a ON a.id = o.alert_id
WHERE o.id = ANY(%s)
ORDER BY o.id
FOR NO KEY UPDATE OF o
"""
_TRADES = """
SELECT order_id, id, exchange_trade_id, quantity, price, fee, fee_currency, executed_at
FROM orders_trade WHERE order_id = ANY(%s) ORDER BY id
"""
_POSITION_COLUMNS = "strategy_id, account_id, market_type, symbol"
_MAKE_POSITIONS = f"""
INSERT INTO orders_position
  ({_POSITION_COLUMNS}, quantity, average_price, realized_pnl, updated_at)
SELECT k.*, 0, 0, 0, %s
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS k({_POSITION_COLUMNS})
ORDER BY {_POSITION_COLUMNS}
ON CONFLICT DO NOTHING
"""
_LOCK_POSITIONS = f"""
SELECT {_POSITION_COLUMNS}, quantity, average_price, realized_pnl
FROM orders_position
JOIN unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[]) AS k({_POSITION_COLUMNS})
  USING ({_POSITION_COLUMNS})
ORDER BY {_POSITION_COLUMNS}
FOR NO KEY UPDATE OF orders_position
"""


@dataclass(slots=True, kw_only=True)
class OrderRow:
    """An order under lock, with what its events say of it."""

    id: int
    account_id: int
    strategy_id: int
    market_type: str
    symbol: str
    side: Side
    order_type: str
    client_order_id: str
    exchange: str
    quantity: Decimal
    contract_size: Decimal
    price: Decimal | None
    stop_price: Decimal | None
    reference_price: Decimal | None
    status: OrderStatus
    owner_id: int
    account_name: str
    group_name: str
    receipt: str
    role: str = ""
    exchange_order_id: str = ""
    filled_quantity: Decimal = Decimal(0)
    average_price: Decimal | None = None
    error_code: str = ""
    error_ko: str = ""
    error_en: str = ""
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def position(self) -> PositionKey:
        return self.strategy_id, self.account_id, self.market_type, self.symbol

    @property
    def likely_price(self) -> Decimal:
        """For a fill that the venue did not price; zero when nothing at all is known."""
        return self.price or self.reference_price or self.stop_price or Decimal(0)

    def trades_in(self, currency: str) -> bool:
        """Whether that is the coin which a spot order buys or sells."""
        base, slash, _ = self.symbol.partition("/")
        return self.market_type == MarketType.SPOT and bool(slash) and base == currency

    @classmethod
    def of_draft(cls, draft: OrderDraft, order_id: int, status: OrderStatus) -> Self:
        return cls(
            id=order_id,
            account_id=draft.account.id,
            strategy_id=draft.strategy_id,
            market_type=draft.market_type.value,
            symbol=draft.symbol,
            side=draft.side,
            order_type=draft.order_type.value,
            client_order_id=draft.client_order_id,
            exchange=draft.account.exchange,
            quantity=draft.quantity,
            contract_size=draft.contract_size,
            price=draft.price,
            stop_price=draft.stop_price,
            reference_price=draft.reference_price,
            status=status,
            owner_id=draft.owner_id,
            account_name=draft.account.name,
            group_name=draft.group_name,
            receipt=draft.receipt,
            role=draft.role or "",
        )


def lock_orders(cursor: Cursor, order_ids: Iterable[int]) -> dict[int, OrderRow]:
    """In the order of their ids, so that two transactions never wait for each other."""
    cursor.execute(_LOCK_ORDERS, (sorted(set(order_ids)),))
    return {row[0]: _order(row) for row in cursor.fetchall()}


def known_fills(cursor: Cursor, orders: Sequence[OrderRow]) -> dict[int, Fills]:
    fills = {o.id: Fills(o.client_order_id, o.likely_price) for o in orders}
    if not fills:
        return {}
    cursor.execute(_TRADES, (list(fills),))
    for order_id, trade_id, exchange_trade_id, *values in cursor.fetchall():
        quantity, price, fee, fee_currency, executed_at = values
        fills[order_id].known.append(
            Fill(
                id=trade_id,
                exchange_trade_id=exchange_trade_id,
                quantity=quantity,
                price=price,
                fee=fee,
                fee_currency=fee_currency,
                executed_at=executed_at,
                is_synthetic=fills[order_id].is_synthetic(exchange_trade_id),
            )
        )
    return fills


def lock_positions(
    cursor: Cursor, keys: Iterable[PositionKey], at: datetime
) -> dict[PositionKey, Holding]:
    """Made where they are missing; locked in one order by everybody."""
    columns = position_columns(sorted(set(keys)))
    cursor.execute(_MAKE_POSITIONS, (at, *columns))
    cursor.execute(_LOCK_POSITIONS, columns)
    return {
        (strategy_id, account_id, market_type, symbol): Holding(
            quantity=quantity, average_price=average_price, realized_pnl=realized_pnl
        )
        for strategy_id, account_id, market_type, symbol, *values in cursor.fetchall()
        for quantity, average_price, realized_pnl in [values]
    }


def position_columns(keys: Sequence[PositionKey]) -> tuple[str, ...]:
    return tuple(array(key[column] for key in keys) for column in range(4))


def columns_of(rows: Sequence[object], names: Iterable[str]) -> tuple[str, ...]:
    """One array for each column, for `unnest`."""
    return tuple(array(getattr(row, name) for row in rows) for name in names)


def _order(row: Sequence[Any]) -> OrderRow:
    return OrderRow(
        id=row[0],
        account_id=row[1],
        strategy_id=row[2],
        market_type=row[3],
        symbol=row[4],
        side=Side(row[5]),
        order_type=row[6],
        client_order_id=row[7],
        exchange=row[8],
        quantity=row[9],
        contract_size=row[10],
        price=row[11],
        stop_price=row[12],
        reference_price=row[13],
        status=OrderStatus(row[14]),
        exchange_order_id=row[15],
        filled_quantity=row[16],
        average_price=row[17],
        error_code=row[18],
        error_ko=row[19],
        error_en=row[20],
        sent_at=row[21],
        acknowledged_at=row[22],
        finished_at=row[23],
        owner_id=row[24],
        account_name=row[25],
        group_name=row[26],
        receipt=row[27],
        role=row[28],
    )
