"""A strategy with two accounts, drafts for it, and a look at the rows from outside of Django."""

import itertools
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg2
import psycopg2.extensions

from exchanges.errors import Reason
from exchanges.messages import ExchangeAccount, OrderRef, OrderReport, TradeReport
from exchanges.vocabulary import AccountType, OrderType, ReportStatus, Side
from orders import transitions
from orders.changes import Change, Recorded
from orders.client_ids import client_order_id
from orders.drafts import AlertDraft, OrderDraft
from orders.journal import Journal
from orders.states import Event, event_of
from orders.vocabulary import AlertStatus
from strategies.models import Account
from tests.dsn import test_dsn
from tests.worlds import Market, link, make_account, make_strategy, make_user

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)
REFUSED = Reason(code="insufficient_balance", ko="잔고 부족", en="Not enough balance")
MakeJournal = Callable[..., Awaitable[Journal]]
_receipts = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class World:
    market: Market
    owner_id: int
    strategy_id: int
    accounts: tuple[ExchangeAccount, ...]
    dsn: str

    def alert(self, **changes: Any) -> AlertDraft:
        values: dict[str, Any] = {
            "receipt": f"01R{next(_receipts):023d}",
            "strategy_id": self.strategy_id,
            "owner_id": self.owner_id,
            "group_name": "test1",
            "status": AlertStatus.ACCEPTED,
            "body": '{"symbol": "…"}',
            "received_at": datetime.now(UTC),
            "market_type": self.market.market_type.value,
        }
        return AlertDraft(**{**values, **changes})

    def draft(self, alert: AlertDraft, *, account: int = 0, **changes: Any) -> OrderDraft:
        venue_account = self.accounts[account]
        instruction = changes.pop("instruction", 0)
        values: dict[str, Any] = {
            "account": venue_account,
            "owner_id": self.owner_id,
            "strategy_id": self.strategy_id,
            "group_name": "test1",
            "receipt": alert.receipt,
            "instruction": instruction,
            "client_order_id": client_order_id(alert.receipt, instruction, venue_account.id),
            "market_type": self.market.market_type,
            "symbol": self.market.symbol,
            "side": Side.BUY,
            "order_type": OrderType.LIMIT,
            "quantity": self.market.lot * 10,
            "price": self.market.price,
            "expires_at": alert.received_at + timedelta(seconds=60),
        }
        return OrderDraft(**{**values, **changes})

    async def placed(self, journal: Journal, **changes: Any) -> int:
        """The id of an order that this process is sending."""
        alert = self.alert()
        draft = self.draft(alert, **changes)
        committed = await journal.write_ahead(alert, [draft], {draft.client_order_id})
        return committed.order_ids[0]

    def report(
        self,
        status: ReportStatus,
        *,
        filled: Decimal | int = 0,
        average: Decimal | None = None,
        trades: Sequence[TradeReport] = (),
        exchange_order_id: str = "V1",
        reason: Reason | None = None,
    ) -> OrderReport:
        """`filled` counts lots."""
        return OrderReport(
            ref=OrderRef(
                market_type=self.market.market_type,
                symbol=self.market.symbol,
                client_order_id="",
                exchange_order_id=exchange_order_id,
            ),
            status=status,
            side=Side.BUY,
            order_type=OrderType.LIMIT,
            quantity=self.market.lot * 10,
            filled_quantity=self.market.lot * filled,
            average_price=average,
            trades=tuple(trades),
            at=NOW,
            reason=reason,
        )

    def trade(
        self, name: str, lots: Decimal | int, price: Decimal, *, second: int = 0, **fee: Any
    ) -> TradeReport:
        return TradeReport(
            exchange_trade_id=name,
            quantity=self.market.lot * lots,
            price=price,
            at=NOW + timedelta(seconds=second),
            **{"fee": Decimal("0.5"), "fee_currency": self.market.quote, **fee},
        )


def make_world(market: Market, *, strangers_account: bool = False) -> World:
    owner = make_user()
    strategy = make_strategy(owner, market)
    accounts = [make_account(owner, market.account_type, name=name) for name in ("A1", "A2")]
    if strangers_account:
        accounts[1] = make_account(make_user("follower"), market.account_type, name="F1")
    for account in accounts:
        link(strategy, account)
    return World(
        market=market,
        owner_id=owner.pk,
        strategy_id=strategy.pk,
        accounts=tuple(_seen(account) for account in accounts),
        dsn=test_dsn(),
    )


def _seen(account: Account) -> ExchangeAccount:
    return ExchangeAccount(
        id=account.pk,
        name=account.name,
        account_type=AccountType(account.account_type),
        exchange=account.exchange,
        is_demo=account.is_demo,
    )


class Rows:
    """What any other connection sees."""

    def __init__(self, dsn: str) -> None:
        self.connection: psycopg2.extensions.connection = psycopg2.connect(dsn)
        self.connection.autocommit = True

    def all(self, query: str, *parameters: object) -> list[Any]:
        """Rows, or plain values where there is one column."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters or None)
            rows = cursor.fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    def one(self, query: str, *parameters: object) -> Any:
        (row,) = self.all(query, *parameters)
        return row

    def run(self, query: str, *parameters: object) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(query, parameters or None)

    def order(self, order_id: int, columns: str = "status") -> Any:
        return self.one(f"SELECT {columns} FROM orders_order WHERE id = %s", order_id)

    def statuses(self, order_id: int) -> list[str]:
        return self.all(
            "SELECT to_status FROM orders_ordertransition WHERE order_id = %s ORDER BY id", order_id
        )

    def events(self) -> list[str]:
        return self.all("SELECT name FROM orders_orderevent ORDER BY id")

    def position(self) -> Any:
        return self.one("SELECT quantity, average_price, realized_pnl FROM orders_position")

    def cut(self, name: str) -> None:
        """End the sessions of that name, as an administrator or a crash would."""
        query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        self.all(f"{query} WHERE application_name = %s", f"tradingbridge-{name}")


class Ledger:
    """Changes applied in transactions of their own, as any writer does."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def apply(self, *changes: Change) -> list[Recorded]:
        with self._rows.connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                recorded = transitions.apply(cursor, changes)
            except BaseException:
                cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
        return recorded

    def happen(self, order_id: int, event: Event, **changes: Any) -> Recorded:
        (recorded,) = self.apply(change(order_id, event, **changes))
        return recorded

    def report(self, order_id: int, report: OrderReport, **changes: Any) -> Recorded:
        return self.happen(order_id, event_of(report), report=report, **changes)


def change(order_id: int, event: Event, **changes: Any) -> Change:
    return Change(**{"order_id": order_id, "event": event, "at": NOW, **changes})
