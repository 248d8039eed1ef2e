"""What recovery, the follower and cancels read of the ledger, on a connection of their own."""

import asyncio
import functools
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import psycopg2
import psycopg2.extensions

from exchanges.messages import ExchangeAccount, OrderRef
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side, TimeInForce
from orders import cancel_asks
from orders.cancel_asks import AskedCancel
from orders.drafts import OrderDraft
from orders.lanes import Key
from orders.vocabulary import OrderRole, OrderStatus
from orders.worker import JournalUnavailable
from strategies.postgres import connect
from strategies.sealing import Unsealable, unseal

Row = tuple[Any, ...]

_STATEMENT_TIMEOUT = "SET statement_timeout = '5s'"
_ORDERS = """
SELECT o.id, o.account_id, o.status, o.exchange_order_id, o.filled_quantity, o.claimed_by,
       o.created_at, a.owner_id, o.strategy_id, s.group_name, l.receipt, o.instruction,
       o.client_order_id, o.market_type, o.symbol, o.side, o.order_type, o.quantity, o.expires_at,
       o.price, o.stop_price, o.time_in_force, o.reduce_only, o.post_only, o.leverage,
       o.contract_size, o.reference_price, o.leg, o.role, o.is_exit, o.behind, o.linked_to,
       o.take_profit, o.stop_loss, o.trail, o.target,
       a.name, a.account_type, a.exchange, a.is_demo, a.base_url, a.sealed_credentials
FROM orders_order o
JOIN orders_alert l ON l.id = o.alert_id
JOIN strategies_strategy s ON s.id = o.strategy_id
JOIN strategies_account a ON a.id = o.account_id
"""
_BY_ID = f"{_ORDERS} WHERE o.id = ANY(%s) ORDER BY o.id"
_BY_CLIENT_ID = f"{_ORDERS} WHERE o.client_order_id = %s"
_BY_STATUS = f"{_ORDERS} WHERE o.status = ANY(%s) ORDER BY o.id"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOrder:
    order_id: int
    status: OrderStatus
    draft: OrderDraft
    exchange_order_id: str
    filled_quantity: Decimal
    claimed_by: int | None
    created_at: datetime

    @property
    def lane(self) -> Key:
        return self.draft.account.id, self.draft.symbol

    @property
    def ref(self) -> OrderRef:
        return OrderRef(
            market_type=self.draft.market_type,
            symbol=self.draft.symbol,
            client_order_id=self.draft.client_order_id,
            exchange_order_id=self.exchange_order_id,
        )


class Ledger:
    """Reads only, in one thread. Every question may raise JournalUnavailable."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._connection: psycopg2.extensions.connection | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._accounts: dict[int, tuple[Row, ExchangeAccount]] = {}

    async def orders(self, order_ids: Collection[int]) -> dict[int, LedgerOrder]:
        if not order_ids:
            return {}
        rows = await self._ask(_BY_ID, (list(order_ids),))
        return {order.order_id: order for order in map(self._order, rows)}

    async def by_client_order_id(self, client_order_id: str) -> LedgerOrder | None:
        rows = await self._ask(_BY_CLIENT_ID, (client_order_id,))
        return self._order(rows[0]) if rows else None

    async def by_status(self, statuses: Collection[OrderStatus]) -> list[LedgerOrder]:
        rows = await self._ask(_BY_STATUS, ([status.value for status in statuses],))
        return [self._order(row) for row in rows]

    async def unsettled_cancels(self) -> list[AskedCancel]:
        return [AskedCancel.of(row) for row in await self._ask(cancel_asks.UNSETTLED, ())]

    async def living(self, lock_class: int) -> set[int]:
        """The processes that hold their lock, and so live."""
        rows = await self._ask(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted "
            "AND classid = %s AND objsubid = 2 "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            (lock_class,),
        )
        return {process_id for (process_id,) in rows}

    def stop(self) -> None:
        self._thread.submit(self._disconnect)
        self._thread.shutdown(wait=True)

    async def _ask(self, query: str, parameters: Sequence[object]) -> list[Row]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._thread, functools.partial(self._read, query, parameters)
        )

    def _read(self, query: str, parameters: Sequence[object]) -> list[Row]:
        """A lost connection is found out by asking, so a new one gets a second try."""
        try:
            return self._fetch(query, parameters)
        except psycopg2.Error:
            self._disconnect()
        try:
            return self._fetch(query, parameters)
        except psycopg2.Error as error:
            self._disconnect()
            raise JournalUnavailable("the ledger could not be read") from error

    def _fetch(self, query: str, parameters: Sequence[object]) -> list[Row]:
        if self._connection is None:
            self._connection = connect(self._database_url, name="ledger")
            self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(_STATEMENT_TIMEOUT)
        with self._connection.cursor() as cursor:
            cursor.execute(query, parameters)
            return cursor.fetchall()

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None

    def _order(self, row: Row) -> LedgerOrder:
        (order_id, account_id, status, exchange_order_id, filled, claimed_by, created_at) = row[:7]
        return LedgerOrder(
            order_id=order_id,
            status=OrderStatus(status),
            draft=_draft(row[7:36], self._account(account_id, row[36:])),
            exchange_order_id=exchange_order_id,
            filled_quantity=filled,
            claimed_by=claimed_by,
            created_at=created_at,
        )

    def _account(self, account_id: int, row: Row) -> ExchangeAccount:
        """An account that did not change stays the same object, and is unsealed once."""
        known = self._accounts.get(account_id)
        if known is not None and known[0] == row:
            return known[1]
        name, account_type, exchange, is_demo, base_url, sealed = row
        account = ExchangeAccount(
            id=account_id,
            name=name,
            account_type=AccountType(account_type),
            exchange=exchange,
            is_demo=is_demo,
            base_url=base_url,
            credentials=MappingProxyType(_unsealed(sealed)),
        )
        self._accounts[account_id] = (row, account)
        return account


def _unsealed(sealed: str) -> dict[str, str]:
    """Without credentials the adapter cannot be opened, which is said where it is tried."""
    try:
        return unseal(sealed)
    except Unsealable:
        return {}


def _draft(row: Row, account: ExchangeAccount) -> OrderDraft:
    (owner_id, strategy_id, group_name, receipt, instruction, client_order_id) = row[:6]
    (market_type, symbol, side, order_type, quantity, expires_at, price, stop_price) = row[6:14]
    (time_in_force, reduce_only, post_only, leverage, contract_size, reference_price) = row[14:20]
    (leg, role, is_exit, behind, linked_to, take_profit, stop_loss, trail, target) = row[20:]
    return OrderDraft(
        account=account,
        owner_id=owner_id,
        strategy_id=strategy_id,
        group_name=group_name,
        receipt=receipt,
        instruction=instruction,
        client_order_id=client_order_id,
        market_type=MarketType(market_type),
        symbol=symbol,
        side=Side(side),
        order_type=OrderType(order_type),
        quantity=quantity,
        expires_at=expires_at,
        price=price,
        stop_price=stop_price,
        time_in_force=TimeInForce(time_in_force) if time_in_force else None,
        reduce_only=reduce_only,
        post_only=post_only,
        leverage=leverage,
        contract_size=contract_size,
        reference_price=reference_price,
        leg=leg,
        role=OrderRole(role) if role else None,
        is_exit=is_exit,
        behind=behind,
        linked_to=linked_to,
        take_profit=take_profit,
        stop_loss=stop_loss,
        trail=trail,
        target=target,
    )
