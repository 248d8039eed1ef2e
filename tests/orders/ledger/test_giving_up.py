"""A sender who was told "not stored" sends again: what is stored all the same is never sent."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg2
import pytest
from structlog.testing import capture_logs

from orders import write_ahead
from orders.journal import Committed, Journal, JournalUnavailable
from orders.rows import Cursor
from orders.worker import Replies, Reply
from tests.orders.ledger.kit import MakeJournal, Rows, World

NOBODY: frozenset[str] = frozenset()
STATUSES = "SELECT DISTINCT status FROM orders_order"


class Gate:
    """Holds the writer between a commit and the answers to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_reached = threading.Event()
        self._opened = threading.Event()
        self._store = write_ahead.store
        monkeypatch.setattr(write_ahead, "store", self._hold)

    def open(self) -> None:
        self._opened.set()

    async def reached(self) -> None:
        assert await asyncio.to_thread(self.is_reached.wait, 10)

    def _hold(self, cursor: Cursor, *arguments: Any) -> Any:
        stored = self._store(cursor, *arguments)
        self.is_reached.set()
        assert self._opened.wait(10)
        return stored


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate(monkeypatch)
    yield gate
    gate.open()


async def _place(world: World, journal: Journal) -> Committed:
    """One order that is to be sent at once, and one that waits behind it."""
    alert = world.alert()
    drafts = [world.draft(alert, instruction=n) for n in range(2)]
    return await journal.write_ahead(alert, drafts, {drafts[0].client_order_id})


async def test_nothing_is_left_to_send_when_the_journal_stops_on_a_caller_who_gave_up(
    world: World, make_journal: MakeJournal, rows: Rows, gate: Gate
) -> None:
    journal = await make_journal(answers_within=0.01)
    with pytest.raises(JournalUnavailable):
        await _place(world, journal)
    stopping = asyncio.create_task(journal.stop())
    await gate.reached()
    gate.open()
    await stopping
    assert rows.all(STATUSES) == ["FAILED"]


async def test_nothing_is_left_to_send_when_the_caller_is_cancelled_while_it_stops(
    world: World, make_journal: MakeJournal, rows: Rows, gate: Gate
) -> None:
    journal = await make_journal()
    placing = asyncio.create_task(_place(world, journal))
    await gate.reached()
    stopping = asyncio.create_task(journal.stop())
    placing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await placing
    gate.open()
    await stopping
    assert rows.all(STATUSES) == ["FAILED"]


async def test_an_alert_that_is_taken_while_the_journal_stops_is_answered_as_stored(
    world: World, make_journal: MakeJournal, rows: Rows, gate: Gate
) -> None:
    journal = await make_journal()
    placing = asyncio.create_task(_place(world, journal))
    await gate.reached()
    stopping = asyncio.create_task(journal.stop())
    gate.open()
    committed = await placing
    await stopping
    assert sorted(rows.all("SELECT id FROM orders_order")) == sorted(committed.order_ids)


async def test_whatever_races_with_the_stop_is_stored_and_told_so_or_never_sent(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal(answers_within=0.02)
    placing = [asyncio.create_task(_place(world, journal)) for _ in range(100)]
    await asyncio.sleep(0)
    stopping = asyncio.create_task(journal.stop())
    placing += [asyncio.create_task(_place(world, journal)) for _ in range(20)]
    outcomes = await asyncio.gather(*placing, return_exceptions=True)
    await stopping
    told = {i for outcome in outcomes if isinstance(outcome, Committed) for i in outcome.order_ids}
    sendable = "SELECT id FROM orders_order WHERE status IN ('PENDING', 'SUBMITTING')"
    assert set(rows.all(sendable)) == told


async def test_the_orders_of_a_loop_that_is_gone_are_never_sent(
    world: World, make_journal: MakeJournal, rows: Rows, gate: Gate
) -> None:
    journal = await make_journal()

    def ask_and_leave() -> None:
        loop = asyncio.new_event_loop()
        asking = loop.create_task(_place(world, journal))
        while not gate.is_reached.is_set():
            loop.run_until_complete(asyncio.sleep(0.001))
        loop.close()
        asking._log_destroy_pending = False  # type: ignore[attr-defined]  # as a crash leaves it
        asking.get_coro().close()

    await asyncio.to_thread(ask_and_leave)
    gate.open()
    await journal.stop()
    assert rows.all(STATUSES) == ["FAILED"]


async def test_an_alert_whose_caller_has_gone_is_not_even_stored(
    world: World, make_journal: MakeJournal, rows: Rows, gate: Gate
) -> None:
    journal = await make_journal()
    first = asyncio.create_task(_place(world, journal))
    await gate.reached()
    second = asyncio.create_task(_place(world, journal))
    await asyncio.sleep(0)
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    gate.open()
    await first
    await journal.stop()
    assert rows.one("SELECT count(*) FROM orders_alert") == 1


async def test_an_answer_that_comes_with_the_cancellation_is_not_lost() -> None:
    left: list[str] = []
    reply: Reply[str] = Reply.here(left.append)
    reply.settle("stored")
    reply.abandon()
    assert left == ["stored"]


async def test_an_answer_that_comes_after_its_caller_had_gone_is_not_lost() -> None:
    left: list[str] = []
    reply: Reply[str] = Reply.here(left.append)
    reply.abandon()
    replies = Replies()
    replies.add(reply, "stored")
    replies.deliver()
    await asyncio.sleep(0)
    assert left == ["stored"]


async def test_a_refusal_that_nobody_hears_leaves_nothing_behind() -> None:
    left: list[str] = []
    reply: Reply[str] = Reply.here(left.append)
    reply.settle(JournalUnavailable("away"))
    reply.abandon()
    assert left == []


async def test_orders_in_doubt_are_looked_for_once_more_when_the_journal_stops(
    world: World, make_journal: MakeJournal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.reaching.CONNECT_WITHIN", 0.0)
    journal = await make_journal()
    store = write_ahead.store

    def store_and_lose_the_answer(cursor: Cursor, *arguments: Any) -> Any:
        store(cursor, *arguments)
        rows.cut("journal-writer")
        cursor.execute("SELECT 1")

    monkeypatch.setattr(write_ahead, "store", store_and_lose_the_answer)
    with pytest.raises(JournalUnavailable):
        await _place(world, journal)
    await journal.stop()
    assert rows.all(STATUSES) == ["FAILED"]


async def test_orders_in_doubt_are_looked_for_when_the_second_attempt_is_held_up(
    world: World, make_journal: MakeJournal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = await make_journal()
    store, attempts = write_ahead.store, iter(range(2))

    def lose_the_answer_and_then_wait(cursor: Cursor, *arguments: Any) -> Any:
        if next(attempts):
            raise psycopg2.errors.LockNotAvailable("canceling statement due to lock timeout")
        store(cursor, *arguments)
        rows.cut("journal-writer")
        cursor.execute("SELECT 1")

    monkeypatch.setattr(write_ahead, "store", lose_the_answer_and_then_wait)
    with pytest.raises(JournalUnavailable):
        await _place(world, journal)
    await journal.stop()
    assert rows.all(STATUSES) == ["FAILED"]


async def test_orders_that_stay_in_doubt_are_named_in_the_log(
    world: World, make_journal: MakeJournal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise psycopg2.OperationalError("connection refused")

    def lose_the_answer(cursor: Cursor, *_: Any) -> Any:
        monkeypatch.setattr("strategies.postgres.psycopg2.connect", refuse)
        rows.cut("journal-writer")
        cursor.execute("SELECT 1")

    monkeypatch.setattr("orders.reaching.CONNECT_WITHIN", 0.0)
    journal = await make_journal()
    monkeypatch.setattr(write_ahead, "store", lose_the_answer)
    alert = world.alert()
    with pytest.raises(JournalUnavailable):
        await journal.write_ahead(alert, [world.draft(alert)], NOBODY)
    with capture_logs() as logs:
        await journal.stop()
    left = [line["receipt"] for line in logs if line["event"] == "alert_left_in_doubt"]
    assert left == [alert.receipt]
