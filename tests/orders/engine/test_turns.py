"""An alert's places in its accounts' lanes, from its arrival on."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from exchanges.errors import Reason
from orders.drafts import OrderDraft
from orders.flights import Flight
from orders.journal import JournalUnavailable
from orders.lanes import Turns
from orders.models import Order
from tests.bridges import Desk, RunningBridge, alert_for
from tests.venues import Act, ScriptedVenue

WITHIN = 10.0


@pytest.fixture
def account_id(desk: Desk) -> int:
    return desk.accounts[0].pk


def _queue(bridge: RunningBridge, *account_ids: int) -> Turns:
    async def take() -> Turns:
        return bridge.runtime.engine.queue(account_ids)

    return bridge.call(take())


def _end(bridge: RunningBridge, turns: Turns) -> None:
    async def end() -> None:
        with turns:
            pass

    bridge.call(end())


def _execute(bridge: RunningBridge, turns: Turns, *drafts: OrderDraft) -> Sequence[Flight]:
    execution = bridge.runtime.engine.execute(alert_for(drafts), drafts, turns)
    return bridge.call(execution).flights


def _is_free(bridge: RunningBridge, account_id: int) -> bool:
    """Whether a new alert's turn would come at once."""

    async def look() -> bool:
        with bridge.runtime.engine.queue([account_id]) as turns:
            return await turns.reached(account_id, within=0)

    return bridge.call(look())


def _statuses() -> list[str]:
    return list(Order.objects.order_by("id").values_list("status", flat=True))


def test_a_later_alert_does_not_overtake_one_that_is_still_being_planned(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue
) -> None:
    turns = _queue(bridge, account_id)
    later = bridge.launch(desk.draft(symbol="LATER")).flights
    assert _statuses() == ["PENDING"]
    early = _execute(bridge, turns, desk.draft(symbol="EARLY"))
    bridge.landed([*early, *later])
    assert [arrival.request.symbol for arrival in venue.book] == ["EARLY", "LATER"]


def test_all_orders_of_an_alert_go_before_a_later_alerts(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue
) -> None:
    turns = _queue(bridge, account_id)
    later = bridge.launch(desk.draft(symbol="LATER")).flights
    early = _execute(bridge, turns, *desk.batch(2, symbol="EARLY"))
    bridge.landed([*early, *later])
    symbols = [arrival.request.symbol for arrival in venue.book]
    assert symbols == ["EARLY", "EARLY", "LATER"]


def test_an_order_whose_turn_has_come_is_born_as_being_sent(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    _execute(bridge, _queue(bridge, account_id), desk.draft())
    assert _statuses() == ["SUBMITTING"]


def test_an_order_with_another_before_it_is_claimed_only_in_its_turn(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    first = bridge.launch(desk.draft()).flights
    second = _execute(bridge, _queue(bridge, account_id), desk.draft())
    assert _statuses() == ["SUBMITTING", "PENDING"]
    venue.release()
    bridge.landed([*first, *second])
    assert _statuses() == ["NEW", "NEW"]


def test_a_turn_is_reached_once_the_order_before_it_is_recorded(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    bridge.launch(desk.draft())

    async def reach() -> list[bool]:
        with bridge.runtime.engine.queue([account_id]) as turns:
            early = await turns.reached(account_id, within=0)
            waiting = asyncio.ensure_future(turns.reached(account_id, WITHIN))
            await asyncio.to_thread(venue.wait_for, lambda v: len(v.book) == 1)
            venue.release()
            return [early, await waiting]

    assert bridge.call(reach()) == [False, True]
    assert _statuses() == ["NEW"]


def test_an_account_without_an_order_or_with_a_failed_one_is_free_behind_the_commit(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue
) -> None:
    failing, unused = desk.open_account("A2"), desk.open_account("A3")
    failure = Reason(code="below_minimum", ko="최소 미달", en="Too small")
    draft = desk.draft()
    failed = desk.draft(failing, receipt=draft.receipt, failure=failure)
    venue.next(Act.HANG)
    turns = _queue(bridge, account_id, failing.pk, unused.pk)
    _execute(bridge, turns, draft, failed)
    bridge.wait_until(lambda: _is_free(bridge, failing.pk) and _is_free(bridge, unused.pk))
    assert not _is_free(bridge, account_id)


def test_an_account_that_was_not_queued_takes_its_place_at_the_commit(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue
) -> None:
    flights = _execute(bridge, _queue(bridge), desk.draft())
    bridge.landed(flights)
    assert _statuses() == ["NEW"]


def test_turns_serve_one_execution(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue
) -> None:
    turns = _queue(bridge, account_id)
    bridge.landed([*_execute(bridge, turns, desk.draft()), *_execute(bridge, turns, desk.draft())])
    bridge.wait_until(lambda: bridge.runtime.engine.is_idle)
    assert _statuses() == ["NEW", "NEW"]


@pytest.mark.parametrize("error", [JournalUnavailable("away"), RuntimeError("a bug")])
def test_a_commit_that_fails_frees_the_lane(
    bridge: RunningBridge,
    desk: Desk,
    account_id: int,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    async def fail(*_: Any) -> None:
        raise error

    turns = _queue(bridge, account_id)
    monkeypatch.setattr(bridge.runtime.journal, "write_ahead", fail)
    with pytest.raises(type(error)):
        _execute(bridge, turns, desk.draft())
    assert bridge.runtime.engine.is_idle


def test_a_caller_that_hangs_up_during_the_commit_neither_stops_it_nor_gives_up_its_place(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue
) -> None:
    engine, journal = bridge.runtime.engine, bridge.runtime.journal
    write_ahead = journal.write_ahead
    draft, later = desk.draft(symbol="EARLY"), desk.draft(symbol="LATER")

    async def hang_up() -> None:
        committing, go_on = asyncio.Event(), asyncio.Event()

        async def slow(*what: Any) -> Any:
            committing.set()
            await go_on.wait()
            return await write_ahead(*what)

        async def place() -> None:
            with engine.queue([account_id]) as turns:
                await engine.execute(alert_for([draft]), [draft], turns)

        vars(journal)["write_ahead"] = slow
        placing = asyncio.create_task(place())
        await committing.wait()
        del vars(journal)["write_ahead"]
        placing.cancel()
        await asyncio.wait({placing})
        execution = await engine.execute(alert_for([later]), [later])
        go_on.set()
        await asyncio.wait({flight.done for flight in execution.flights})

    bridge.call(hang_up())
    assert [arrival.request.symbol for arrival in venue.book] == ["EARLY", "LATER"]


@pytest.mark.parametrize("steps", range(6))
def test_a_commit_that_is_cancelled_at_any_step_frees_the_lane(
    bridge: RunningBridge, desk: Desk, account_id: int, venue: ScriptedVenue, steps: int
) -> None:
    engine = bridge.runtime.engine
    drafts = desk.batch(2)

    async def cancel() -> None:
        before = asyncio.all_tasks()
        with engine.queue([account_id]) as turns:
            placing = asyncio.create_task(engine.execute(alert_for(drafts), drafts, turns))
            for _ in range(steps):
                await asyncio.sleep(0)
            for task in asyncio.all_tasks() - before:
                task.cancel()
            await asyncio.wait({placing})

    bridge.call(cancel())
    bridge.wait_until(lambda: _is_free(bridge, account_id))


def test_an_outcome_that_cannot_be_told_does_not_stop_the_lane(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(_flight: Flight) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(bridge.runtime.engine, "_on_settled", break_down)
    bridge.execute(*desk.batch(2))
    assert _statuses() == ["NEW", "NEW"]
    bridge.wait_until(lambda: bridge.runtime.engine.is_idle)


def test_nothing_is_kept_of_the_turns_that_nobody_used(
    bridge: RunningBridge, account_id: int
) -> None:
    for _ in range(100):
        _end(bridge, _queue(bridge, account_id, account_id + 1))
    assert bridge.runtime.engine.is_idle
