"""A flip closes first: what opens the other side goes only behind a closing that was accepted."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from exchanges.vocabulary import OrderType, Side
from orders.client_ids import client_order_id
from orders.drafts import OrderDraft
from orders.flights import Flight
from orders.journal import JournalUnavailable
from orders.models import Order
from orders.vocabulary import OrderRole, OrderStatus
from tests.bridges import Desk, RunningBridge
from tests.orders.rows import hold
from tests.scripted import reason
from tests.venues import Act, ScriptedVenue


def _flip(desk: Desk, **first: Any) -> tuple[OrderDraft, OrderDraft]:
    """Closes a long of ten lots and opens a short of as many."""
    closing = desk.draft(
        side=Side.SELL,
        order_type=OrderType.MARKET,
        price=None,
        reduce_only=True,
        is_exit=True,
        **first,
    )
    name = client_order_id(closing.receipt, closing.instruction, closing.account.id, 1)
    opening = replace(
        closing,
        leg=1,
        client_order_id=name,
        behind=closing.client_order_id,
        reduce_only=False,
        is_exit=False,
        failure=None,
    )
    return closing, opening


def _sent(venue: ScriptedVenue) -> list[str]:
    return [arrival.request.client_order_id for arrival in venue.book]


def _code(flight: Flight) -> str:
    return flight.reason.code if flight.reason else ""


@pytest.mark.parametrize("act", [Act.FILL, Act.PARTIAL, Act.REST])
def test_behind_a_closing_that_was_accepted_the_opening_goes(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, act: Act
) -> None:
    venue.next(act)
    flip = _flip(desk)
    _, opening = bridge.execute(*flip)
    assert opening.status is OrderStatus.FILLED
    assert _sent(venue) == [draft.client_order_id for draft in flip]


@pytest.mark.parametrize("act", [Act.REFUSE, Act.NOT_OFFERED, Act.LIMIT_RATE])
def test_behind_a_closing_that_was_refused_nothing_is_opened(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, act: Act
) -> None:
    venue.next(act)
    closing, opening = bridge.execute(*_flip(desk))
    assert (opening.status, _code(opening)) == (OrderStatus.FAILED, "first_leg_failed")
    assert _sent(venue) == [closing.draft.client_order_id]


@pytest.mark.parametrize("act", [Act.TIME_OUT, Act.VANISH, Act.BREAK])
def test_behind_a_closing_of_unknown_outcome_nothing_is_opened_and_it_says_so(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, act: Act
) -> None:
    venue.next(act)
    closing, opening = bridge.execute(*_flip(desk))
    assert (opening.status, _code(opening)) == (OrderStatus.FAILED, "first_leg_unknown")
    assert Order.objects.get(pk=opening.order_id).error_code == "first_leg_unknown"
    assert _sent(venue) == [closing.draft.client_order_id]


def test_behind_a_closing_that_could_not_be_planned_nothing_is_opened(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    closing, opening = bridge.execute(*_flip(desk, failure=reason("below_minimum")))
    assert (closing.status, opening.status) == (OrderStatus.FAILED, OrderStatus.FAILED)
    assert _code(opening) == "first_leg_failed"
    assert venue.book == []


def test_behind_an_order_that_nobody_knows_nothing_is_opened(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    _, opening = _flip(desk)
    (flight,) = bridge.execute(opening)
    assert _code(flight) == "first_leg_failed"
    assert venue.book == []


def test_a_closing_that_was_cut_short_after_a_fill_counts_as_accepted(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    closing, opening = _flip(desk)
    venue.next(Act.PARTIAL)
    (first,) = bridge.execute(closing)
    bridge.cancel(first.order_id)
    assert Order.objects.get(pk=first.order_id).status == "CANCELLED"
    (flight,) = bridge.execute(
        replace(opening, receipt=desk.draft().receipt, client_order_id="a" * 32)
    )
    assert flight.status is OrderStatus.FILLED


def test_without_the_ledger_nothing_is_opened(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_name: str) -> Any:
        raise JournalUnavailable("the database is away")

    monkeypatch.setattr(bridge.runtime.ledger, "by_client_order_id", away)
    closing, opening = bridge.execute(*_flip(desk))
    assert closing.status is OrderStatus.FILLED
    assert (opening.status, _code(opening)) == (OrderStatus.FAILED, "journal_unavailable")


def test_an_exit_attached_to_an_entry_is_its_guards_to_judge(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    attached = desk.draft(
        side=Side.SELL, behind="gone", role=OrderRole.TAKE_PROFIT, is_exit=True, reduce_only=True
    )
    (flight,) = bridge.execute(attached)
    assert flight.status is OrderStatus.NEW


def test_a_closing_that_waited_is_trimmed_and_the_opening_still_goes(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    lot = desk.market.lot
    hold(desk.strategy, desk.accounts[0], desk.market, lot * 4)
    venue.next(Act.HANG)
    blocking = bridge.launch(desk.draft(symbol="OTHER"))
    venue.wait_for(lambda v: len(v.book) == 1)
    execution = bridge.launch(*_flip(desk))
    venue.release()
    bridge.landed([*blocking.flights, *execution.flights])
    assert [a.request.quantity for a in venue.book[1:]] == [lot * 4, lot * 10]
    assert Decimal(0) not in {flight.filled_quantity for flight in execution.flights}
