"""An alert that arrives again makes no orders, whoever takes it in."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg2
import pytest

from orders import write_ahead
from orders.housekeeping import KEPT_FOR, Housekeeping
from orders.journal import Committed, DuplicateAlert, Journal, JournalUnavailable
from orders.rows import Cursor
from orders.vocabulary import AlertStatus
from orders.write_ahead import Entry
from strategies.models import Account
from tests.orders.ledger.keys import NOW, WINDOW, a_copy, digest, send
from tests.orders.ledger.kit import MakeJournal, Rows, World
from tests.worlds import link, make_strategy

NOBODY: frozenset[str] = frozenset()
ALERTS = "SELECT receipt FROM orders_alert ORDER BY id"
ORDERS = "SELECT count(*) FROM orders_order"
KEYS = "SELECT receipt FROM orders_alertkey ORDER BY id"
SECOND = timedelta(seconds=1)


async def test_a_copy_is_told_the_receipt_of_the_first_and_is_not_stored(
    world: World, journal: Journal, rows: Rows
) -> None:
    first = a_copy(world)
    await send(journal, world, first)
    assert await send(journal, world, a_copy(world, at=NOW + SECOND)) == first.receipt
    assert rows.all(ALERTS) == [first.receipt]
    assert rows.one(ORDERS) == 2


async def test_nothing_is_told_of_a_copy(world: World, journal: Journal, rows: Rows) -> None:
    await send(journal, world, a_copy(world))
    await journal.written()
    before = rows.events()
    await send(journal, world, a_copy(world))
    await journal.written()
    assert rows.events() == before


async def test_of_fifty_copies_at_once_one_is_stored(
    world: World, journal: Journal, rows: Rows
) -> None:
    answers = await asyncio.gather(*(send(journal, world, a_copy(world)) for _ in range(50)))
    stored = [answer for answer in answers if isinstance(answer, Committed)]
    (receipt,) = rows.all(ALERTS)
    assert len(stored) == 1
    assert [answer for answer in answers if isinstance(answer, str)] == [receipt] * 49
    assert rows.one(ORDERS) == 2


async def test_copies_that_wait_together_need_no_statement_each(
    world: World, make_journal: MakeJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    store = write_ahead.store

    def count(cursor: Cursor, entries: Sequence[Entry], *arguments: Any) -> Any:
        sizes.append(len(entries))
        return store(cursor, entries, *arguments)

    monkeypatch.setattr(write_ahead, "store", count)
    journal = await make_journal()
    others = [world.alert() for _ in range(3)]
    await asyncio.gather(
        *(send(journal, world, a_copy(world)) for _ in range(20)),
        *(send(journal, world, other) for other in others),
    )
    assert sum(sizes) <= 5  # one more where the first was taken alone


async def test_the_same_words_after_the_window_are_a_new_alert(
    world: World, journal: Journal, rows: Rows
) -> None:
    await send(journal, world, a_copy(world))
    later = a_copy(world, at=NOW + WINDOW)
    assert isinstance(await send(journal, world, later), Committed)
    again = a_copy(world, at=NOW + WINDOW + SECOND)
    assert await send(journal, world, again) == later.receipt
    assert rows.one(ORDERS) == 4


async def test_the_last_instant_of_the_window_belongs_to_it(world: World, journal: Journal) -> None:
    first = a_copy(world)
    await send(journal, world, first)
    late = a_copy(world, at=NOW + WINDOW - timedelta(microseconds=1))
    assert await send(journal, world, late) == first.receipt


async def test_copies_that_wait_together_are_kept_apart_by_the_window_too(
    world: World, journal: Journal, rows: Rows
) -> None:
    answers = await asyncio.gather(
        *(send(journal, world, a_copy(world, at=NOW + WINDOW * n)) for n in range(3))
    )
    assert all(isinstance(answer, Committed) for answer in answers)
    assert len(rows.all(KEYS)) == 1


async def test_the_senders_own_id_holds_for_ever(world: World, journal: Journal) -> None:
    first = a_copy(world, "id:7", window=None)
    await send(journal, world, first)
    years_later = a_copy(world, "id:7", at=NOW + timedelta(days=3650), window=None)
    assert await send(journal, world, years_later) == first.receipt


async def test_a_copy_is_known_after_a_restart(world: World, make_journal: MakeJournal) -> None:
    before = await make_journal()
    first = a_copy(world)
    await send(before, world, first)
    await before.stop()
    after = await make_journal(8)
    assert await send(after, world, a_copy(world, at=NOW + SECOND)) == first.receipt


@pytest.fixture
def other(world: World) -> World:
    """Another strategy on the same accounts."""
    accounts = Account.objects.order_by("pk")
    strategy = make_strategy(accounts[0].owner, world.market, group_name="other")
    for account in accounts:
        link(strategy, account)
    return replace(world, strategy_id=strategy.pk)


async def test_the_same_words_for_another_strategy_are_another_alert(
    world: World, other: World, journal: Journal, rows: Rows
) -> None:
    answers = [await send(journal, each, a_copy(each)) for each in (world, other)]
    assert all(isinstance(answer, Committed) for answer in answers)
    assert rows.one(ORDERS) == 4


async def test_an_alert_without_a_key_is_never_a_copy(
    world: World, journal: Journal, rows: Rows
) -> None:
    for _ in range(2):
        assert isinstance(await send(journal, world, world.alert()), Committed)
    assert rows.all(KEYS) == []


async def test_a_refused_alert_takes_no_key(world: World, journal: Journal, rows: Rows) -> None:
    await journal.write_refused(a_copy(world, status=AlertStatus.REJECTED, http_status=422))
    assert rows.all(KEYS) == []
    assert isinstance(await send(journal, world, a_copy(world)), Committed)


async def test_an_alert_that_the_database_does_not_take_leaves_its_key_free(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = a_copy(world)
    impossible = world.draft(alert, quantity=world.market.lot * 0)
    with pytest.raises(JournalUnavailable):
        await journal.write_ahead(alert, [impossible], NOBODY)
    assert rows.all(KEYS) == []
    assert isinstance(await send(journal, world, a_copy(world)), Committed)


async def test_a_copy_of_what_the_database_does_not_take_is_stored_in_the_same_breath(
    world: World, journal: Journal
) -> None:
    alert = a_copy(world)
    impossible = world.draft(alert, quantity=world.market.lot * 0)
    refused, stored = await asyncio.gather(
        journal.write_ahead(alert, [impossible], NOBODY),
        send(journal, world, a_copy(world)),
        return_exceptions=True,
    )
    assert isinstance(refused, JournalUnavailable)
    assert isinstance(stored, Committed)


async def test_an_alert_whose_commit_got_no_answer_is_no_copy_of_itself(
    world: World, journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, losses = write_ahead.store, iter([True])

    def lose_one_answer(cursor: Cursor, *arguments: Any) -> Any:
        stored = store(cursor, *arguments)
        if next(losses, False):
            rows.cut("journal-writer")
            cursor.execute("SELECT 1")
        return stored

    monkeypatch.setattr(write_ahead, "store", lose_one_answer)
    alert = a_copy(world)
    committed = await send(journal, world, alert)
    assert isinstance(committed, Committed)
    assert rows.all("SELECT id FROM orders_order ORDER BY id") == list(committed.order_ids)
    assert await send(journal, world, a_copy(world)) == alert.receipt


async def test_a_copy_and_a_new_alert_keep_apart_when_their_commit_got_no_answer(
    world: World, journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = a_copy(world)
    await send(journal, world, first)
    store, losses = write_ahead.store, iter([True])

    def lose_one_answer(cursor: Cursor, *arguments: Any) -> Any:
        stored = store(cursor, *arguments)
        if next(losses, False):
            rows.cut("journal-writer")
            cursor.execute("SELECT 1")
        return stored

    monkeypatch.setattr(write_ahead, "store", lose_one_answer)
    copy, new = await asyncio.gather(
        send(journal, world, a_copy(world)), send(journal, world, a_copy(world, "body:sell"))
    )
    assert copy == first.receipt
    assert isinstance(new, Committed)


async def test_a_copy_of_an_alert_that_was_stored_too_late_is_carried_out(
    world: World, make_journal: MakeJournal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sender was told 503 and sends again: this time the orders must go out."""
    monkeypatch.setattr("orders.reaching.CONNECT_WITHIN", 0.0)
    journal = await make_journal()
    store, losses = write_ahead.store, iter([True])

    def lose_one_answer(cursor: Cursor, *arguments: Any) -> Any:
        stored = store(cursor, *arguments)
        if next(losses, False):
            rows.cut("journal-writer")
            cursor.execute("SELECT 1")
        return stored

    monkeypatch.setattr(write_ahead, "store", lose_one_answer)
    monkeypatch.setattr("orders.worker._LOOK_AGAIN_AFTER", 3600)
    with pytest.raises(JournalUnavailable):
        await send(journal, world, a_copy(world))
    again = await send(journal, world, a_copy(world, at=NOW + SECOND))
    assert isinstance(again, Committed)
    await journal.written()
    statuses = "SELECT status FROM orders_order ORDER BY id"
    assert rows.all(statuses) == ["FAILED", "FAILED", "SUBMITTING", "PENDING"]


async def test_while_an_alert_is_in_doubt_its_copy_is_refused_and_others_are_stored(
    world: World, make_journal: MakeJournal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.reaching.CONNECT_WITHIN", 0.0)
    journal = await make_journal()
    store, losses = write_ahead.store, iter([True])

    def lose_one_answer(cursor: Cursor, *arguments: Any) -> Any:
        stored = store(cursor, *arguments)
        if next(losses, False):
            rows.cut("journal-writer")
            cursor.execute("SELECT 1")
        return stored

    def away(*_: Any) -> Any:
        raise psycopg2.OperationalError("connection refused")

    monkeypatch.setattr(write_ahead, "store", lose_one_answer)
    monkeypatch.setattr(write_ahead, "find", away)
    with pytest.raises(JournalUnavailable):
        await send(journal, world, a_copy(world))
    with pytest.raises(JournalUnavailable):
        await send(journal, world, a_copy(world))
    assert isinstance(await send(journal, world, a_copy(world, "body:sell")), Committed)


async def test_the_key_of_an_alert_whose_caller_had_gone_is_free_again(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal()
    alert = a_copy(world)
    committed = await send(journal, world, alert)
    assert isinstance(committed, Committed)
    journal._never_sent(Entry(alert=alert), replace(committed, order_ids=()))
    await journal.written()
    assert isinstance(await send(journal, world, a_copy(world)), Committed)


async def test_a_key_that_another_alert_has_taken_is_not_released_with_the_first(
    world: World, journal: Journal, rows: Rows
) -> None:
    first, later = a_copy(world), a_copy(world, at=NOW + WINDOW)
    await send(journal, world, first)
    await send(journal, world, later)
    with psycopg2.connect(world.dsn) as connection, connection.cursor() as cursor:
        write_ahead.release(cursor, [first])
    connection.close()
    assert rows.all(KEYS) == [later.receipt]


async def test_a_refusal_can_ask_whether_it_was_here_before(world: World, journal: Journal) -> None:
    first = a_copy(world)
    strategy_id, key = world.strategy_id, digest("body:buy")
    assert await journal.first_of(strategy_id, key, NOW) is None
    await send(journal, world, first)
    assert await journal.first_of(strategy_id, key, NOW) == first.receipt
    assert await journal.first_of(strategy_id + 1, key, NOW) is None
    assert await journal.first_of(strategy_id, key, NOW + WINDOW) is None


async def test_the_firsts_answer_is_there_once_it_is_written(
    world: World, journal: Journal
) -> None:
    alert = a_copy(world)
    committed = await send(journal, world, alert)
    assert isinstance(committed, Committed)
    assert await journal.answer_of(alert.receipt) is None
    await journal.answered(committed.alert_id, 200, {"success": True, "results": []})
    await journal.written()
    assert await journal.answer_of(alert.receipt) == (200, {"success": True, "results": []})


async def test_the_answer_of_an_alert_that_nobody_knows_is_none(
    world: World, journal: Journal
) -> None:
    assert await journal.answer_of("01R") is None


async def test_copies_are_kept_in_the_trail_of_the_first(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = a_copy(world)
    committed = await send(journal, world, alert)
    assert isinstance(committed, Committed)
    for second in (1, 2):
        journal.duplicated(alert.receipt, NOW + SECOND * second, f"10.0.0.{second}\x00")
    journal.duplicated("01R-nobody", NOW, "10.0.0.9")
    await journal.written()
    found = rows.all("SELECT alert_id, received_at, peer FROM orders_alertduplicate ORDER BY id")
    assert found == [
        (committed.alert_id, NOW + SECOND * n, f"10.0.0.{n}\N{REPLACEMENT CHARACTER}")
        for n in (1, 2)
    ]


async def test_a_duplicate_is_no_failure_of_the_journal(world: World, journal: Journal) -> None:
    await send(journal, world, a_copy(world))
    with pytest.raises(DuplicateAlert) as raised:
        await journal.write_ahead(a_copy(world), [], NOBODY)
    assert not isinstance(raised.value, JournalUnavailable)
    assert journal.healthy


async def test_keys_are_forgotten_a_day_after_they_expired(
    world: World, journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.housekeeping.KEYS_AT_ONCE", 2)
    for words in "abcde":
        await send(journal, world, a_copy(world, words))
    kept = a_copy(world, "f", at=NOW + SECOND)
    for_ever = a_copy(world, "id:1", window=None)
    for alert in (kept, for_ever):
        await send(journal, world, alert)
    await Housekeeping(journal=journal, clock=lambda: NOW + WINDOW + KEPT_FOR + SECOND).tidy()
    assert rows.all(KEYS) == [kept.receipt, for_ever.receipt]


async def test_housekeeping_goes_on_after_the_journal_was_away_and_stops_when_told(
    world: World, journal: Journal
) -> None:
    rounds: list[float] = []
    went_on = asyncio.Event()

    async def sleep(seconds: float) -> None:
        rounds.append(seconds)
        if len(rounds) == 2:
            went_on.set()
            await asyncio.Event().wait()

    def clock() -> Any:
        if not rounds:
            raise JournalUnavailable("away")
        return NOW

    housekeeping = Housekeeping(journal=journal, clock=clock, sleep=sleep)
    housekeeping.start()
    housekeeping.start()
    async with asyncio.timeout(10):
        await went_on.wait()
    await housekeeping.stop()
    await housekeeping.stop()
    assert len(rounds) == 2
