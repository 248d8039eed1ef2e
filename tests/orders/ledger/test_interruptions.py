"""The database goes away at the worst moments."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
from structlog.testing import capture_logs

from exchanges.vocabulary import ReportStatus as R
from orders import reaching, recorder, transitions, write_ahead
from orders.journal import Journal, JournalUnavailable
from orders.rows import Cursor
from orders.states import Event
from orders.worker import Link
from tests.orders.ledger.kit import MakeJournal, Rows, World, change

WRITER, RECORDER, READER = "journal-writer", "journal-recorder", "journal-reader"
NOBODY: frozenset[str] = frozenset()


async def test_an_alert_is_stored_on_a_new_connection_after_the_old_one_was_cut(
    world: World, journal: Journal, rows: Rows
) -> None:
    rows.cut(WRITER)
    await world.placed(journal)
    assert rows.one("SELECT count(*) FROM orders_order") == 1


async def test_a_result_is_recorded_after_the_connection_was_cut(
    world: World, journal: Journal, rows: Rows
) -> None:
    order_id = await world.placed(journal)
    rows.cut(RECORDER)
    await journal.record(change(order_id, Event.ACCEPTED, report=world.report(R.NEW)))
    assert rows.order(order_id) == "NEW"


async def test_a_read_is_repeated_after_the_connection_was_cut(
    world: World, journal: Journal, rows: Rows
) -> None:
    rows.cut(READER)
    assert await journal.open_orders(world.strategy_id) == []


class CutAfter:
    """Lets the first call through to the database and then loses its answer."""

    def __init__(self, rows: Rows, name: str, call: Callable[..., Any]) -> None:
        self._rows, self._name, self._call = rows, name, call
        self.calls = 0

    def __call__(self, cursor: Cursor, *arguments: Any) -> Any:
        self.calls += 1
        answer = self._call(cursor, *arguments)
        if self.calls == 1:
            self._rows.cut(self._name)
            cursor.execute("SELECT 1")
        return answer


async def test_an_alert_whose_commit_got_no_answer_is_found_and_not_stored_twice(
    world: World, journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = CutAfter(rows, WRITER, write_ahead.store)
    monkeypatch.setattr(write_ahead, "store", store)
    alert = world.alert()
    drafts = [world.draft(alert, account=1), world.draft(alert)]
    committed = await journal.write_ahead(alert, drafts, NOBODY)
    assert store.calls == 2
    query = "SELECT id FROM orders_order ORDER BY id"
    assert rows.all(query) == list(committed.order_ids)


async def test_orders_found_stored_after_their_sender_was_refused_end_as_never_sent(
    world: World,
    journal: Journal,
    rows: Rows,
    elsewhere: "Elsewhere",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def store_and_vanish(cursor: Cursor, *arguments: Any) -> Any:
        elsewhere.is_away = True
        return store(cursor, *arguments)

    store = CutAfter(rows, WRITER, write_ahead.store)
    monkeypatch.setattr(write_ahead, "store", store_and_vanish)
    with pytest.raises(JournalUnavailable):
        await world.placed(journal)
    assert rows.one("SELECT status FROM orders_order") == "SUBMITTING"
    monkeypatch.undo()
    await world.placed(journal)
    await journal.written()
    assert rows.all("SELECT status FROM orders_order ORDER BY id") == ["FAILED", "SUBMITTING"]


async def test_a_claim_whose_commit_got_no_answer_is_still_ours(
    world: World, journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = world.alert()
    drafts = [world.draft(alert), world.draft(alert, instruction=1)]
    committed = await journal.write_ahead(alert, drafts, {drafts[1].client_order_id})
    monkeypatch.setattr(transitions, "claim", CutAfter(rows, WRITER, transitions.claim))
    waiting, sent_before = committed.order_ids
    assert await journal.claim([waiting, sent_before]) == {waiting}


async def test_a_result_whose_commit_got_no_answer_is_applied_once(
    world: World, journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cancel went through: told "not applied", its caller would never ask the venue."""
    order_id = await world.placed(journal)
    await journal.record(change(order_id, Event.ACCEPTED, report=world.report(R.NEW)))
    _lose_the_answer_of_the_next_commit(rows, monkeypatch)
    recorded = await journal.record(change(order_id, Event.CANCEL_ASKED))
    assert (recorded.applied, recorded.status) == (True, "CANCELLING")
    assert rows.statuses(order_id) == ["SUBMITTING", "NEW", "CANCELLING"]


async def test_a_result_that_was_rolled_back_is_recorded_again(
    world: World, journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = await world.placed(journal)
    carry_out = transitions.carry_out
    cuts = iter([True])

    def cut_before_the_commit(cursor: Cursor, changes: Any) -> Any:
        answer = carry_out(cursor, changes)
        if next(cuts, False):
            rows.cut(RECORDER)
        return answer

    monkeypatch.setattr(transitions, "carry_out", cut_before_the_commit)
    recorded = await journal.record(change(order_id, Event.UNCLEAR))
    assert (recorded.applied, recorded.status) == (True, "UNKNOWN")
    assert rows.statuses(order_id) == ["SUBMITTING", "UNKNOWN"]


def _lose_the_answer_of_the_next_commit(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    run = recorder._Attempt.run
    cuts = iter([True])

    def run_and_lose(attempt: recorder._Attempt, link: Link) -> Any:
        answer = run(attempt, link)
        if next(cuts, False):
            rows.cut(RECORDER)
            raise psycopg2.OperationalError("server closed the connection unexpectedly")
        return answer

    monkeypatch.setattr(recorder._Attempt, "run", run_and_lose)


async def test_a_deadlock_is_no_reason_to_lose_a_result(
    world: World, journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = await world.placed(journal)
    carry_out = transitions.carry_out
    deadlocks = iter([True, True])

    def fail_twice(cursor: Cursor, changes: Any) -> Any:
        if next(deadlocks, False):
            cursor.execute("DO $$ BEGIN RAISE deadlock_detected; END $$")
        return carry_out(cursor, changes)

    monkeypatch.setattr(transitions, "carry_out", fail_twice)
    await journal.record(change(order_id, Event.ACCEPTED, report=world.report(R.NEW)))
    assert rows.order(order_id) == "NEW"


class Elsewhere:
    """A database that can be there and not there: the name it is known by changes."""

    def __init__(self, dsn: str) -> None:
        self.is_away = False
        self._dsn = dsn
        self._connect = psycopg2.connect

    def connect(self, database_url: str, *arguments: Any, **options: Any) -> Any:
        if self.is_away:
            raise psycopg2.OperationalError("connection refused")
        return self._connect(database_url, *arguments, **options)

    def leave(self, rows: Rows) -> None:
        self.is_away = True
        for name in (WRITER, RECORDER, READER):
            rows.cut(name)


@pytest.fixture
def elsewhere(world: World, rows: Rows, monkeypatch: pytest.MonkeyPatch) -> Iterator[Elsewhere]:
    elsewhere = Elsewhere(world.dsn)
    monkeypatch.setattr("strategies.postgres.psycopg2.connect", elsewhere.connect)
    monkeypatch.setattr(reaching, "CONNECT_WITHIN", 0.1)
    yield elsewhere
    elsewhere.is_away = False


async def test_without_a_database_an_alert_is_refused_and_later_ones_are_stored(
    world: World, journal: Journal, rows: Rows, elsewhere: Elsewhere
) -> None:
    elsewhere.leave(rows)
    with pytest.raises(JournalUnavailable):
        await world.placed(journal)
    assert not journal.healthy
    elsewhere.is_away = False
    await world.placed(journal)
    assert rows.one("SELECT count(*) FROM orders_order") == 1


async def test_a_result_waits_until_the_database_is_back(
    world: World, journal: Journal, rows: Rows, elsewhere: Elsewhere
) -> None:
    order_id = await world.placed(journal)
    await journal.written()
    elsewhere.leave(rows)
    report = world.report(R.FILLED, filled=10, average=world.market.price)
    recording = asyncio.create_task(journal.record(change(order_id, Event.FILLED, report=report)))
    with pytest.raises(JournalUnavailable):
        await world.placed(journal)
    assert not recording.done()
    elsewhere.is_away = False
    assert (await recording).status == "FILLED"
    assert rows.order(order_id, "filled_quantity") == world.market.lot * 10


async def test_what_cannot_be_written_at_the_end_is_logged_with_its_order(
    world: World,
    make_journal: MakeJournal,
    rows: Rows,
    elsewhere: Elsewhere,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recorder, "DRAIN_WITHIN", 0.1)
    journal = await make_journal()
    order_id = await world.placed(journal)
    await journal.written()
    elsewhere.leave(rows)
    recording = asyncio.create_task(journal.record(change(order_id, Event.ACCEPTED)))
    await asyncio.sleep(0)
    with capture_logs() as logs:
        await journal.stop()
    with pytest.raises(JournalUnavailable):
        await recording
    lost = [line for line in logs if line["event"] == "result_not_recorded"]
    assert [(line["order_id"], line["order_event"]) for line in lost] == [(order_id, "ACCEPTED")]


async def test_an_idle_journal_notices_that_the_database_is_back(
    world: World,
    journal: Journal,
    rows: Rows,
    elsewhere: Elsewhere,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orders.worker._LOOK_AGAIN_AFTER", 0.01)
    elsewhere.leave(rows)
    with pytest.raises(JournalUnavailable):
        await world.placed(journal)
    elsewhere.is_away = False
    for _ in range(500):
        if journal._writer.is_healthy:
            return
        await asyncio.sleep(0.01)
    pytest.fail("nobody looked")


async def test_a_journal_that_starts_without_a_database_comes_up_by_itself(
    world: World, make_journal: MakeJournal, rows: Rows, elsewhere: Elsewhere
) -> None:
    elsewhere.is_away = True
    journal = await make_journal()
    assert not journal.healthy
    elsewhere.is_away = False
    await world.placed(journal)
    await journal.stop()
    assert rows.one("SELECT count(*) FROM orders_order") == 1
