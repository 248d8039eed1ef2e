import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from exchanges.vocabulary import ReportStatus as R
from exchanges.vocabulary import Side
from orders.drafts import AlertDraft
from orders.journal import Committed, Journal, JournalUnavailable
from orders.states import Event
from orders.vocabulary import AlertStatus
from tests.orders.ledger.kit import REFUSED, MakeJournal, Rows, World, change

NOBODY: frozenset[str] = frozenset()


async def test_an_alert_and_its_orders_are_there_when_the_call_returns(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert()
    drafts = [world.draft(alert, account=1), world.draft(alert, account=0)]
    committed = await journal.write_ahead(alert, drafts, NOBODY)
    query = "SELECT id, account_id FROM orders_order WHERE alert_id = %s ORDER BY id"
    accounts = (draft.account.id for draft in drafts)
    expected = list(zip(committed.order_ids, accounts, strict=True))
    assert rows.all(query, committed.alert_id) == expected


async def test_orders_are_born_as_their_sender_wants_them(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert()
    now, later = world.draft(alert), world.draft(alert, instruction=1)
    failed = world.draft(alert, instruction=2, failure=REFUSED, quantity=Decimal(0))
    committed = await journal.write_ahead(alert, [now, later, failed], {now.client_order_id})
    columns = "status, claimed_by, error_code, finished_at IS NULL"
    assert [rows.order(order_id, columns) for order_id in committed.order_ids] == [
        ("SUBMITTING", 7, "", True),
        ("PENDING", 7, "", True),
        ("FAILED", 7, "insufficient_balance", False),
    ]
    assert [rows.statuses(order_id) for order_id in committed.order_ids] == [
        ["SUBMITTING"],
        ["PENDING"],
        ["FAILED"],
    ]


async def test_every_digit_of_an_order_is_kept(world: World, journal: Journal, rows: Rows) -> None:
    digits = Decimal("12345678901234567890.123456789012345678")
    order_id = await world.placed(journal, quantity=digits, price=Decimal("1E-18"))
    assert rows.order(order_id, "quantity, price") == (digits, Decimal("1E-18"))


async def test_a_refused_alert_is_kept_whatever_it_holds(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert(
        status=AlertStatus.REJECTED,
        strategy_id=None,
        owner_id=None,
        group_name="이름" * 300,
        body='quote " backslash \\ nul \x00 half \ud800 brace {}',
        reading={"nul": "\x00", "price": Decimal("1.50")},
        warnings=("unknown field 'a,b'",),
        http_status=422,
    )
    await journal.write_refused(alert)
    body, reading, warnings, name = rows.one(
        "SELECT body, reading, warnings, group_name FROM orders_alert"
    )
    assert body == 'quote " backslash \\ nul \ufffd half ? brace {}'
    assert reading == {"nul": "\ufffd", "price": "1.5"}
    assert warnings == ["unknown field 'a,b'"]
    assert len(name) == 100


async def test_alerts_that_come_at_once_are_all_kept_with_their_own_orders(
    world: World, journal: Journal, rows: Rows
) -> None:
    alerts = [world.alert() for _ in range(50)]
    committed = await asyncio.gather(
        *(journal.write_ahead(alert, [world.draft(alert)], NOBODY) for alert in alerts)
    )
    query = "SELECT a.receipt FROM orders_order o JOIN orders_alert a ON a.id = o.alert_id "
    stored = [rows.one(f"{query} WHERE o.id = %s", done.order_ids[0]) for done in committed]
    assert stored == [alert.receipt for alert in alerts]


async def test_a_bad_alert_does_not_fail_those_that_wait_with_it(
    world: World, journal: Journal, rows: Rows
) -> None:
    alerts = [world.alert() for _ in range(5)]
    drafts = [world.draft(alert) for alert in alerts]
    drafts[2] = replace(drafts[2], symbol="X" * 65)
    outcomes = await asyncio.gather(
        *(
            journal.write_ahead(alert, [draft], NOBODY)
            for alert, draft in zip(alerts, drafts, strict=True)
        ),
        return_exceptions=True,
    )
    kinds = [Committed, Committed, JournalUnavailable, Committed, Committed]
    assert [type(outcome) for outcome in outcomes] == kinds
    assert rows.one("SELECT count(*) FROM orders_alert") == 4


async def test_an_alert_is_stored_whole_or_not_at_all(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert()
    twice = [world.draft(alert), world.draft(alert)]
    with pytest.raises(JournalUnavailable):
        await journal.write_ahead(alert, twice, NOBODY)
    assert rows.all("SELECT id FROM orders_alert") == []


async def test_a_receipt_that_is_stored_is_not_stored_again(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert()
    await journal.write_ahead(alert, [world.draft(alert)], NOBODY)
    with pytest.raises(JournalUnavailable):
        await journal.write_ahead(alert, [world.draft(alert, account=1)], NOBODY)
    assert rows.one("SELECT count(*) FROM orders_order") == 1


async def test_too_many_waiting_alerts_are_refused_and_not_kept(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal(waiting_at_most=3)
    rows.run("BEGIN")
    rows.run("LOCK orders_alert IN EXCLUSIVE MODE")
    alerts = [world.alert() for _ in range(30)]
    writing = [
        asyncio.create_task(journal.write_ahead(alert, [world.draft(alert)], NOBODY))
        for alert in alerts
    ]
    done, _ = await asyncio.wait(writing, return_when=asyncio.FIRST_EXCEPTION)
    assert {type(task.exception()) for task in done} == {JournalUnavailable}
    rows.run("COMMIT")
    outcomes = await asyncio.gather(*writing, return_exceptions=True)
    kept = [outcome for outcome in outcomes if isinstance(outcome, Committed)]
    assert rows.one("SELECT count(*) FROM orders_alert") == len(kept) < 30
    await journal.stop()


async def test_orders_whose_sender_gave_up_end_as_never_sent(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal(answers_within=0.05)
    rows.run("BEGIN")
    rows.run("LOCK orders_alert IN EXCLUSIVE MODE")
    alert = world.alert()
    draft = world.draft(alert)
    with pytest.raises(JournalUnavailable):
        await journal.write_ahead(alert, [draft], {draft.client_order_id})
    rows.run("COMMIT")
    await journal.stop()
    assert rows.one("SELECT status, error_code FROM orders_order") == ("FAILED", "never_sent")


async def test_a_claim_takes_what_waits_and_leaves_what_is_gone(
    world: World, make_journal: MakeJournal, journal: Journal, rows: Rows
) -> None:
    alert = world.alert()
    drafts = [world.draft(alert, instruction=n) for n in range(3)]
    (first, second, third) = (await journal.write_ahead(alert, drafts, NOBODY)).order_ids
    await journal.record(change(second, Event.CANCEL_ASKED))
    other = await make_journal(8)
    assert await other.claim([first, second]) == {first}
    assert await journal.claim([first, second, third]) == {third}
    columns = "status, claimed_by"
    assert rows.order(first, columns) == ("SUBMITTING", 8)
    assert rows.order(second, columns) == ("CANCELLED", 7)
    assert rows.order(third, columns) == ("SUBMITTING", 7)
    assert rows.statuses(first) == ["PENDING", "SUBMITTING"]


async def test_of_two_claims_at_once_one_gets_the_order(world: World, journal: Journal) -> None:
    alert = world.alert()
    (order_id,) = (await journal.write_ahead(alert, [world.draft(alert)], NOBODY)).order_ids
    claims = await asyncio.gather(*(journal.claim([order_id]) for _ in range(8)))
    assert sorted(map(len, claims)) == [0] * 7 + [1]


async def test_results_that_come_at_once_are_all_recorded(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert()
    drafts = [world.draft(alert, instruction=n) for n in range(40)]
    ids = {draft.client_order_id for draft in drafts}
    placed = (await journal.write_ahead(alert, drafts, ids)).order_ids
    report = world.report(R.FILLED, filled=10, average=world.market.price)
    recorded = await asyncio.gather(
        *(journal.record(change(id_, Event.FILLED, report=report)) for id_ in placed)
    )
    assert [record.order_id for record in recorded] == list(placed)
    assert rows.position()[0] == world.market.lot * 400


async def test_an_impossible_result_does_not_hold_up_the_others(
    world: World, journal: Journal, rows: Rows
) -> None:
    order_id = await world.placed(journal)
    outcomes = await asyncio.gather(
        journal.record(change(order_id + 1000, Event.ACCEPTED)),
        journal.record(change(order_id, Event.ACCEPTED, report=world.report(R.NEW))),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], JournalUnavailable)
    assert rows.order(order_id) == "NEW"


async def test_the_answer_is_kept_with_its_alert(
    world: World, journal: Journal, rows: Rows
) -> None:
    committed = await journal.write_refused(world.alert())
    await journal.answered(committed.alert_id, 422, {"success": False, "price": Decimal("1.50")})
    await journal.written()
    assert rows.one("SELECT http_status, answer FROM orders_alert") == (
        422,
        {"success": False, "price": "1.5"},
    )


async def test_what_is_queued_when_it_stops_is_written(
    world: World, make_journal: MakeJournal, rows: Rows
) -> None:
    journal = await make_journal()
    order_id = await world.placed(journal)
    report = world.report(R.NEW)
    recording = asyncio.create_task(journal.record(change(order_id, Event.ACCEPTED, report=report)))
    await asyncio.sleep(0)
    await journal.stop()
    assert (await recording).status == "NEW"
    assert rows.order(order_id) == "NEW"
    assert rows.events() == ["alert_received", "order_created", "order_updated"]


async def test_a_stopped_journal_takes_nothing(world: World, make_journal: MakeJournal) -> None:
    journal = await make_journal()
    await journal.stop()
    with pytest.raises(JournalUnavailable):
        await journal.write_refused(world.alert())
    with pytest.raises(JournalUnavailable):
        await journal.record(change(1, Event.ACCEPTED))


async def test_callers_on_any_loop_are_answered(world: World, journal: Journal, rows: Rows) -> None:
    alerts = [world.alert() for _ in range(4)]
    threads = [
        threading.Thread(target=lambda a=alert: _write_in_a_loop_of_its_own(journal, a))
        for alert in alerts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join, 10)
    assert rows.one("SELECT count(*) FROM orders_alert") == 4


def _write_in_a_loop_of_its_own(journal: Journal, alert: AlertDraft) -> None:
    asyncio.run(journal.write_refused(alert))


async def test_positions_are_told_for_every_account_asked_for(
    world: World, journal: Journal
) -> None:
    order_id = await world.placed(journal)
    report = world.report(R.FILLED, filled=10, average=world.market.price)
    await journal.record(change(order_id, Event.FILLED, report=report))
    mine, other = (account.id for account in world.accounts)
    market = world.market
    held = await journal.positions(
        world.strategy_id, [mine, other], market.market_type, market.symbol
    )
    assert held == {mine: market.lot * 10, other: 0}


async def test_open_orders_are_the_strategys_own_that_existed_before(
    world: World, journal: Journal
) -> None:
    first = await world.placed(journal)
    sold = await world.placed(journal, side=Side.SELL, account=1)
    finished = await world.placed(journal)
    await journal.record(change(finished, Event.REJECTED))
    later = await world.placed(journal)
    strategy = world.strategy_id

    found = await journal.open_orders(strategy)
    assert [order.order_id for order in found] == [first, sold, later]
    (order,) = await journal.open_orders(strategy, side=Side.SELL)
    assert (order.order_id, order.account_id) == (sold, world.accounts[1].id)
    in_account = await journal.open_orders(strategy, [world.accounts[0].id])
    assert [order.order_id for order in in_account] == [first, later]
    before = await journal.open_orders(strategy, created_before=found[2].created_at)
    assert [order.order_id for order in before] == [first, sold]
    assert await journal.open_orders(strategy, symbol="NONE") == []
    assert await journal.open_orders(strategy + 1) == []


async def test_an_order_counts_from_its_commit_on(world: World, journal: Journal) -> None:
    before = datetime.now(UTC)
    await world.placed(journal)
    (order,) = await journal.open_orders(world.strategy_id)
    assert before <= order.created_at <= datetime.now(UTC) + timedelta(seconds=1)
