from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from exchanges.messages import OrderRef, OrderReport
from exchanges.vocabulary import MarketType, OrderType, ReportStatus, Side
from orders.states import TERMINAL, Event, event_of, next_status
from orders.vocabulary import OPEN_STATUSES, OrderStatus

S, E = OrderStatus, Event
FROM_THE_VENUE = {E.ACCEPTED, E.PARTLY_FILLED, E.FILLED, E.CANCELLED, E.EXPIRED, E.REJECTED}
CAN_BE_SENT = {S.PENDING, S.SUBMITTING}


@pytest.mark.parametrize(
    ("status", "event", "after"),
    [
        (S.CANCELLED, E.FILLED, S.FILLED),
        (S.EXPIRED, E.FILLED, S.FILLED),
        (S.REJECTED, E.FILLED, S.FILLED),
        (S.REJECTED, E.PARTLY_FILLED, S.PARTIALLY_FILLED),
        (S.UNKNOWN, E.ACCEPTED, S.NEW),
        (S.UNKNOWN, E.ABSENT, S.REJECTED),
        (S.CANCELLING, E.UNCLEAR, S.UNKNOWN),
        (S.CANCELLING, E.PARTLY_FILLED, S.CANCELLING),
        (S.CANCELLING, E.CANCEL_REFUSED, S.NEW),
        (S.PENDING, E.CANCEL_ASKED, S.CANCELLED),
        (S.PENDING, E.ACCEPTED, S.NEW),
        (S.NEW, E.REJECTED, S.REJECTED),
        (S.PARTIALLY_FILLED, E.REJECTED, S.CANCELLED),
        (S.REJECTED, E.ACCEPTED, S.UNKNOWN),
    ],
)
def test_the_ugly_truths_are_kept(status: OrderStatus, event: Event, after: OrderStatus) -> None:
    assert next_status(status, event) is after


@pytest.mark.parametrize(
    ("status", "event"),
    [
        (S.PARTIALLY_FILLED, E.ACCEPTED),
        (S.FILLED, E.ACCEPTED),
        (S.CANCELLED, E.ACCEPTED),
        (S.SUBMITTING, E.ABSENT),
        (S.NEW, E.ABSENT),
        (S.NEW, E.UNCLEAR),
        (S.SUBMITTING, E.CANCEL_ASKED),
        (S.UNKNOWN, E.CANCEL_ASKED),
        (S.UNKNOWN, E.CANCEL_REFUSED),
        (S.UNKNOWN, E.FAILED),
        (S.UNKNOWN, E.CLAIMED),
        (S.SUBMITTING, E.CLAIMED),
        (S.FILLED, E.CANCELLED),
    ],
)
def test_what_proves_nothing_changes_nothing(status: OrderStatus, event: Event) -> None:
    assert next_status(status, event) is None


@pytest.mark.parametrize("event", list(Event))
def test_only_a_claim_makes_an_order_one_that_is_sent(event: Event) -> None:
    reached = {next_status(status, event) for status in OrderStatus} & CAN_BE_SENT
    assert reached == ({S.SUBMITTING} if event is E.CLAIMED else set())


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_only_the_venue_moves_a_finished_order(status: OrderStatus) -> None:
    moved_by = {event for event in Event if next_status(status, event) not in (None, status)}
    assert moved_by <= FROM_THE_VENUE


def test_a_filled_order_stays_filled() -> None:
    assert {next_status(S.FILLED, event) for event in Event} == {None}


def test_nothing_but_a_claimed_or_pending_order_can_fail_before_it_is_sent() -> None:
    assert {status for status in OrderStatus if next_status(status, E.FAILED)} == CAN_BE_SENT


def test_the_finished_statuses_are_those_that_are_not_open() -> None:
    assert {S.FILLED, S.CANCELLED, S.REJECTED, S.EXPIRED, S.FAILED} == TERMINAL
    assert not TERMINAL & OPEN_STATUSES


class LifeOfAnOrder(RuleBasedStateMachine):
    """Any events in any order: an order is sent at most once, and never after doubt."""

    def __init__(self) -> None:
        super().__init__()
        self.status = S.PENDING
        self.claims = 0
        self.has_left_pending = False

    @rule(event=st.sampled_from(Event))
    def happens(self, event: Event) -> None:
        after = next_status(self.status, event)
        if after is None:
            return
        self.claims += after is S.SUBMITTING
        self.has_left_pending |= after is not S.PENDING
        self.status = after

    @invariant()
    def is_sent_at_most_once(self) -> None:
        assert self.claims <= 1
        assert not (self.has_left_pending and self.status is S.PENDING)


TestLifeOfAnOrder = LifeOfAnOrder.TestCase


def _report(status: ReportStatus, filled: Decimal) -> OrderReport:
    return OrderReport(
        ref=OrderRef(market_type=MarketType.SPOT, symbol="BTC/USDT", client_order_id="a"),
        status=status,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        quantity=Decimal(10),
        filled_quantity=filled,
        at=datetime.now(UTC),
    )


@given(status=st.sampled_from(ReportStatus))
def test_a_report_without_fills_is_taken_at_its_word(status: ReportStatus) -> None:
    names = {ReportStatus.NEW: "ACCEPTED", ReportStatus.PARTIALLY_FILLED: "PARTLY_FILLED"}
    assert event_of(_report(status, Decimal(0))) == names.get(status, status.value)


def test_an_order_with_fills_is_neither_merely_accepted_nor_refused() -> None:
    assert event_of(_report(ReportStatus.NEW, Decimal(1))) is E.PARTLY_FILLED
    assert event_of(_report(ReportStatus.REJECTED, Decimal(1))) is E.CANCELLED
