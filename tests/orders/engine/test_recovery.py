"""What a dead process left behind gets its outcome, and nothing is sent twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exchanges.vocabulary import ReportStatus, Side
from orders.client_ids import client_order_id
from orders.drafts import OrderDraft
from orders.leadership import Leadership
from orders.models import Alert, Order
from orders.recovery import MISSING_FOR
from orders.vocabulary import AlertStatus, OrderStatus
from tests.bridges import Desk, RunningBridge
from tests.dsn import test_dsn
from tests.orders.rows import hold
from tests.venues import Act, ScriptedCrypto, ScriptedVenue

DEAD = 4_711
_EXIT = {"reduce_only": True, "is_exit": True}


def _left(draft: OrderDraft, status: OrderStatus, *, by: int = DEAD, **changes: Any) -> Order:
    """A row as another process wrote it."""
    now = datetime.now(UTC)
    alert, _ = Alert.objects.get_or_create(
        receipt=draft.receipt,
        defaults={
            "strategy_id": draft.strategy_id,
            "group_name": draft.group_name,
            "status": AlertStatus.ACCEPTED,
            "body": "{}",
            "received_at": now,
        },
    )
    fields = {
        "alert": alert,
        "strategy_id": draft.strategy_id,
        "account_id": draft.account.id,
        "instruction": draft.instruction,
        "client_order_id": draft.client_order_id,
        "exchange": draft.account.exchange,
        "market_type": draft.market_type,
        "symbol": draft.symbol,
        "side": draft.side,
        "order_type": draft.order_type,
        "quantity": draft.quantity,
        "price": draft.price,
        "status": status,
        "claimed_by": by,
        "created_at": now,
        "updated_at": now,
        "expires_at": draft.expires_at,
    }
    return Order.objects.create(**fields | changes)


@contextmanager
def _started(**options: Any) -> Iterator[RunningBridge]:
    bridge = RunningBridge(test_dsn(), **options).start()
    try:
        yield bridge
    finally:
        bridge.stop()


def _status(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def _sent_before_a_crash(desk: Desk, venue: ScriptedVenue, act: Act) -> Order:
    """The venue has the order; the process that sent it died before it recorded anything."""
    draft = desk.draft()
    venue.accept(draft.account.id, draft.request(ScriptedCrypto.capabilities), act)
    return _left(draft, OrderStatus.SUBMITTING)


def test_an_order_never_sent_is_sent_while_it_is_young(desk: Desk, venue: ScriptedVenue) -> None:
    order = _left(desk.draft(), OrderStatus.PENDING)
    with _started() as bridge:
        bridge.wait_until(lambda: _status(order) == "NEW")
    assert venue.arrivals(order.client_order_id) == 1


def test_an_order_never_sent_expires_when_it_is_old(desk: Desk, venue: ScriptedVenue) -> None:
    order = _left(desk.draft(expires_at=datetime.now(UTC)), OrderStatus.PENDING)
    with _started() as bridge:
        bridge.wait_until(lambda: _status(order) == "EXPIRED")
    assert venue.book == []
    assert order.error_code == "order_expired"


def test_orders_never_sent_are_sent_in_their_order(desk: Desk, venue: ScriptedVenue) -> None:
    orders = [_left(draft, OrderStatus.PENDING) for draft in desk.batch(3)]
    with _started() as bridge:
        bridge.wait_until(lambda: all(_status(order) == "NEW" for order in orders))
    assert [arrival.request.client_order_id for arrival in venue.book] == [
        order.client_order_id for order in orders
    ]


def test_an_order_that_was_being_sent_is_unknown_and_never_sent_again(
    desk: Desk, venue: ScriptedVenue
) -> None:
    order = _left(desk.draft(), OrderStatus.SUBMITTING)
    with _started():
        assert _status(order) == "UNKNOWN"
    assert venue.book == []


def test_an_order_that_the_venue_does_not_have_is_rejected_after_two_clean_answers(
    desk: Desk, venue: ScriptedVenue
) -> None:
    order = _left(desk.draft(), OrderStatus.SUBMITTING)
    with _started() as bridge:
        bridge.wait_until(lambda: len(venue.asked) == 1, step=0.5)
        assert _status(order) == "UNKNOWN"
        bridge.wait_until(lambda: _status(order) == "REJECTED", step=0.5)
    assert len(venue.asked) >= 2
    assert order.error_code == "not_at_venue"


def test_a_read_that_fails_proves_nothing(desk: Desk, venue: ScriptedVenue) -> None:
    order = _left(desk.draft(), OrderStatus.SUBMITTING)
    venue.next_fetch(*[Act.FAIL_TO_READ] * 3, *[Act.BREAK] * 3)
    with _started() as bridge:
        bridge.wait_until(lambda: len(venue.asked) >= 6, step=10)
        assert _status(order) == "UNKNOWN"


@pytest.mark.parametrize(
    ("act", "status"),
    [
        (Act.REST, OrderStatus.NEW),
        (Act.PARTIAL, OrderStatus.PARTIALLY_FILLED),
        (Act.FILL, OrderStatus.FILLED),
    ],
)
def test_an_order_that_the_venue_has_is_resolved_by_its_report(
    desk: Desk, venue: ScriptedVenue, act: Act, status: OrderStatus
) -> None:
    order = _sent_before_a_crash(desk, venue, act)
    with _started() as bridge:
        bridge.wait_until(lambda: _status(order) == status, step=1)
    assert venue.arrivals(order.client_order_id) == 1
    assert order.exchange_order_id != ""


def test_the_trades_of_a_resolved_order_are_read_where_its_report_has_none(
    desk: Desk, venue: ScriptedVenue
) -> None:
    order = _sent_before_a_crash(desk, venue, Act.FILL)
    venue.shows_trades = False
    with _started() as bridge:
        bridge.wait_until(lambda: _status(order) == "FILLED", step=1)
    assert [t.exchange_trade_id for t in order.trades.all()] == ["T2"]


def test_an_absence_that_turns_out_wrong_in_time_is_forgotten(
    desk: Desk, venue: ScriptedVenue
) -> None:
    order = _sent_before_a_crash(desk, venue, Act.REST)
    venue.next_fetch(Act.VANISH)
    with _started() as bridge:
        bridge.wait_until(lambda: _status(order) == "NEW", step=1)


def test_absence_is_no_proof_for_an_order_that_was_acknowledged(
    desk: Desk, venue: ScriptedVenue
) -> None:
    order = _left(desk.draft(), OrderStatus.UNKNOWN, exchange_order_id="V1")
    with _started() as bridge:
        bridge.wait_until(lambda: len(venue.asked) >= 4, step=10)
        assert _status(order) == "UNKNOWN"


def test_orders_of_a_living_process_are_left_alone(desk: Desk, venue: ScriptedVenue) -> None:
    living = Leadership(test_dsn(), DEAD)
    living.start()
    try:
        pending = _left(desk.draft(), OrderStatus.PENDING)
        submitting = _left(desk.draft(), OrderStatus.SUBMITTING)
        with _started() as bridge:
            bridge.call(bridge.runtime.recovery.sweep())
            bridge.call(bridge.runtime.recovery.sweep())
            assert (_status(pending), _status(submitting)) == ("PENDING", "SUBMITTING")
    finally:
        living.stop()
    assert venue.book == []


def test_a_process_that_dies_later_is_noticed_when_it_stays_missing(
    desk: Desk, venue: ScriptedVenue
) -> None:
    living = Leadership(test_dsn(), DEAD)
    living.start()
    try:
        order = _left(desk.draft(), OrderStatus.SUBMITTING)
        with _started() as bridge:
            living.stop()
            for _ in range(3):
                bridge.call(bridge.runtime.recovery.sweep())
            assert _status(order) == "SUBMITTING"
            bridge.time.advance(MISSING_FOR.total_seconds())
            bridge.call(bridge.runtime.recovery.sweep())
            assert _status(order) == "UNKNOWN"
    finally:
        living.stop()


def test_two_bridges_that_find_the_same_order_send_it_once(
    desk: Desk, venue: ScriptedVenue
) -> None:
    with _started() as one, _started() as other:
        order = _left(desk.draft(), OrderStatus.PENDING)
        for bridge in (one, other):
            bridge.call(bridge.runtime.recovery.sweep(at_start=True))
        one.wait_until(lambda: _status(order) == "NEW")
        one.wait_until(lambda: one.runtime.engine.is_idle and other.runtime.engine.is_idle)
    assert venue.arrivals(order.client_order_id) == 1


def test_an_unknown_order_of_an_earlier_process_holds_back_opening_orders(
    desk: Desk, venue: ScriptedVenue
) -> None:
    _left(desk.draft(), OrderStatus.UNKNOWN, exchange_order_id="V1")
    with _started() as bridge:
        (flight,) = bridge.execute(desk.draft())
    assert flight.reason is not None
    assert flight.reason.code == "outcome_unknown_pending"


def test_opening_orders_pass_again_once_the_unknown_one_is_resolved(
    desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.VANISH)
    with _started() as bridge:
        (unknown,) = bridge.execute(desk.draft())
        order = Order.objects.get(pk=unknown.order_id)
        bridge.wait_until(lambda: _status(order) == "REJECTED", step=0.5)
        (flight,) = bridge.execute(desk.draft(expires_at=bridge.time.now() + timedelta(minutes=1)))
    assert flight.status is OrderStatus.NEW


def test_our_own_order_that_nobody_works_on_gets_an_outcome(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    own = bridge.runtime.process_id
    pending = _left(desk.draft(), OrderStatus.PENDING, by=own)
    submitting = _left(desk.draft(), OrderStatus.SUBMITTING, by=own)
    bridge.call(bridge.runtime.recovery.sweep())
    assert (_status(pending), _status(submitting)) == ("PENDING", "SUBMITTING")
    bridge.time.advance(60)
    bridge.call(bridge.runtime.recovery.sweep())
    assert (_status(pending), _status(submitting)) == ("FAILED", "UNKNOWN")
    assert venue.book == []


def test_an_order_resolved_to_resting_is_followed_to_its_end(
    desk: Desk, venue: ScriptedVenue
) -> None:
    order = _sent_before_a_crash(desk, venue, Act.REST)
    with _started() as bridge:
        bridge.wait_until(lambda: _status(order) == "NEW", step=1)
        venue.end(order.client_order_id, ReportStatus.EXPIRED)
        bridge.wait_until(lambda: _status(order) == "EXPIRED", step=1)


def _left_flip(desk: Desk, first: OrderStatus, **changes: Any) -> tuple[Order, Order]:
    """A closing in that state, and the opening that was still to go behind it."""
    closing = desk.draft(side=Side.SELL)
    name = client_order_id(closing.receipt, 0, closing.account.id, 1)
    opening = replace(closing, client_order_id=name)
    return (
        _left(closing, first, reduce_only=True, is_exit=True, **changes),
        _left(opening, OrderStatus.PENDING, leg=1, behind=closing.client_order_id),
    )


@pytest.mark.parametrize(
    ("first", "changes", "second", "code"),
    [
        (OrderStatus.NEW, {}, "NEW", ""),
        (OrderStatus.CANCELLED, {"filled_quantity": 1}, "NEW", ""),
        (OrderStatus.REJECTED, {}, "FAILED", "first_leg_failed"),
        (OrderStatus.SUBMITTING, {}, "FAILED", "first_leg_unknown"),
    ],
)
def test_an_opening_that_was_left_behind_still_depends_on_its_closing(
    *,
    desk: Desk,
    venue: ScriptedVenue,
    first: OrderStatus,
    changes: dict[str, Any],
    second: str,
    code: str,
) -> None:
    _, opening = _left_flip(desk, first, **changes)
    with _started() as bridge:
        bridge.wait_until(lambda: _status(opening) == second)
    assert opening.error_code == code


def test_a_flip_of_which_nothing_was_sent_goes_in_its_order(
    desk: Desk, venue: ScriptedVenue
) -> None:
    lot = desk.market.lot
    hold(desk.strategy, desk.accounts[0], desk.market, lot * 4)
    closing, opening = _left_flip(desk, OrderStatus.PENDING)
    with _started() as bridge:
        bridge.wait_until(lambda: _status(opening) == "NEW")
    assert [(a.request.client_order_id, a.request.quantity) for a in venue.book] == [
        (closing.client_order_id, lot * 4),
        (opening.client_order_id, lot * 10),
    ]


def test_an_exit_that_was_left_behind_closes_what_is_left_by_now(
    desk: Desk, venue: ScriptedVenue
) -> None:
    lot = desk.market.lot
    hold(desk.strategy, desk.accounts[0], desk.market, lot * 4)
    exits = [_left(draft, OrderStatus.PENDING, **_EXIT) for draft in desk.batch(2, side=Side.SELL)]
    with _started() as bridge:
        bridge.wait_until(lambda: [_status(order) for order in exits] == ["NEW", "FAILED"])
    assert [arrival.request.quantity for arrival in venue.book] == [lot * 4]
    assert exits[1].error_code == "nothing_to_close"
