"""What orders that wait for a price cost, when they become live, and how that can fail."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from exchanges.vocabulary import OrderType, ReportStatus, Side, TimeInForce
from tests.exchanges.paper import books
from tests.exchanges.paper.books import Book, assert_sound

BUY, SELL = Side.BUY, Side.SELL
STOP: dict[str, Any] = {"order_type": OrderType.STOP_MARKET}


def stop(book: Book, side: Side, quantity: str, at: str, **options: Any) -> int:
    placed = book.place(side, quantity, **{**STOP, "stop_price": Decimal(at), **options})
    assert placed is not None
    return placed.id


def test_a_stop_holds_nothing_while_it_waits() -> None:
    for book in (books.spot(), books.futures(), books.shares("90000"), books.index_futures("400")):
        above = str(book.price * 2)
        stop(book, BUY, "1", above)
        assert book.cash.locked == 0
        assert_sound(book)


def test_a_stop_that_cannot_be_paid_when_it_is_reached_is_rejected_with_the_reason() -> None:
    book = books.spot(start="10000")
    number = stop(book, BUY, "1", "91000")
    book.move("91000")
    order = book.order(number)
    assert order.status is ReportStatus.REJECTED
    assert order.filled == order.locked == 0
    assert order.reason is not None
    assert order.reason.code == "insufficient_balance"
    assert_sound(book)


def test_a_stop_that_sells_what_was_sold_meanwhile_is_rejected() -> None:
    book = books.shares()
    book.place(BUY, "10")
    number = stop(book, SELL, "10", "69000")
    book.place(SELL, "4")
    book.move("69000")
    assert book.order(number).status is ReportStatus.REJECTED
    assert book.position == 6
    assert_sound(book)


def test_a_stop_without_margin_when_it_is_reached_is_rejected() -> None:
    book = books.futures(start="10000")
    number = stop(book, BUY, "1", "91000")
    book.move("91000")
    assert book.order(number).status is ReportStatus.REJECTED
    assert_sound(book)


def test_a_crossed_stop_that_cannot_be_paid_is_refused_and_leaves_no_trace() -> None:
    book = books.spot(start="10000")
    assert book.place(BUY, "1", **STOP, stop_price=Decimal(89000)) is None
    assert book.refused == ["insufficient_balance"]
    assert not book.ledger.changed


def test_a_reducing_stop_whose_position_is_gone_expires() -> None:
    book = books.futures()
    book.place(BUY, "0.1")
    number = stop(book, SELL, "0.1", "85000", reduce_only=True)
    book.place(SELL, "0.1")
    book.move("85000")
    order = book.order(number)
    assert order.status is ReportStatus.EXPIRED
    assert order.reason is not None
    assert order.reason.code == "nothing_to_reduce"
    assert book.position == 0


def test_a_reducing_stop_never_turns_a_position_over() -> None:
    book = books.futures()
    book.place(BUY, "0.1")
    number = stop(book, SELL, "0.3", "85000", reduce_only=True)
    book.move("85000")
    assert book.order(number).filled == Decimal("0.1")
    assert book.position == 0


@pytest.mark.parametrize(("side", "price"), [(BUY, "90000"), (SELL, "90000")])
def test_a_stop_at_the_price_itself_is_reached(side: Side, price: str) -> None:
    book = books.futures()
    assert book.order(stop(book, side, "0.1", price)).status is ReportStatus.FILLED


def test_a_reached_stop_takes_as_a_market_order_does() -> None:
    book = books.futures()
    number = stop(book, BUY, "0.1", "91000")
    book.move("91500")
    (trade,) = book.order(number).trades
    assert trade.price == Decimal("91500.1")
    assert trade.fee == Decimal("91500.1") * Decimal("0.1") * Decimal("0.0005")


def test_a_live_stop_limit_locks_what_a_limit_order_locks() -> None:
    book = books.spot()
    options: dict[str, Any] = {"order_type": OrderType.STOP_LIMIT, "price": Decimal(90000)}
    number = stop(book, BUY, "1", "91000", **options)
    book.move("91000")
    assert book.order(number).status is ReportStatus.NEW
    assert book.cash.locked == 90090
    book.ledger.cancel(number, book.now)
    assert book.cash.locked == 0


def test_a_live_stop_limit_goes_back_to_waiting_for_nothing() -> None:
    book = books.futures()
    options: dict[str, Any] = {"order_type": OrderType.STOP_LIMIT, "price": Decimal(90000)}
    number = stop(book, BUY, "0.1", "91000", **options)
    book.move("91000")
    book.move("89000")
    assert book.order(number).status is ReportStatus.FILLED
    assert book.order(number).trades[0].price == 90000


@pytest.mark.parametrize("word", [TimeInForce.IOC, TimeInForce.FOK])
def test_an_immediate_order_behind_a_stop_waits_for_it_and_for_nothing_else(
    word: TimeInForce,
) -> None:
    book = books.futures()
    options: dict[str, Any] = {
        "order_type": OrderType.STOP_LIMIT,
        "price": Decimal(90000),
        "time_in_force": word,
    }
    number = stop(book, BUY, "0.1", "91000", **options)
    book.move("90500", seconds=3600)
    assert book.order(number).status is ReportStatus.NEW
    book.move("91000")
    assert book.order(number).status is ReportStatus.EXPIRED


def test_orders_that_wait_close_nothing_for_those_in_the_market() -> None:
    book = books.futures(start="9010")
    book.place(BUY, "0.1")
    stop(book, SELL, "0.1", "85000")
    assert book.place(SELL, "0.1", price=Decimal(95000)) is not None


def test_the_resting_part_of_a_stop_limit_trades_only_with_time() -> None:
    book = books.spot()
    options: dict[str, Any] = {"order_type": OrderType.STOP_LIMIT, "price": Decimal("91000.01")}
    number = stop(book, BUY, "1", "91000", **options)
    book.move("91000")
    first = book.order(number)
    assert first.status is ReportStatus.PARTIALLY_FILLED
    book.move("91000", seconds=0)
    assert book.order(number).filled == first.filled
    book.move("91000")
    assert book.order(number).filled > first.filled


def test_a_trailing_stop_follows_the_best_price_and_not_the_last() -> None:
    book = books.futures()
    book.place(BUY, "0.1")
    placed = book.place(SELL, "0.1", **STOP, trail=Decimal(1000), reduce_only=True)
    assert placed is not None
    seen = []
    for price in ("90500", "92000", "91200"):
        book.move(price)
        seen.append(book.order(placed.id).stops_at)
    assert seen == [89500, 91000, 91000]
    book.move("91000")
    assert book.order(placed.id).status is ReportStatus.FILLED


def test_a_trailing_stop_that_only_moved_is_no_news() -> None:
    book = books.futures()
    placed = book.place(SELL, "0.1", **STOP, trail=Decimal(1000))
    assert placed is not None
    book.ledger.changed.orders.clear()
    book.move("90500")
    assert book.ledger.changed.orders == set()
    assert book.ledger.changed.extremes == {placed.id}
    book.ledger.changed.extremes.clear()
    book.now += timedelta(seconds=1)
    book.move("90400")
    assert not book.ledger.changed
