"""Alerts that may never have been sent although they are stored, and the copies of them."""

import asyncio
import threading
from datetime import timedelta
from typing import Any

import pytest

from exchanges.errors import Reason
from orders import write_ahead
from orders.journal import Committed, Journal, JournalUnavailable
from orders.known_alerts import Fate
from orders.rows import Cursor
from tests.orders.ledger.keys import NOW, a_copy, send
from tests.orders.ledger.kit import MakeJournal, Rows, World

NOBODY: frozenset[str] = frozenset()
SECOND = timedelta(seconds=1)


async def test_a_copy_that_waits_behind_its_first_s_late_commit_is_carried_out(
    world: World, make_journal: MakeJournal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender hears 503 while the commit is under way, and sends again before it is through."""
    journal = await make_journal(answers_within=0.05)
    store, is_through = write_ahead.store, threading.Event()

    def answer_late(cursor: Cursor, *arguments: Any) -> Any:
        stored = store(cursor, *arguments)
        assert is_through.wait(10)
        return stored

    monkeypatch.setattr(write_ahead, "store", answer_late)
    with pytest.raises(JournalUnavailable):
        await send(journal, world, a_copy(world))
    monkeypatch.setattr(journal, "_answers_within", 10)
    copy = asyncio.create_task(send(journal, world, a_copy(world, at=NOW + SECOND)))
    await asyncio.sleep(0)
    is_through.set()
    assert isinstance(await copy, Committed)
    await journal.written()
    statuses = "SELECT status FROM orders_order ORDER BY id"
    assert rows.all(statuses) == ["FAILED", "FAILED", "SUBMITTING", "PENDING"]


async def test_the_fate_of_an_alert_is_open_until_an_order_has_left_or_has_failed(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = a_copy(world)
    await send(journal, world, alert)
    assert await journal.fate_of(alert.receipt) is Fate.UNDECIDED
    assert journal.has_heard(alert.receipt)
    rows.run("UPDATE orders_order SET status = 'NEW' WHERE status = 'SUBMITTING'")
    assert await journal.fate_of(alert.receipt) is Fate.CARRIED_OUT


async def test_an_alert_whose_orders_all_were_never_sent_gives_its_key_to_its_copy(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = a_copy(world)
    await send(journal, world, alert)
    rows.run("UPDATE orders_order SET status = 'FAILED', error_code = 'never_sent'")
    assert await journal.fate_of(alert.receipt) is Fate.NEVER_SENT
    await journal.take_over(alert.receipt)
    assert isinstance(await send(journal, world, a_copy(world)), Committed)


async def test_an_alert_that_was_answered_keeps_its_key(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = a_copy(world)
    committed = await send(journal, world, alert)
    assert isinstance(committed, Committed)
    rows.run("UPDATE orders_order SET status = 'FAILED', error_code = 'never_sent'")
    await journal.answered(committed.alert_id, 200, {})
    await journal.take_over(alert.receipt)
    assert await journal.fate_of(alert.receipt) is Fate.CARRIED_OUT
    assert await send(journal, world, a_copy(world)) == alert.receipt


async def test_an_alert_without_orders_to_send_is_carried_out_once_it_is_stored(
    world: World, journal: Journal
) -> None:
    alert = a_copy(world)
    draft = world.draft(alert, failure=Reason(code="below_minimum", ko="미달", en="Too little"))
    await journal.write_ahead(alert, [draft], NOBODY)
    assert await journal.fate_of(alert.receipt) is Fate.CARRIED_OUT
    assert await journal.fate_of("01R-nobody") is Fate.CARRIED_OUT


async def test_a_key_that_cannot_be_freed_in_time_is_no_reason_to_wait(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal(answers_within=0.05)
    rows.run("BEGIN")
    rows.run("LOCK orders_alertkey IN EXCLUSIVE MODE")
    with pytest.raises(JournalUnavailable):
        await journal.take_over("01R")
    rows.run("COMMIT")
