from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from exchanges.errors import Reason
from exchanges.vocabulary import ReportStatus as R
from orders import transitions
from orders.states import Event
from orders.vocabulary import OrderStatus
from tests.orders.ledger.kit import NOW, REFUSED, Ledger, Rows, World, change


def test_a_status_and_its_transition_are_written_together(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    recorded = ledger.report(order_id, world.report(R.NEW))
    assert (recorded.before, recorded.status, recorded.applied) == ("SUBMITTING", "NEW", True)
    assert rows.order(order_id) == "NEW"
    step = rows.one(
        "SELECT from_status, to_status, event, cause, at FROM orders_ordertransition "
        "WHERE order_id = %s ORDER BY id DESC LIMIT 1",
        order_id,
    )
    assert step == ("SUBMITTING", "NEW", "ACCEPTED", "venue: NEW", NOW)


def test_an_order_may_change_twice_in_one_batch(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    first, second = ledger.apply(
        change(order_id, Event.ACCEPTED, report=world.report(R.NEW)),
        change(order_id, Event.CANCEL_ASKED),
    )
    assert (first.status, second.before, second.status) == ("NEW", "NEW", "CANCELLING")
    assert rows.statuses(order_id) == ["SUBMITTING", "NEW", "CANCELLING"]


def test_what_does_not_apply_leaves_no_trace(ledger: Ledger, rows: Rows, order_id: int) -> None:
    recorded = ledger.happen(order_id, Event.ABSENT)
    assert (recorded.status, recorded.applied) == ("SUBMITTING", False)
    assert rows.statuses(order_id) == ["SUBMITTING"]
    assert rows.events() == []


def test_a_report_that_says_nothing_new_leaves_no_trace(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    report = world.report(R.PARTIALLY_FILLED, filled=2, average=world.market.price)
    ledger.report(order_id, report)
    assert not ledger.report(order_id, report).applied
    assert len(rows.statuses(order_id)) == 2


def test_more_fills_of_a_partly_filled_order_are_a_step_of_its_trail(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    for lots in (2, 5):
        ledger.report(order_id, world.report(R.PARTIALLY_FILLED, filled=lots))
    assert rows.statuses(order_id) == ["SUBMITTING", "PARTIALLY_FILLED", "PARTIALLY_FILLED"]
    assert rows.order(order_id, "filled_quantity") == world.market.lot * 5


def test_times_and_the_venues_id_are_filled_in_when_they_are_known(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    acknowledged, filled = NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)
    ledger.report(order_id, world.report(R.NEW), sent_at=NOW, at=acknowledged)
    ledger.report(order_id, world.report(R.FILLED, filled=10), at=filled)
    columns = "exchange_order_id, sent_at, acknowledged_at, finished_at"
    assert rows.order(order_id, columns) == ("V1", NOW, acknowledged, filled)


def test_a_late_acknowledgement_completes_the_row_and_not_the_status(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.report(order_id, world.report(R.FILLED, filled=10, exchange_order_id=""))
    recorded = ledger.report(order_id, world.report(R.NEW, exchange_order_id="V9"), sent_at=NOW)
    assert recorded.status is OrderStatus.FILLED
    assert rows.order(order_id, "status, exchange_order_id, sent_at") == ("FILLED", "V9", NOW)


def test_a_refusal_is_explained_in_both_languages(
    ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.happen(order_id, Event.REJECTED, reason=REFUSED)
    assert rows.order(order_id, "status, error_code, error_ko, error_en") == (
        "REJECTED",
        "insufficient_balance",
        "잔고 부족",
        "Not enough balance",
    )


def test_an_order_that_lives_after_all_needs_no_explanation(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    timeout = Reason(code="outcome_unknown", ko="시간 초과", en="Timed out")
    ledger.happen(order_id, Event.UNCLEAR, reason=timeout)
    assert rows.order(order_id, "status, error_code") == ("UNKNOWN", "outcome_unknown")
    ledger.report(order_id, world.report(R.NEW))
    assert rows.order(order_id, "status, error_code, error_en") == ("NEW", "", "")


def test_a_finished_order_that_is_in_doubt_again_is_not_finished(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.happen(order_id, Event.REJECTED)
    ledger.report(order_id, world.report(R.NEW))
    assert rows.order(order_id, "status, finished_at") == ("UNKNOWN", None)


def test_trades_make_the_filled_quantity_the_average_and_the_position(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    price = world.market.price
    trades = (world.trade("t1", 4, price), world.trade("t2", 6, price + 100, second=1))
    ledger.report(order_id, world.report(R.FILLED, filled=10, trades=trades))
    assert rows.order(order_id, "status, filled_quantity, average_price") == (
        "FILLED",
        world.market.lot * 10,
        price + 60,
    )
    assert rows.position() == (world.market.lot * 10, price + 60, 0)
    assert rows.all("SELECT exchange_trade_id FROM orders_trade ORDER BY id") == ["t1", "t2"]


def test_the_same_trades_reported_again_count_once(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    report = world.report(R.FILLED, filled=10, trades=[world.trade("t1", 10, world.market.price)])
    ledger.report(order_id, report)
    ledger.report(order_id, report)
    assert rows.one("SELECT count(*) FROM orders_trade") == 1
    assert rows.position()[0] == world.market.lot * 10


def test_a_trade_takes_the_place_of_what_stood_for_it(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    price = world.market.price
    ledger.report(order_id, world.report(R.FILLED, filled=10, average=price))
    (client_order_id,) = rows.all("SELECT client_order_id FROM orders_order")
    (name,) = rows.all("SELECT exchange_trade_id FROM orders_trade")
    assert name.startswith(f"{client_order_id}:")
    trades = [world.trade("t1", 4, price), world.trade("t2", 6, price - 10)]
    ledger.report(order_id, world.report(R.FILLED, filled=10, trades=trades[:1]))
    ledger.report(order_id, world.report(R.FILLED, filled=10, trades=trades))
    assert rows.all("SELECT exchange_trade_id FROM orders_trade ORDER BY id") == ["t1", "t2"]
    assert rows.order(order_id, "filled_quantity, average_price") == (
        world.market.lot * 10,
        price - 6,
    )
    assert rows.position() == (world.market.lot * 10, price - 6, 0)


def test_a_fill_after_the_cancel_still_counts(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    price = world.market.price
    ledger.report(order_id, world.report(R.PARTIALLY_FILLED, filled=2, average=price))
    ledger.report(order_id, world.report(R.CANCELLED, filled=2))
    assert rows.order(order_id, "status, filled_quantity") == ("CANCELLED", world.market.lot * 2)
    ledger.report(order_id, world.report(R.PARTIALLY_FILLED, filled=3, average=price))
    assert rows.order(order_id, "status, filled_quantity") == ("CANCELLED", world.market.lot * 3)
    assert rows.position()[0] == world.market.lot * 3


def test_a_refused_cancel_leaves_a_partly_filled_order_partly_filled(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.report(order_id, world.report(R.PARTIALLY_FILLED, filled=2))
    ledger.happen(order_id, Event.CANCEL_ASKED)
    ledger.happen(order_id, Event.CANCEL_REFUSED)
    assert rows.order(order_id) == "PARTIALLY_FILLED"


def test_an_unknown_order_never_expires_by_our_clock(
    ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.happen(order_id, Event.UNCLEAR)
    assert not ledger.happen(order_id, Event.EXPIRED).applied
    assert rows.order(order_id) == "UNKNOWN"


def test_an_order_that_was_never_sent_expires(ledger: Ledger, rows: Rows, order_id: int) -> None:
    ledger.happen(order_id, Event.EXPIRED)
    assert rows.order(order_id) == "EXPIRED"


def test_an_order_that_the_venue_once_showed_is_not_proved_absent(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.report(order_id, world.report(R.NEW))
    ledger.happen(order_id, Event.CANCEL_ASKED)
    ledger.happen(order_id, Event.UNCLEAR)
    assert not ledger.happen(order_id, Event.ABSENT).applied
    assert rows.order(order_id) == "UNKNOWN"


def test_an_order_nobody_ever_saw_is_proved_absent(
    ledger: Ledger, rows: Rows, order_id: int
) -> None:
    ledger.happen(order_id, Event.UNCLEAR)
    ledger.happen(order_id, Event.ABSENT)
    assert rows.order(order_id) == "REJECTED"


def test_an_order_that_does_not_exist_stops_the_batch(ledger: Ledger, order_id: int) -> None:
    with pytest.raises(KeyError):
        ledger.apply(change(order_id, Event.ACCEPTED), change(order_id + 1, Event.ACCEPTED))


def test_buys_and_sells_of_one_strategy_share_a_position(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    price = world.market.price
    ledger.report(order_id, world.report(R.FILLED, filled=10, average=price))
    rows.run("UPDATE orders_order SET side = 'SELL', status = 'NEW', filled_quantity = 0")
    rows.run("DELETE FROM orders_trade")
    ledger.report(order_id, world.report(R.FILLED, filled=4, average=price + 10))
    quantity, average, pnl = rows.position()
    assert (quantity, average) == (world.market.lot * 6, price)
    assert pnl == world.market.lot * 4 * Decimal(10)


class Counting:
    """A cursor that counts what it is asked to execute."""

    def __init__(self, rows: Rows) -> None:
        self.cursor = rows.connection.cursor()
        self.statements = 0

    def execute(self, query: str, parameters: Any = None, /) -> None:
        self.statements += 1
        self.cursor.execute(query, parameters)

    def fetchone(self) -> Any:
        return self.cursor.fetchone()

    def fetchall(self) -> Any:
        return self.cursor.fetchall()


def test_a_batch_of_any_size_takes_a_handful_of_statements(
    world: World, ledger: Ledger, rows: Rows, order_id: int
) -> None:
    cursor = Counting(rows)
    cursor.execute("BEGIN")
    trades = [world.trade(f"t{n}", 1, world.market.price) for n in range(10)]
    changes = [
        change(
            order_id,
            Event.PARTLY_FILLED,
            report=world.report(R.PARTIALLY_FILLED, filled=n + 1, trades=trades[: n + 1]),
        )
        for n in range(10)
    ]
    transitions.apply(cursor, changes)
    cursor.execute("COMMIT")
    assert cursor.statements <= 12
    assert rows.order(order_id, "filled_quantity") == world.market.lot * 10
