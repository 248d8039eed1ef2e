import threading
from datetime import UTC, datetime

import psycopg2
import pytest

from exchanges.vocabulary import ReportStatus as R
from orders import events, transitions
from orders.journal import Journal
from orders.states import Event
from orders.vocabulary import AlertStatus
from tests.orders.ledger.kit import NOW, REFUSED, Ledger, Rows, World, change, make_world
from tests.worlds import Market

ORDER_FIELDS = {
    "account_id",
    "account_name",
    "exchange",
    "strategy",
    "order_id",
    "exchange_order_id",
    "client_order_id",
    "symbol",
    "market_type",
    "side",
    "order_type",
    "status",
    "quantity",
    "filled_quantity",
    "price",
    "stop_price",
    "role",
    "average_price",
    "timestamp",
    "receipt",
}


def test_an_order_event_says_what_the_contract_says(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.report(order_id, world.report(R.NEW))
    user_id, name, strategy, account_id, payload = rows.one(
        "SELECT user_id, name, strategy, account_id, payload FROM orders_orderevent"
    )
    assert (user_id, name, strategy, account_id) == (
        world.owner_id,
        "order_updated",
        "test1",
        world.accounts[0].id,
    )
    assert payload.keys() == ORDER_FIELDS
    assert payload["status"] == "NEW"
    assert payload["order_id"] == str(order_id)
    assert payload["price"] == str(world.market.price)
    assert payload["filled_quantity"] == "0"
    assert payload["average_price"] is None
    assert payload["timestamp"] == "2026-11-22T09:30:00.123Z"
    assert "E" not in payload["quantity"]


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (Event.REJECTED, "order_rejected"),
        (Event.FAILED, "order_rejected"),
        (Event.UNCLEAR, "order_unknown"),
        (Event.CANCELLED, "order_cancelled"),
        (Event.FILLED, "order_filled"),
        (Event.EXPIRED, "order_updated"),
        (Event.ACCEPTED, "order_updated"),
    ],
)
def test_an_event_is_named_by_where_the_order_is_now(
    ledger: Ledger, rows: Rows, order_id: int, event: Event, name: str
) -> None:
    ledger.happen(order_id, event)
    assert rows.events() == [name]


def test_a_fill_is_told_with_its_trade_and_the_position(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    trade = world.trade("t1", 10, world.market.price)
    ledger.report(order_id, world.report(R.FILLED, filled=10, trades=[trade]))
    assert rows.events() == ["order_filled", "trade_executed", "position_updated"]
    trade_told, position_told = rows.all(
        "SELECT payload FROM orders_orderevent WHERE name <> 'order_filled' ORDER BY id"
    )
    assert (trade_told["trade_id"], trade_told["fee"]) == ("t1", "0.5")
    assert trade_told["quantity"] == position_told["quantity"]


def test_a_trade_that_only_explains_a_fill_is_not_told_again(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.report(order_id, world.report(R.FILLED, filled=10, average=world.market.price))
    trade = world.trade("t1", 10, world.market.price)
    ledger.report(order_id, world.report(R.FILLED, filled=10, trades=[trade]))
    assert rows.events().count("trade_executed") == 1


def test_an_event_that_cannot_be_written_does_not_fail_the_order(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    rows.run("ALTER TABLE orders_orderevent ADD CONSTRAINT no_news CHECK (name = 'none') NOT VALID")
    try:
        assert ledger.report(order_id, world.report(R.NEW)).applied
    finally:
        rows.run("ALTER TABLE orders_orderevent DROP CONSTRAINT no_news")
    assert rows.order(order_id) == "NEW"
    assert rows.events() == []


def test_an_event_for_nobody_does_not_fail_the_order(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    """The constraint is checked at the commit, when it would be too late."""
    rows.run("ALTER TABLE strategies_account DISABLE TRIGGER ALL")
    rows.run("UPDATE strategies_account SET owner_id = owner_id + 1000")
    assert ledger.report(order_id, world.report(R.NEW)).applied
    rows.run("UPDATE strategies_account SET owner_id = owner_id - 1000")
    rows.run("ALTER TABLE strategies_account ENABLE TRIGGER ALL")
    assert rows.order(order_id) == "NEW"


def test_listeners_are_told_when_the_events_are_committed(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    rows.run("LISTEN order_events")
    ledger.report(order_id, world.report(R.NEW))
    rows.connection.poll()
    assert [notify.channel for notify in rows.connection.notifies] == ["order_events"]


def test_event_ids_are_committed_in_their_own_order(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    """A reader that has seen an id will never find a smaller one later."""
    other = psycopg2.connect(world.dsn)
    with other.cursor() as cursor:
        transitions.apply(cursor, [change(order_id, Event.UNCLEAR)])
    second = threading.Thread(target=_publish, args=(world,))
    second.start()
    _wait_until_somebody_waits_for_the_lock(rows)
    assert rows.events() == []
    other.commit()
    second.join(10)
    other.close()
    assert rows.events() == ["order_unknown", "alert_received"]


def _publish(world: World) -> None:
    connection = psycopg2.connect(world.dsn)
    with connection.cursor() as cursor:
        event = events.of_alert(world.alert())
        assert event is not None
        events.publish(cursor, [event], datetime.now(UTC))
    connection.commit()
    connection.close()


def _wait_until_somebody_waits_for_the_lock(rows: Rows) -> None:
    query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    for _ in range(2000):
        if rows.one(query):
            return
        rows.all("SELECT pg_sleep(0.005)")
    pytest.fail("nobody waits")


@pytest.fixture
def followed(market: Market, transactional_db: None) -> World:
    return make_world(market, strangers_account=True)


async def test_a_new_order_is_told_to_the_accounts_owner_and_its_alert_to_the_strategys(
    followed: World,
) -> None:
    rows, journal = Rows(followed.dsn), Journal(followed.dsn, 7)
    follower = rows.one("SELECT id FROM auth_user WHERE username = 'follower'")
    alert = followed.alert()
    await journal.start()
    drafts = [followed.draft(alert, account=1, owner_id=follower)]
    await journal.write_ahead(alert, drafts, frozenset())
    await journal.stop()
    told = rows.all("SELECT user_id, name FROM orders_orderevent ORDER BY id")
    rows.connection.close()
    assert told == [(followed.owner_id, "alert_received"), (follower, "order_created")]


async def test_a_draft_that_failed_is_heard_of_as_rejected_only(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert()
    await journal.write_ahead(alert, [world.draft(alert, failure=REFUSED)], frozenset())
    await journal.written()
    assert rows.events() == ["alert_received", "order_rejected"]


async def test_a_refused_alert_is_told_with_its_error(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert(
        status=AlertStatus.REJECTED, error_code="missing_field", error_message="필수 필드 누락"
    )
    await journal.write_refused(alert)
    await journal.written()
    name, payload = rows.one("SELECT name, payload FROM orders_orderevent")
    assert name == "alert_rejected"
    assert payload["error"]["code"] == "missing_field"


async def test_an_alert_of_nobodys_strategy_is_told_to_nobody(
    world: World, journal: Journal, rows: Rows
) -> None:
    alert = world.alert(status=AlertStatus.REJECTED, strategy_id=None, owner_id=None)
    await journal.write_refused(alert)
    await journal.written()
    assert rows.events() == []


async def test_an_order_is_created_before_it_changes(
    world: World, journal: Journal, rows: Rows
) -> None:
    order_id = await world.placed(journal)
    await journal.record(change(order_id, Event.ACCEPTED, report=world.report(R.NEW), at=NOW))
    assert rows.events() == ["alert_received", "order_created", "order_updated"]
