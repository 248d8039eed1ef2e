"""What an alert cancels is cancelled before the account's own orders leave."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from exchanges.vocabulary import Side
from orders import cancels as cancelling
from orders import engine as engines
from orders.drafts import OrderDraft
from orders.flights import CancelFlight, Execution
from orders.journal import JournalUnavailable
from orders.models import Alert, Order, OrderTransition
from orders.vocabulary import OrderStatus
from strategies.models import Account
from tests.bridges import Desk, RunningBridge, alert_for
from tests.venues import Act, ScriptedVenue

OTHER = "OTHER"


@pytest.fixture
def other(desk: Desk) -> Account:
    """A second account. Ask for it before the bridge, which reads the links as it starts."""
    return desk.open_account("A2")


@pytest.fixture
def resting(desk: Desk, bridge: RunningBridge) -> int:
    (flight,) = bridge.execute(desk.draft())
    return flight.order_id


def _launch(
    bridge: RunningBridge,
    cancels: Mapping[int, Sequence[int]],
    *orders: OrderDraft,
    cause: str | Mapping[int, str] = "alert",
) -> Execution:
    engine = bridge.runtime.engine
    return bridge.call(engine.execute(alert_for(orders), orders, None, cancels, cause))


def _ended(bridge: RunningBridge, execution: Execution) -> list[CancelFlight]:
    async def wait() -> None:
        await asyncio.wait({cancel.done for cancel in execution.cancels}, timeout=10)

    bridge.call(wait())
    return list(execution.cancels)


def _status(order_id: int) -> str:
    return Order.objects.get(pk=order_id).status


def test_an_order_leaves_when_its_accounts_cancel_has_ended(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, resting: int
) -> None:
    venue.next_cancel(Act.HANG)
    execution = _launch(bridge, {desk.accounts[0].pk: [resting]}, desk.draft())
    venue.wait_for(lambda v: len(v.cancels) == 1)
    (flight,) = execution.flights
    assert (flight.status, _status(flight.order_id)) == (OrderStatus.PENDING, "PENDING")
    assert len(venue.book) == 1
    venue.release()
    bridge.landed(execution.flights)
    assert (_status(resting), flight.status) == ("CANCELLED", OrderStatus.NEW)
    assert len(venue.book) == 2


def test_all_cancels_of_an_account_are_waited_for(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    doomed = [flight.order_id for flight in bridge.execute(*desk.batch(2))]
    venue.next_cancel(Act.HANG, Act.FILL)
    execution = _launch(bridge, {desk.accounts[0].pk: doomed}, *desk.batch(2))
    bridge.wait_until(lambda: _status(doomed[1]) == "CANCELLED")
    assert len(venue.book) == 2
    venue.release()
    bridge.landed(execution.flights)
    assert [_status(order_id) for order_id in doomed] == ["CANCELLED", "CANCELLED"]
    assert [a.request.client_order_id for a in venue.book[2:]] == [
        flight.draft.client_order_id for flight in execution.flights
    ]


def test_other_accounts_do_not_wait(
    other: Account, bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, resting: int
) -> None:
    venue.next_cancel(Act.HANG)
    execution = _launch(bridge, {desk.accounts[0].pk: [resting]}, *desk.fan_out())
    waiting, free = execution.flights
    bridge.landed([free])
    assert (waiting.status, free.status) == (OrderStatus.PENDING, OrderStatus.NEW)
    venue.release()
    bridge.landed([waiting])
    assert waiting.status is OrderStatus.NEW


def test_what_comes_later_for_the_account_does_not_overtake_what_waits(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, resting: int
) -> None:
    venue.next_cancel(Act.HANG)
    first = _launch(bridge, {desk.accounts[0].pk: [resting]}, desk.draft())
    venue.wait_for(lambda v: len(v.cancels) == 1)
    later = bridge.launch(desk.draft())
    venue.release()
    flights = bridge.landed([*first.flights, *later.flights])
    assert [a.request.client_order_id for a in venue.book[1:]] == [
        flight.draft.client_order_id for flight in flights
    ]


def test_the_order_goes_although_the_venue_refused_the_cancel(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, resting: int
) -> None:
    venue.next_cancel(Act.REFUSE)
    execution = _launch(bridge, {desk.accounts[0].pk: [resting]}, desk.draft())
    (flight,) = bridge.landed(execution.flights)
    assert (_status(resting), flight.status) == ("NEW", OrderStatus.NEW)


@pytest.mark.parametrize("act", [Act.VANISH, Act.TIME_OUT, Act.BREAK, Act.HANG])
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": OTHER}, ""),
        ({"side": Side.SELL, "reduce_only": True}, ""),
        ({}, "outcome_unknown_pending"),
    ],
    ids=["another symbol", "an exit", "an entry behind the unknown"],
)
def test_behind_a_cancel_of_unknown_outcome_all_goes_but_what_would_open_the_same(
    *,
    bridge: RunningBridge,
    desk: Desk,
    venue: ScriptedVenue,
    resting: int,
    act: Act,
    changes: dict[str, Any],
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cancelling, "CANCELLING_TAKES_AT_MOST", 0.01)
    bridge.call(bridge.runtime.resolver.stop())
    venue.next_cancel(act)
    venue.next_fetch(*[Act.FAIL_TO_READ] * 9)
    execution = _launch(bridge, {desk.accounts[0].pk: [resting]}, desk.draft(**changes))
    (flight,) = bridge.landed(execution.flights)
    assert (flight.reason.code if flight.reason else "") == code
    assert len(venue.book) == (1 if code else 2)


def test_each_cancel_tells_its_outcome(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    one, two = bridge.execute(*desk.batch(2))
    venue.next_cancel(Act.REFUSE)
    account_id = desk.accounts[0].pk
    execution = _launch(bridge, {account_id: [one.order_id, two.order_id, 987_654]}, desk.draft())
    cancels = _ended(bridge, execution)
    assert [(c.order_id, c.account_id) for c in cancels] == [
        (one.order_id, account_id),
        (two.order_id, account_id),
        (987_654, account_id),
    ]
    outcomes = [cancel.outcome for cancel in cancels]
    assert sorted(outcome.cancelled for outcome in outcomes if outcome) == [False, False, True]
    assert outcomes[2] is not None
    assert outcomes[2].reason is not None
    assert outcomes[2].reason.code == "order_not_found"


def test_an_order_that_is_named_twice_is_cancelled_once(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, resting: int
) -> None:
    execution = _launch(bridge, {desk.accounts[0].pk: [resting, resting]}, desk.draft())
    assert len(_ended(bridge, execution)) == 1
    assert len(venue.cancels) == 1


def test_each_cancel_is_recorded_with_its_own_cause(bridge: RunningBridge, desk: Desk) -> None:
    one, two = (flight.order_id for flight in bridge.execute(*desk.batch(2)))
    causes = {one: "alert 1", two: "exit 1"}
    execution = _launch(bridge, {desk.accounts[0].pk: [one, two]}, desk.draft(), cause=causes)
    _ended(bridge, execution)
    asked = OrderTransition.objects.filter(event="CANCEL_ASKED").order_by("order_id")
    assert [step.cause for step in asked] == ["alert 1", "exit 1"]


def test_an_alert_may_cancel_without_ordering(
    bridge: RunningBridge, desk: Desk, resting: int
) -> None:
    alert = alert_for([desk.draft()])
    engine = bridge.runtime.engine
    execution = bridge.call(engine.execute(alert, [], None, {desk.accounts[0].pk: [resting]}, "a"))
    _ended(bridge, execution)
    assert _status(resting) == "CANCELLED"
    assert Alert.objects.filter(receipt=alert.receipt).exists()
    bridge.wait_until(lambda: engine.is_idle)


def test_an_order_of_the_same_lane_that_waits_is_cancelled_and_holds_nobody_up(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    flying, waiting = bridge.launch(*desk.batch(2)).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    doomed = [waiting.order_id, flying.order_id]
    execution = _launch(bridge, {desk.accounts[0].pk: doomed}, desk.draft())
    venue.release()
    bridge.landed(execution.flights)
    assert [_status(order_id) for order_id in doomed] == ["CANCELLED", "CANCELLED"]
    assert len(venue.book) == 2


def test_an_order_that_grew_too_old_behind_its_cancels_expires(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, resting: int
) -> None:
    venue.next_cancel(Act.HANG)
    draft = desk.draft(expires_at=bridge.time.now())
    execution = _launch(bridge, {desk.accounts[0].pk: [resting]}, draft)
    venue.wait_for(lambda v: len(v.cancels) == 1)
    venue.release()
    (flight,) = bridge.landed(execution.flights)
    assert flight.status is OrderStatus.EXPIRED


def test_an_order_that_is_cancelled_while_it_waits_is_not_sent(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, resting: int
) -> None:
    venue.next_cancel(Act.HANG)
    execution = _launch(bridge, {desk.accounts[0].pk: [resting]}, desk.draft())
    venue.wait_for(lambda v: len(v.cancels) == 1)
    assert bridge.cancel(execution.flights[0].order_id)[0].cancelled
    venue.release()
    (flight,) = bridge.landed(execution.flights)
    assert flight.status is OrderStatus.CANCELLED
    assert len(venue.book) == 1


def test_a_caller_that_hangs_up_stops_nothing(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, resting: int
) -> None:
    draft = desk.draft()
    journal, engine = bridge.runtime.journal, bridge.runtime.engine
    write_ahead = journal.write_ahead

    async def hang_up() -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def slow(*what: Any) -> Any:
            begun.set()
            await go_on.wait()
            return await write_ahead(*what)

        vars(journal)["write_ahead"] = slow
        cancels = {desk.accounts[0].pk: [resting]}
        asking = asyncio.create_task(
            engine.execute(alert_for([draft]), [draft], None, cancels, "alert")
        )
        await begun.wait()
        asking.cancel()
        await asyncio.wait({asking})
        go_on.set()

    bridge.call(hang_up())
    venue.wait_for(lambda v: len(v.book) == 2)
    bridge.wait_until(lambda: engine.is_idle)
    assert _status(resting) == "CANCELLED"


def test_without_the_ledger_nothing_is_stored_cancelled_or_sent(
    bridge: RunningBridge,
    desk: Desk,
    venue: ScriptedVenue,
    resting: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away(_order_ids: Any) -> Any:
        raise JournalUnavailable("the database is away")

    monkeypatch.setattr(bridge.runtime.ledger, "orders", away)
    draft = desk.draft()
    with pytest.raises(JournalUnavailable):
        _launch(bridge, {desk.accounts[0].pk: [resting]}, draft)
    assert not Alert.objects.filter(receipt=draft.receipt).exists()
    assert (len(venue.cancels), len(venue.book)) == (0, 1)
    bridge.wait_until(lambda: bridge.runtime.engine.is_idle)


def test_a_stop_leaves_what_waits_for_recovery(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, resting: int
) -> None:
    venue.next_cancel(Act.HANG)
    execution = _launch(bridge, {desk.accounts[0].pk: [resting]}, desk.draft())
    venue.wait_for(lambda v: len(v.cancels) == 1)
    bridge.call(bridge.runtime.engine.stop(patience=0))
    (cancel,) = execution.cancels
    assert cancel.done.done()
    assert cancel.outcome is not None
    assert not cancel.outcome.cancelled
    assert [_status(f.order_id) for f in execution.flights] == ["PENDING"]
    assert len(venue.book) == 1


def test_a_stopped_engine_takes_no_alert_and_leaves_its_places(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    engine, draft = bridge.runtime.engine, desk.draft()

    async def too_late() -> None:
        turns = engine.queue([draft.account.id])
        await engine.stop(patience=0)
        with pytest.raises(JournalUnavailable):
            await engine.execute(alert_for([draft]), [draft], turns)

    bridge.call(too_late())
    assert engine.is_idle
    assert not Alert.objects.filter(received_at__gte=datetime(2000, 1, 1, tzinfo=UTC)).exists()


def test_a_cancel_that_takes_too_long_goes_on_by_itself(
    bridge: RunningBridge,
    desk: Desk,
    venue: ScriptedVenue,
    resting: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engines, "CANCELS_HOLD_UP_AT_MOST", 0.01)
    venue.next_cancel(Act.HANG)
    execution = _launch(bridge, {desk.accounts[0].pk: [resting]}, *desk.batch(2))
    flights = bridge.landed(execution.flights)
    assert [flight.status for flight in flights] == [OrderStatus.NEW, OrderStatus.NEW]
    (cancel,) = execution.cancels
    assert not cancel.done.done()
    assert _status(resting) == "CANCELLING"
    venue.release()
    _ended(bridge, execution)
    assert cancel.outcome is not None
    assert cancel.outcome.cancelled
