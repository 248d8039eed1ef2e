"""Bad alerts cost a stranger nothing; they must not cost a trader an order."""

import asyncio

import pytest

from orders.journal import Committed, JournalUnavailable
from tests.orders.ledger.kit import MakeJournal, Rows, World


async def test_a_flood_of_refused_alerts_leaves_room_for_a_real_one(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal(waiting_at_most=3, refusals_at_most=2)
    rows.run("BEGIN")
    rows.run("LOCK orders_alert IN EXCLUSIVE MODE")
    flood = [asyncio.create_task(journal.write_refused(world.alert())) for _ in range(50)]
    await asyncio.wait(flood, return_when=asyncio.FIRST_EXCEPTION)
    assert journal.healthy
    placing = asyncio.create_task(world.placed(journal))
    await asyncio.sleep(0)
    rows.run("COMMIT")
    assert rows.order(await placing) == "SUBMITTING"
    await asyncio.gather(*flood, return_exceptions=True)


async def test_refused_alerts_beyond_their_bound_are_turned_away_at_once(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal(refusals_at_most=2)
    rows.run("BEGIN")
    rows.run("LOCK orders_alert IN EXCLUSIVE MODE")
    flood = [asyncio.create_task(journal.write_refused(world.alert())) for _ in range(50)]
    await asyncio.wait(flood, return_when=asyncio.FIRST_EXCEPTION)
    rows.run("COMMIT")
    outcomes = await asyncio.gather(*flood, return_exceptions=True)
    kept = [outcome for outcome in outcomes if isinstance(outcome, Committed)]
    assert rows.one("SELECT count(*) FROM orders_alert") == len(kept) < 50


async def test_refused_alerts_that_were_written_make_room_for_others(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal(refusals_at_most=1)
    for _ in range(3):
        await journal.write_refused(world.alert())
    assert rows.one("SELECT count(*) FROM orders_alert") == 3


async def test_no_refused_alert_is_kept_where_none_may_wait(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal(refusals_at_most=0)
    with pytest.raises(JournalUnavailable):
        await journal.write_refused(world.alert())
    await world.placed(journal)
    assert rows.one("SELECT count(*) FROM orders_alert") == 1
