"""Somebody holds a row that an order refers to, or the order itself."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from django.db import transaction

from exchanges.vocabulary import ReportStatus as R
from orders import reaching, recorder, transitions, write_ahead
from orders.journal import Committed, Journal, JournalUnavailable
from orders.rows import Cursor
from orders.states import Event
from strategies import tokens
from strategies.models import Strategy
from tests.orders.ledger.kit import MakeJournal, Rows, World, change

NOBODY: frozenset[str] = frozenset()
LOCK_ACCOUNT = "SELECT 1 FROM strategies_account WHERE id = %s FOR UPDATE"
LOCK_ORDER = "SELECT 1 FROM orders_order WHERE id = %s FOR UPDATE"
SESSIONS = "SELECT pid FROM pg_stat_activity WHERE application_name = %s"


@pytest.fixture
def holder(world: World) -> Iterator[Rows]:
    """A transaction that is left open for as long as the test likes."""
    holder = Rows(world.dsn)
    holder.run("BEGIN")
    yield holder
    holder.connection.close()


@pytest.fixture(autouse=True)
def _waits_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "LOCK_TIMEOUT", 100)
    monkeypatch.setattr(recorder, "LOCK_TIMEOUT", 50)


def test_a_new_token_does_not_hold_up_the_strategys_orders(world: World, rows: Rows) -> None:
    with transaction.atomic():
        tokens.issue(Strategy.objects.get(pk=world.strategy_id))
        asyncio.run(_place_on_a_journal_of_its_own(world))
    assert rows.one("SELECT count(*) FROM orders_order") == 1


async def _place_on_a_journal_of_its_own(world: World) -> None:
    journal = Journal(world.dsn, 7)
    await journal.start()
    try:
        await world.placed(journal)
    finally:
        await journal.stop()


async def test_only_the_alert_whose_row_is_held_is_refused(
    world: World, make_journal: MakeJournal, holder: Rows, rows: Rows
) -> None:
    journal = await make_journal()
    holder.all(LOCK_ACCOUNT, world.accounts[0].id)
    alerts = [world.alert() for _ in range(4)]
    drafts = [world.draft(alert, account=int(n != 1)) for n, alert in enumerate(alerts)]
    outcomes = await asyncio.gather(
        *(
            journal.write_ahead(alert, [draft], NOBODY)
            for alert, draft in zip(alerts, drafts, strict=True)
        ),
        return_exceptions=True,
    )
    kinds = [Committed, JournalUnavailable, Committed, Committed]
    assert [type(outcome) for outcome in outcomes] == kinds
    assert rows.one("SELECT count(*) FROM orders_order") == 3


async def test_a_held_row_costs_the_writer_nothing_but_time(
    world: World, make_journal: MakeJournal, holder: Rows, rows: Rows
) -> None:
    journal = await make_journal()
    before = rows.all(SESSIONS, "tradingbridge-journal-writer")
    holder.all(LOCK_ACCOUNT, world.accounts[0].id)
    alerts = [world.alert() for _ in range(3)]
    await asyncio.gather(
        *(journal.write_ahead(alert, [world.draft(alert)], NOBODY) for alert in alerts),
        return_exceptions=True,
    )
    assert journal.healthy
    assert rows.all(SESSIONS, "tradingbridge-journal-writer") == before


async def test_an_alert_is_stored_once_its_row_is_free(
    world: World, make_journal: MakeJournal, holder: Rows, rows: Rows
) -> None:
    journal = await make_journal()
    holder.all(LOCK_ACCOUNT, world.accounts[0].id)
    with pytest.raises(JournalUnavailable):
        await world.placed(journal)
    holder.run("COMMIT")
    await world.placed(journal)
    assert rows.one("SELECT count(*) FROM orders_order") == 1


async def test_a_deadlock_does_not_refuse_those_that_wait_with_it(
    world: World, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = write_ahead.store

    def collide_in_a_group(cursor: Cursor, entries: Any, *arguments: Any) -> Any:
        if len(entries) > 1:
            raise psycopg2.errors.DeadlockDetected("deadlock detected")
        return store(cursor, entries, *arguments)

    monkeypatch.setattr(write_ahead, "store", collide_in_a_group)
    alerts = [world.alert() for _ in range(4)]
    committed = await asyncio.gather(
        *(journal.write_ahead(alert, [world.draft(alert)], NOBODY) for alert in alerts)
    )
    assert len(committed) == 4


async def test_a_statement_has_its_time(
    world: World, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell(cursor: Cursor, *_: Any) -> Any:
        cursor.execute("SHOW statement_timeout")
        told.append(cursor.fetchone())
        raise ValueError("enough")

    told: list[Any] = []
    monkeypatch.setattr(write_ahead, "store", tell)
    with pytest.raises(JournalUnavailable):
        await world.placed(journal)
    assert told == [("3s",)]


async def test_an_order_that_is_held_is_not_claimed_and_the_others_are(
    world: World, make_journal: MakeJournal, holder: Rows
) -> None:
    journal = await make_journal()
    alert = world.alert()
    drafts = [world.draft(alert, instruction=n) for n in range(3)]
    ids = (await journal.write_ahead(alert, drafts, NOBODY)).order_ids
    await journal.written()
    holder.all(LOCK_ORDER, ids[1])
    outcomes = await asyncio.gather(
        *(journal.claim([order_id]) for order_id in ids), return_exceptions=True
    )
    assert [outcomes[0], outcomes[2]] == [frozenset({ids[0]}), frozenset({ids[2]})]
    assert isinstance(outcomes[1], JournalUnavailable)


async def test_a_result_waits_for_its_order_without_end(
    world: World,
    make_journal: MakeJournal,
    holder: Rows,
    rows: Rows,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = await make_journal()
    order_id = await world.placed(journal)
    await journal.written()
    holder.all(LOCK_ORDER, order_id)
    carry_out, attempts = transitions.carry_out, iter(range(3))

    def free_it_at_the_third_attempt(cursor: Cursor, changes: Any) -> Any:
        if next(attempts, 2) == 2:
            holder.run("COMMIT")
        return carry_out(cursor, changes)

    monkeypatch.setattr(transitions, "carry_out", free_it_at_the_third_attempt)
    sessions = rows.all(SESSIONS, "tradingbridge-journal-recorder")
    await journal.record(change(order_id, Event.ACCEPTED, report=world.report(R.NEW)))
    assert rows.order(order_id) == "NEW"
    assert rows.all(SESSIONS, "tradingbridge-journal-recorder") == sessions
