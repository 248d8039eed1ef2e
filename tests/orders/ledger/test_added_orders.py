"""Orders that are added to an alert which is stored already."""

import asyncio
from typing import Any

import pytest

from exchanges.errors import Reason
from orders import added_orders
from orders.client_ids import client_order_id
from orders.drafts import AlertDraft, OrderDraft
from orders.journal import Journal, JournalUnavailable
from orders.rows import Cursor
from orders.vocabulary import OrderRole
from tests.orders.ledger.kit import MakeJournal, Rows, World

NOBODY: frozenset[str] = frozenset()
STATUSES = "SELECT status FROM orders_order ORDER BY id"


async def _stored(world: World, journal: Journal) -> AlertDraft:
    alert = world.alert()
    await journal.write_ahead(alert, [], NOBODY)
    return alert


def _exit(world: World, alert: AlertDraft, leg: int, **changes: Any) -> OrderDraft:
    values: dict[str, Any] = {
        "leg": leg,
        "role": OrderRole.STOP_LOSS,
        "is_exit": True,
        "client_order_id": client_order_id(alert.receipt, 0, world.accounts[0].id, leg),
    }
    return world.draft(alert, **values | changes)


async def test_an_order_is_added_to_the_alert_of_its_receipt(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = await _stored(world, journal)
    draft = _exit(world, alert, 2)
    added = await journal.add_orders([draft], {draft.client_order_id})
    (order_id,) = added.order_ids
    assert added.known == NOBODY
    row = "status, leg, role, is_exit, claimed_by, alert_id"
    stored = rows.one("SELECT id FROM orders_alert")
    assert rows.order(order_id, row) == ("SUBMITTING", 2, "STOP_LOSS", True, 7, stored)
    assert rows.statuses(order_id) == ["SUBMITTING"]


async def test_what_is_not_claimed_is_born_waiting_and_what_failed_is_finished(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = await _stored(world, journal)
    failure = Reason(code="below_minimum", ko="작음", en="Too small")
    drafts = [_exit(world, alert, 2), _exit(world, alert, 3, failure=failure)]
    await journal.add_orders(drafts, NOBODY)
    assert rows.all(STATUSES) == ["PENDING", "FAILED"]


async def test_an_added_order_is_told_of_as_any_other(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = await _stored(world, journal)
    await journal.add_orders([_exit(world, alert, 2)], NOBODY)
    await journal.written()
    assert rows.events() == ["alert_received", "order_created"]


async def test_added_twice_an_order_is_known_and_told_of_once(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = await _stored(world, journal)
    old, new = _exit(world, alert, 2), _exit(world, alert, 3)
    await journal.add_orders([old], {old.client_order_id})
    added = await journal.add_orders([new, old], {old.client_order_id, new.client_order_id})
    await journal.written()
    assert added.known == {old.client_order_id}
    find = "SELECT id FROM orders_order WHERE client_order_id = %s"
    assert added.order_ids == (rows.one(find, new.client_order_id),)
    assert rows.events().count("order_created") == 2


async def test_of_two_processes_that_add_the_same_order_one_may_send_it(
    world: World, make_journal: MakeJournal
) -> None:
    journals = [await make_journal(number) for number in (7, 8)]
    alert = await _stored(world, journals[0])
    draft = _exit(world, alert, 2)
    both = await asyncio.gather(
        *(journal.add_orders([draft], {draft.client_order_id}) for journal in journals)
    )
    assert sorted(len(added.order_ids) for added in both) == [0, 1]


async def test_of_two_who_add_the_same_order_at_once_one_may_send_it(
    world: World, journal: Journal
) -> None:
    alert = await _stored(world, journal)
    draft = _exit(world, alert, 2)
    both = await asyncio.gather(
        *(journal.add_orders([draft], {draft.client_order_id}) for _ in range(5))
    )
    assert sorted(len(added.order_ids) for added in both) == [0, 0, 0, 0, 1]


async def test_orders_of_an_alert_that_is_not_stored_are_refused_whole(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = await _stored(world, journal)
    drafts = [_exit(world, alert, 2), _exit(world, world.alert(), 2)]
    with pytest.raises(JournalUnavailable):
        await journal.add_orders(drafts, NOBODY)
    assert rows.all(STATUSES) == []


async def test_two_orders_of_one_client_order_id_are_a_mistake(
    world: World, journal: Journal
) -> None:
    alert = await _stored(world, journal)
    with pytest.raises(ValueError, match="same client order id"):
        await journal.add_orders([_exit(world, alert, 2)] * 2, NOBODY)


async def test_adding_nothing_is_done_at_once(world: World, journal: Journal) -> None:
    added = await journal.add_orders([], NOBODY)
    assert (added.order_ids, added.known) == ((), NOBODY)


class LoseTheAnswer:
    """Of the first so many additions, though they are committed."""

    def __init__(self, rows: Rows, monkeypatch: pytest.MonkeyPatch, times: int = 1) -> None:
        self._rows, self._left, self._add = rows, times, added_orders.add
        monkeypatch.setattr(added_orders, "add", self)

    def __call__(self, cursor: Cursor, *arguments: Any) -> Any:
        placing = self._add(cursor, *arguments)
        if self._left:
            self._left -= 1
            self._rows.cut("journal-writer")
            cursor.execute("SELECT 1")
        return placing


async def test_an_addition_whose_commit_got_no_answer_is_still_the_callers_to_send(
    world: World, journal: Journal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = await _stored(world, journal)
    before, draft = _exit(world, alert, 2), _exit(world, alert, 3)
    await journal.add_orders([before], NOBODY)
    LoseTheAnswer(rows, monkeypatch)
    added = await journal.add_orders([before, draft], {draft.client_order_id})
    assert len(added.order_ids) == 1
    assert added.known == {before.client_order_id}


async def test_an_addition_that_its_caller_was_refused_ends_as_never_sent(
    world: World, make_journal: MakeJournal, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.reaching.CONNECT_WITHIN", 0.0)
    journal = await make_journal()
    alert = await _stored(world, journal)
    draft = _exit(world, alert, 2)
    LoseTheAnswer(rows, monkeypatch)
    with pytest.raises(JournalUnavailable):
        await journal.add_orders([draft], {draft.client_order_id})
    await world.placed(journal)
    await journal.written()
    assert rows.all(STATUSES) == ["FAILED", "SUBMITTING"]


async def test_an_addition_whose_caller_had_gone_ends_as_never_sent(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal()
    alert = await _stored(world, journal)
    rows.run("BEGIN")
    rows.run("LOCK orders_order IN EXCLUSIVE MODE")
    adding = asyncio.create_task(journal.add_orders([_exit(world, alert, 2)], NOBODY))
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(_is_waited_for, rows):
            pass
    adding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adding
    rows.run("COMMIT")
    await journal.stop()
    assert rows.one("SELECT status, error_code FROM orders_order") == ("FAILED", "never_sent")


def _is_waited_for(rows: Rows) -> bool:
    rows.run("SELECT pg_stat_clear_snapshot()")
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
    return bool(rows.one(f"{query} AND application_name = 'tradingbridge-journal-writer'"))
