"""The paper venue's SQL: a book is loaded in one round trip and saved in one, with its commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import psycopg2
from psycopg2 import extensions as pg

from exchanges.messages import OrderRef
from exchanges.paper import queries, rows
from exchanges.paper.desk import NotReached
from exchanges.paper.ledger import Ledger
from exchanges.paper.prices import Anchor, Listed, Prices
from exchanges.paper.state import Holding, PaperOrder, order_number

_PROOF_OF_REFUSAL = frozenset({"22", "23", "40"})
"""Classes of SQLSTATE that roll a transaction back for certain."""


class SaveRefused(Exception):
    """The database refused the change; nothing of it stands."""


class SaveUnclear(Exception):
    """The connection was lost around the commit; the change may stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Beside the account's open orders: which order, which symbol's price, and a new number?

    With `placing`, also the orders that it names or that name it, though they be finished.
    """

    ref: OrderRef | None = None
    listed: Listed | None = None
    placing: bool = False
    linked_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    ledger: Ledger
    prices: Prices
    revision: int
    next_number: int


def load(cursor: pg.cursor, account: str, wanted: Wanted, *, lock: bool) -> Loaded:
    """With `lock` a transaction is left open, in which nobody else changes this account.

    The lock is a statement of its own: a row that had to be waited for would be read together
    with holdings from before the wait.
    """
    ref, listed = wanted.ref, wanted.listed
    values = {
        "account": account,
        "client_order_id": ref.client_order_id if ref else None,
        "number": order_number(ref.exchange_order_id) if ref else None,
        "market_type": listed[0] if listed else None,
        "symbol": listed[1] if listed else None,
        "placing": wanted.placing,
        "linked_to": wanted.linked_to or None,
    }
    try:
        cursor.execute(queries.LOCK + queries.LOAD if lock else queries.LOAD, values)
        row = cursor.fetchone()
    except psycopg2.Error as error:
        raise NotReached from error
    if row is None:
        raise NotReached
    return _loaded(row)


def save(
    cursor: pg.cursor, account: str, ledger: Ledger, anchors: Sequence[tuple[Listed, Anchor]] = ()
) -> None:
    """Write what the ledger touched and commit, together with the lock that `load` took."""
    statements = _statements(cursor, account, ledger, anchors)
    try:
        cursor.execute(b";".join([*statements, b"COMMIT"]))
    except psycopg2.Error as error:
        if (error.pgcode or "")[:2] in _PROOF_OF_REFUSAL:
            raise SaveRefused from error
        raise SaveUnclear from error


def changes(cursor: pg.cursor, account: str, since: int) -> tuple[int, list[PaperOrder]]:
    """Orders that changed after this revision, oldest change first, and the newest revision."""
    try:
        cursor.execute(queries.CHANGES, (account, since))
        row = cursor.fetchone()
    except psycopg2.Error as error:
        raise NotReached from error
    changed = rows.parse(row[0] if row else None)
    newest = int(changed[-1]["revision"]) if changed else since
    return newest, [rows.order(each) for each in changed]


def open_account(
    cursor: pg.cursor, account: str, starting: dict[str, Decimal], now: datetime
) -> None:
    """Give a new account its first money, once; an account that exists is left as it is."""
    try:
        cursor.execute("BEGIN")
        cursor.execute(queries.NEW_ACCOUNT, (account, now))
        if cursor.fetchone() is not None:
            for currency, amount in starting.items():
                cursor.execute(queries.FIRST_HOLDING, (account, currency, amount))
        cursor.execute("COMMIT")
    except psycopg2.Error as error:
        raise NotReached from error


def _loaded(row: tuple[object, ...]) -> Loaded:
    holdings, positions, orders, fixed, anchors = (
        rows.parse(each if isinstance(each, str) else None) for each in row[:5]
    )
    revision, number = row[5:7]
    return Loaded(
        ledger=Ledger(
            holdings=rows.holdings(holdings),
            positions=rows.positions(positions),
            orders=[rows.order(each) for each in orders],
        ),
        prices=Prices(fixed=rows.fixed_prices(fixed), anchors=rows.anchors(anchors)),
        revision=revision if isinstance(revision, int) else 0,
        next_number=number if isinstance(number, int) else 0,
    )


def _statements(
    cursor: pg.cursor, account: str, ledger: Ledger, anchors: Sequence[tuple[Listed, Anchor]]
) -> list[bytes]:
    changed = ledger.changed
    orders = [ledger.orders[number] for number in sorted(changed.orders)]
    trades = [rows.trade_values(number, trade) for number, trade in changed.trades]
    holdings = [(account, name, *_amounts(ledger.holdings[name])) for name in changed.holdings]
    positions = [
        (account, *listed, each.quantity, each.cost, each.margin, each.realized)
        for listed, each in ((listed, ledger.positions[listed]) for listed in changed.positions)
    ]
    extremes = [
        (number, ledger.orders[number].extreme) for number in changed.extremes - changed.orders
    ]
    moved = [(*listed, anchor.price, anchor.at) for listed, anchor in anchors]
    written = [_one(cursor, queries.ORDER, rows.order_values(each, account)) for each in orders]
    for template, values in (
        (queries.EXTREMES, extremes),
        (queries.TRADES, trades),
        (queries.HOLDINGS, holdings),
        (queries.POSITIONS, positions),
        (queries.ANCHOR, moved),
    ):
        if values:
            written.append(_many(cursor, template, values))
    return written


def _amounts(holding: Holding) -> tuple[Decimal, Decimal]:
    return holding.total, holding.locked


def _one(cursor: pg.cursor, template: str, values: tuple[object, ...]) -> bytes:
    inside = cursor.mogrify(",".join(["%s"] * len(values)), values)
    return template.encode().replace(b"%s", inside, 1)


def _many(cursor: pg.cursor, template: str, values: Sequence[tuple[object, ...]]) -> bytes:
    inside = b",".join(
        cursor.mogrify("(" + ",".join(["%s"] * len(row)) + ")", row) for row in values
    )
    return template.encode().replace(b"%s", inside, 1)
