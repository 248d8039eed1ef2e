"""What becomes of open orders is recorded, by stream and by polling."""

import pytest

from exchanges.vocabulary import ReportStatus
from orders.models import Order, Position, Trade
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge
from tests.dsn import test_dsn
from tests.venues import Act, ScriptedCrypto, ScriptedVenue


@pytest.fixture
def resting(bridge: RunningBridge, desk: Desk, venue: ScriptedVenue) -> Order:
    """An open order on an account whose stream is being watched."""
    bridge.wait_until(lambda: bridge.runtime.leadership.is_leader)
    (flight,) = bridge.execute(desk.draft())
    bridge.wait_until(lambda: venue.is_watched(desk.accounts[0].pk))
    return Order.objects.get(pk=flight.order_id)


def _status(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def test_a_fill_of_a_resting_order_is_recorded(
    bridge: RunningBridge, resting: Order, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.fill(resting.client_order_id)
    bridge.wait_until(lambda: _status(resting) == "FILLED")
    assert resting.filled_quantity == resting.quantity
    assert Position.objects.get().quantity == resting.quantity


def test_partial_fills_add_up_to_the_whole(
    bridge: RunningBridge, resting: Order, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.fill(resting.client_order_id, desk.market.lot)
    bridge.wait_until(lambda: _status(resting) == "PARTIALLY_FILLED")
    assert resting.filled_quantity == desk.market.lot
    venue.fill(resting.client_order_id)
    bridge.wait_until(lambda: _status(resting) == "FILLED")
    assert Trade.objects.count() == 2


@pytest.mark.parametrize(
    "status", [ReportStatus.CANCELLED, ReportStatus.EXPIRED, ReportStatus.REJECTED]
)
def test_an_order_that_the_venue_ends_by_itself_is_ended(
    bridge: RunningBridge, resting: Order, venue: ScriptedVenue, status: ReportStatus
) -> None:
    venue.end(resting.client_order_id, status)
    bridge.wait_until(lambda: _status(resting) == status.value)


def test_a_fill_that_the_stream_missed_is_found_by_polling(
    bridge: RunningBridge, resting: Order, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.is_deaf = True
    venue.fill(resting.client_order_id)
    bridge.wait_until(lambda: _status(resting) == "FILLED", step=1)
    assert Trade.objects.count() == 1


def test_a_poll_that_fails_changes_nothing_and_is_repeated(
    bridge: RunningBridge, resting: Order, venue: ScriptedVenue
) -> None:
    venue.is_deaf = True
    venue.next_fetch(Act.FAIL_TO_READ, Act.BREAK, Act.VANISH)
    venue.fill(resting.client_order_id)
    bridge.wait_until(lambda: len(venue.asked) >= 3, step=1)
    bridge.wait_until(lambda: _status(resting) == "FILLED", step=1)


def test_an_open_order_that_the_venue_no_longer_shows_stays_open(
    bridge: RunningBridge, resting: Order, venue: ScriptedVenue
) -> None:
    venue.hide(resting.client_order_id)
    bridge.wait_until(lambda: len(venue.asked) >= 3, step=1)
    assert _status(resting) == "NEW"


def test_nothing_is_followed_once_no_order_is_open(
    bridge: RunningBridge, resting: Order, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.fill(resting.client_order_id)
    bridge.wait_until(lambda: _status(resting) == "FILLED")
    bridge.wait_until(lambda: not bridge.runtime.follower.following, step=1)
    bridge.wait_until(lambda: not venue.is_watched(desk.accounts[0].pk))


def test_a_fill_told_before_the_acknowledgement_is_harmless(
    bridge: RunningBridge, resting: Order, desk: Desk, venue: ScriptedVenue
) -> None:
    draft = desk.draft(symbol="OTHER")
    venue.next(Act.HANG_AFTER_ACCEPT)
    (flight,) = bridge.launch(draft).flights
    venue.wait_for(lambda v: v.holds(draft.client_order_id))
    venue.fill(draft.client_order_id)
    order = Order.objects.get(pk=flight.order_id)
    bridge.wait_until(lambda: _status(order) == "FILLED")
    venue.release()
    bridge.landed([flight])
    assert flight.status is OrderStatus.FILLED
    assert _status(order) == "FILLED"
    assert order.trades.count() == 1


def test_orders_placed_by_hand_are_never_touched(
    bridge: RunningBridge, resting: Order, desk: Desk, venue: ScriptedVenue
) -> None:
    by_hand = desk.draft(symbol="BYHAND")
    venue.accept(by_hand.account.id, by_hand.request(ScriptedCrypto.capabilities), Act.REST)
    venue.fill(by_hand.client_order_id)
    venue.fill(resting.client_order_id)
    bridge.wait_until(lambda: _status(resting) == "FILLED")
    assert Order.objects.count() == 1
    assert Trade.objects.count() == 1


def test_orders_left_open_by_an_earlier_process_are_followed(
    desk: Desk, venue: ScriptedVenue
) -> None:
    first = RunningBridge(test_dsn()).start()
    (flight,) = first.execute(desk.draft())
    first.stop()
    order = Order.objects.get(pk=flight.order_id)
    venue.fill(order.client_order_id)
    second = RunningBridge(test_dsn()).start()
    try:
        second.wait_until(lambda: _status(order) == "FILLED", step=1)
    finally:
        second.stop()


def test_an_order_sent_by_a_process_that_does_not_lead_is_followed_by_the_leader(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    bridge.wait_until(lambda: bridge.runtime.leadership.is_leader)
    other = RunningBridge(test_dsn()).start()
    try:
        (flight,) = other.execute(desk.draft())
        order = Order.objects.get(pk=flight.order_id)
        venue.fill(order.client_order_id)
        bridge.wait_until(lambda: _status(order) == "FILLED", step=1)
        assert not other.runtime.follower.following
    finally:
        other.stop()


def test_a_cancel_that_never_reached_the_venue_is_taken_back_after_a_while(
    bridge: RunningBridge, resting: Order, venue: ScriptedVenue
) -> None:
    Order.objects.update(status=OrderStatus.CANCELLING)
    bridge.call(bridge.runtime.follower.scan())
    bridge.wait_until(lambda: _status(resting) == "NEW", step=5)
    assert venue.cancels == []
