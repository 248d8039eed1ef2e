"""The database goes away at the worst moment; no result is lost and nothing goes out twice."""

import psycopg2
import pytest

from exchanges.messages import OrderRequest
from orders.models import Order
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge
from tests.dsn import test_dsn
from tests.venues import Act, ScriptedVenue


def _cut_all() -> None:
    """End every connection of the bridge, as a restart of PostgreSQL does."""
    connection = psycopg2.connect(test_dsn())
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name LIKE 'tradingbridge%'"
        )
        assert cursor.rowcount > 0
    connection.close()


@pytest.mark.parametrize("act", [Act.REST, Act.FILL, Act.REFUSE, Act.TIME_OUT])
def test_a_result_is_not_lost_when_the_connection_is_cut_before_it_is_recorded(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue, act: Act
) -> None:
    def cut(_: OrderRequest) -> None:
        venue.on_arrival = lambda _: None
        _cut_all()

    venue.on_arrival = cut
    venue.next(act)
    (flight,) = bridge.execute(desk.draft())
    assert Order.objects.get().status == flight.status
    assert flight.status is not OrderStatus.SUBMITTING
    assert len(venue.book) == 1


def test_an_order_that_waits_while_the_connection_is_cut_is_sent_once(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    flights = bridge.launch(*desk.batch(2)).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    _cut_all()
    venue.release()
    bridge.landed(flights)
    assert [flight.status for flight in flights] == [OrderStatus.NEW, OrderStatus.NEW]
    assert len(venue.book) == 2


def test_the_bridge_takes_alerts_again_after_all_its_connections_were_cut(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    _cut_all()
    (flight,) = bridge.execute(desk.draft())
    assert flight.status is OrderStatus.NEW
    bridge.wait_until(lambda: all(bridge.runtime.ready().values()))


def test_its_own_orders_are_not_taken_for_abandoned_while_it_reconnects(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    venue.next(Act.HANG)
    (flight,) = bridge.launch(desk.draft()).flights
    venue.wait_for(lambda v: len(v.book) == 1)
    bridge.runtime.leadership.stop()
    bridge.call(bridge.runtime.recovery.sweep())
    bridge.call(bridge.runtime.recovery.sweep())
    assert Order.objects.get().status == "SUBMITTING"
    venue.release()
    bridge.landed([flight])
    assert flight.status is OrderStatus.NEW
