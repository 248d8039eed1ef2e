"""What leaves, when, and what is recorded of it."""

import asyncio
from concurrent.futures import CancelledError
from datetime import timedelta

import psycopg2
import pytest

from exchanges.messages import OrderRequest
from exchanges.vocabulary import OrderType, Side
from orders import reasons
from orders.models import Order, OrderTransition
from orders.vocabulary import OrderStatus
from strategies.models import StrategyAccount
from tests.bridges import Desk, RunningBridge, alert_for
from tests.dsn import test_dsn
from tests.venues import Act, ScriptedVenue


def _statuses() -> list[str]:
    return list(Order.objects.order_by("id").values_list("status", flat=True))


def test_the_committed_row_is_there_when_the_venue_gets_the_order(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    seen: list[tuple[str, int]] = []
    address = test_dsn()

    def look_up(request: OrderRequest) -> None:
        connection = psycopg2.connect(address)
        with connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT status, claimed_by FROM orders_order WHERE client_order_id = %s",
                (request.client_order_id,),
            )
            seen.extend(cursor.fetchall())
        connection.close()

    venue.on_arrival = look_up
    bridge.execute(*desk.batch(2))
    assert seen == [("SUBMITTING", bridge.runtime.process_id)] * 2


def test_a_resting_order_is_recorded_with_the_venues_id_and_its_times(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    (flight,) = bridge.execute(desk.draft())
    order = Order.objects.get()
    assert order.status == flight.status == OrderStatus.NEW
    assert order.exchange_order_id == flight.exchange_order_id != ""
    assert order.sent_at == flight.sent_at is not None
    assert order.acknowledged_at is not None
    assert flight.acknowledged_at is not None


def test_an_order_filled_at_once_is_recorded_with_its_trade(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    (flight,) = bridge.execute(desk.draft(order_type=OrderType.MARKET, price=None))
    order = Order.objects.get()
    assert order.status == flight.status == OrderStatus.FILLED
    assert order.filled_quantity == flight.filled_quantity == desk.market.lot * 10
    assert order.trades.count() == 1


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        (Act.REFUSE, (OrderStatus.REJECTED, "insufficient_balance")),
        (Act.LIMIT_RATE, (OrderStatus.REJECTED, "rate_limited")),
        (Act.NOT_OFFERED, (OrderStatus.FAILED, "not_offered")),
        (Act.TIME_OUT, (OrderStatus.UNKNOWN, "timeout")),
        (Act.VANISH, (OrderStatus.UNKNOWN, "timeout")),
        (Act.BREAK, (OrderStatus.UNKNOWN, "outcome_unknown")),
    ],
)
def test_an_error_is_recorded_as_what_it_says_of_the_venues_book(
    bridge: RunningBridge,
    desk: Desk,
    venue: ScriptedVenue,
    act: Act,
    expected: tuple[OrderStatus, str],
) -> None:
    venue.next(act)
    (flight,) = bridge.execute(desk.draft())
    order = Order.objects.get()
    assert (order.status, order.error_code) == expected
    assert flight.reason is not None
    assert (flight.status, flight.reason.code) == expected


@pytest.mark.parametrize("act", [Act.TIME_OUT, Act.VANISH, Act.BREAK])
def test_an_order_of_unknown_outcome_is_never_sent_again(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, act: Act
) -> None:
    venue.next(act)
    draft = desk.draft()
    bridge.execute(draft)
    bridge.wait_until(lambda: len(venue.asked) >= 2, step=1)
    assert venue.arrivals(draft.client_order_id) == 1


def test_a_venue_that_never_answers_leaves_the_order_unknown(
    desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    bridge = RunningBridge(test_dsn(), sending_takes_at_most=0.01).start()
    try:
        (flight,) = bridge.execute(desk.draft())
    finally:
        bridge.stop()
    assert flight.status is OrderStatus.UNKNOWN


def test_orders_of_one_lane_arrive_one_after_another_in_their_order(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    drafts = desk.batch(5)
    venue.next(Act.HANG)
    flights = bridge.launch(*drafts).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    assert _statuses() == ["SUBMITTING", *["PENDING"] * 4]
    venue.release()
    bridge.landed(flights)
    assert [a.request.client_order_id for a in venue.book] == [d.client_order_id for d in drafts]


def test_a_second_alert_waits_for_the_first_ones_order_in_the_same_lane(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    first = bridge.launch(desk.draft())
    venue.wait_for(lambda v: len(v.book) == 1)
    second = bridge.launch(desk.draft())
    assert _statuses() == ["SUBMITTING", "PENDING"]
    venue.release()
    bridge.landed([*first.flights, *second.flights])
    assert _statuses() == ["NEW", "NEW"]


def test_another_symbol_of_the_same_account_waits_for_its_turn(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.act(Act.HANG, symbol=desk.market.symbol)
    flights = [
        *bridge.launch(desk.draft()).flights,
        *bridge.launch(desk.draft(symbol="OTHER")).flights,
    ]
    venue.wait_for(lambda v: len(v.book) == 1)
    assert _statuses() == ["SUBMITTING", "PENDING"]
    venue.release()
    bridge.landed(flights)
    assert [arrival.request.symbol for arrival in venue.book] == [desk.market.symbol, "OTHER"]


def test_an_account_that_hangs_or_breaks_does_not_delay_the_others(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    hanging, breaking = desk.accounts[0], desk.open_account("A2")
    desk.open_account("A3")
    _switched_on(bridge, 3)
    venue.act(Act.HANG, account_id=hanging.pk)
    venue.act(Act.BREAK, account_id=breaking.pk)
    flights = bridge.launch(*desk.fan_out()).flights
    bridge.landed(flights[1:])
    assert [f.status for f in flights] == [
        OrderStatus.SUBMITTING,
        OrderStatus.UNKNOWN,
        OrderStatus.NEW,
    ]


def test_the_first_accounts_order_arrives_before_the_others_are_made(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    for number in range(2, 6):
        desk.open_account(f"A{number}")
    _switched_on(bridge, 5)
    bridge.execute(*desk.fan_out())
    drafts = desk.fan_out()
    made: list[int] = []
    venue.on_arrival = lambda _: made.append(len(bridge.runtime.engine._held))
    flights = bridge.execute(*drafts)
    assert made[0] == 1
    sent = [flight.sent_monotonic or 0.0 for flight in flights]
    assert sent == sorted(sent)


def test_an_order_that_waited_too_long_expires_and_is_not_sent(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    first, second = desk.batch(2, expires_at=bridge.time.now() + timedelta(seconds=60))
    venue.next(Act.HANG)
    flights = bridge.launch(first, second).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    bridge.time.advance(61)
    venue.release()
    bridge.landed(flights)
    assert flights[1].status is OrderStatus.EXPIRED
    assert Order.objects.latest("id").error_code == "order_expired"
    assert venue.arrivals(second.client_order_id) == 0


def test_an_order_too_old_at_the_commit_is_not_sent(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    (flight,) = bridge.execute(desk.draft(expires_at=bridge.time.now()))
    assert flight.status is OrderStatus.EXPIRED
    assert venue.book == []


def test_a_link_switched_off_while_an_order_waits_stops_it(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    flights = bridge.launch(*desk.batch(2)).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    StrategyAccount.objects.update(is_active=False)
    _switched_on(bridge, 0)
    venue.release()
    bridge.landed(flights)
    assert _statuses() == ["NEW", "FAILED"]
    assert Order.objects.latest("id").error_code == "account_switched_off"
    assert len(venue.book) == 1


def test_an_opening_order_is_refused_while_another_ones_outcome_is_unknown(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.TIME_OUT)
    first, second = bridge.execute(*desk.batch(2))
    assert first.status is OrderStatus.UNKNOWN
    assert second.status is OrderStatus.FAILED
    assert second.reason is not None
    assert second.reason.code == "outcome_unknown_pending"
    assert second.reason.ko != second.reason.en
    assert len(venue.book) == 1


def test_a_reducing_order_passes_while_another_ones_outcome_is_unknown(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.TIME_OUT)
    bridge.execute(desk.draft())
    (flight,) = bridge.execute(desk.draft(side=Side.SELL, reduce_only=True))
    assert flight.status is OrderStatus.NEW


def test_another_symbol_passes_while_an_outcome_is_unknown(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.TIME_OUT)
    bridge.execute(desk.draft())
    (flight,) = bridge.execute(desk.draft(symbol="OTHER"))
    assert flight.status is OrderStatus.NEW


def test_a_caller_that_hangs_up_does_not_stop_its_orders(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    drafts = desk.batch(2)

    async def hang_up() -> None:
        asking = asyncio.create_task(bridge.runtime.engine.execute(alert_for(drafts), drafts))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait({asking})
        assert asking.cancelled()

    try:
        bridge.call(hang_up())
    except CancelledError:
        pytest.fail("the hanging up went further than the caller")
    bridge.wait_until(lambda: _statuses() == ["NEW", "NEW"])
    assert len(venue.book) == 2


def test_a_draft_with_a_failure_is_kept_and_never_sent(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    (flight,) = bridge.execute(desk.draft(failure=reasons.NOT_OPEN))
    assert flight.status is OrderStatus.FAILED
    assert flight.reason is reasons.NOT_OPEN
    assert Order.objects.get().status == OrderStatus.FAILED
    assert venue.book == []


def test_an_order_for_an_account_that_cannot_be_opened_fails_and_is_not_sent(
    desk: Desk, venue: ScriptedVenue
) -> None:
    venue.opening_fails = True
    bridge = RunningBridge(test_dsn()).start()
    try:
        (failed,) = bridge.execute(desk.draft())
        venue.opening_fails = False
        (sent,) = bridge.execute(desk.draft())
    finally:
        bridge.stop()
    assert failed.status is OrderStatus.FAILED
    assert failed.reason is not None
    assert failed.reason.code == "exchange_unavailable"
    assert sent.status is OrderStatus.NEW
    assert len(venue.book) == 1


def test_nothing_is_kept_in_memory_of_finished_orders(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    for number in range(20):
        bridge.execute(*desk.batch(3, symbol=f"S{number}", order_type=OrderType.MARKET))
    bridge.wait_until(lambda: bridge.runtime.engine.is_idle)


def test_every_step_of_an_order_is_in_its_history(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    bridge.execute(*desk.batch(2))
    steps = [
        list(OrderTransition.objects.filter(order=order).values_list("to_status", flat=True))
        for order in Order.objects.order_by("id")
    ]
    assert steps == [["SUBMITTING", "NEW"], ["PENDING", "SUBMITTING", "NEW"]]


def _switched_on(bridge: RunningBridge, links: int) -> None:
    """Wait until the routes show so many active links."""
    assert bridge.runtime.routes.wait_for(
        lambda routes: (
            links
            == sum(
                link.is_active for strategy in routes.strategies.values() for link in strategy.links
            )
        )
    )
