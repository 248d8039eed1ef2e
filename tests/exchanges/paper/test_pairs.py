"""Two exits of one position: never both, never more than one of them, and one lock for both."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges.paper.state import PaperOrder
from exchanges.precision import nearest_tick
from exchanges.vocabulary import OrderType, ReportStatus, Side, TimeInForce
from tests.exchanges.paper import books
from tests.exchanges.paper.books import Book, assert_sound

BUY, SELL = Side.BUY, Side.SELL
PROFIT: dict[str, Any] = {"quantity": "0.1", "price": Decimal(95000)}
LOSS: dict[str, Any] = {
    "quantity": "0.1",
    "order_type": OrderType.STOP_MARKET,
    "stop_price": Decimal(85000),
}
CRAWLING = {**LOSS, "order_type": OrderType.STOP_LIMIT, "price": Decimal(88000)}


def holding(quantity: str = "0.1", open_book: Callable[[], Book] = books.spot) -> Book:
    book = open_book()
    book.place(BUY, quantity)
    return book


def placed(book: Book, first: dict[str, Any], second: dict[str, Any]) -> tuple[int, int]:
    one, other = book.pair(first, second)
    assert one is not None
    assert other is not None
    return one.id, other.id


@pytest.mark.parametrize("order", [(PROFIT, LOSS), (LOSS, PROFIT)])
def test_a_pair_holds_the_coins_once(order: tuple[dict[str, Any], dict[str, Any]]) -> None:
    book = holding()
    placed(book, *order)
    assert book.ledger.holding("BTC").free == 0
    assert_sound(book)


def test_two_live_orders_of_a_pair_hold_the_coins_once() -> None:
    book = holding()
    profit, loss = placed(book, PROFIT, CRAWLING)
    book.move("85000")
    assert [book.order(number).status for number in (profit, loss)] == [ReportStatus.NEW] * 2
    assert not book.order(loss).is_waiting
    assert book.ledger.holding("BTC").locked == Decimal("0.1")
    assert_sound(book)


def test_when_the_older_of_two_live_orders_is_cancelled_the_other_holds_the_coins() -> None:
    book = holding()
    profit, loss = placed(book, PROFIT, CRAWLING)
    book.move("85000")
    book.ledger.cancel(profit, book.now)
    assert book.order(loss).locked == Decimal("0.1")
    book.move("88000")
    assert book.order(loss).status is ReportStatus.FILLED
    assert book.position == 0
    assert_sound(book)


def test_either_of_two_live_orders_sells_what_the_pair_holds() -> None:
    for price, winner in (("88000", 1), ("95000", 0)):
        book = holding()
        pair = placed(book, PROFIT, CRAWLING)
        book.move("85000")
        book.move(price)
        assert book.order(pair[winner]).status is ReportStatus.FILLED
        assert book.order(pair[1 - winner]).status is ReportStatus.CANCELLED
        assert book.position == 0
        assert_sound(book)


def test_coins_of_a_stop_that_waits_are_free_until_its_profit_is_there() -> None:
    book = holding()
    book.place(SELL, **LOSS)
    assert book.ledger.holding("BTC").free == Decimal("0.1")


def test_a_stop_takes_over_what_its_cancelled_profit_had_held() -> None:
    book = holding()
    profit, loss = placed(book, PROFIT, LOSS)
    book.ledger.cancel(profit, book.now)
    assert book.ledger.holding("BTC").free == Decimal("0.1")
    book.move("85000")
    assert book.order(loss).status is ReportStatus.FILLED
    assert_sound(book)


def test_a_reduced_order_ends_as_cancelled_and_says_why() -> None:
    book = holding("1")
    profit, loss = placed(book, {**PROFIT, "quantity": "1"}, {**LOSS, "quantity": "1"})
    book.move("95000")
    taken = book.order(profit).filled
    assert 0 < taken < 1
    assert book.order(loss).yielded == taken
    book.move("84000")
    sold = book.order(loss)
    assert (sold.status, sold.filled) == (ReportStatus.CANCELLED, 1 - taken)
    assert sold.reason is not None
    assert sold.reason.code == "linked_order_traded"
    assert book.order(profit).status is ReportStatus.CANCELLED
    assert book.order(profit).filled == taken
    assert_sound(book)


def test_the_second_is_never_more_than_what_is_left_of_the_first() -> None:
    book = holding("1")
    _, loss = placed(book, PROFIT, {**LOSS, "quantity": "1"})
    book.move("85000")
    assert book.order(loss).filled == Decimal("0.1")
    assert book.position == Decimal("0.9")
    assert_sound(book)


def test_a_smaller_partner_takes_its_part_only() -> None:
    book = holding("0.2")
    profit, loss = placed(book, {**PROFIT, "quantity": "0.2"}, LOSS)
    book.ledger.cancel(profit, book.now)
    book.move("85000")
    assert book.order(loss).status is ReportStatus.FILLED
    assert book.position == Decimal("0.1")
    assert_sound(book)


def test_a_partner_that_was_cancelled_can_be_replaced() -> None:
    book = holding()
    profit, loss = placed(book, PROFIT, LOSS)
    book.ledger.cancel(loss, book.now)
    smaller = {**LOSS, "quantity": "0.05"}
    again = book.exit(smaller, "again", book.order(profit).client_order_id)
    assert again is not None
    book.move("95000")
    assert book.order(profit).status is ReportStatus.FILLED
    assert book.order(again.id).status is ReportStatus.CANCELLED
    assert_sound(book)


def test_an_order_of_another_side_or_symbol_is_no_partner() -> None:
    book = holding(open_book=books.futures)
    book.exit(PROFIT, "profit", "loss")
    assert book.exit(LOSS, "loss", "profit", BUY) is None
    assert book.exit({**LOSS, "symbol": "ETH/USDT"}, "loss", "profit") is None
    assert book.refused == ["link_mismatch"] * 2


def test_an_order_is_no_partner_of_itself() -> None:
    book = holding()
    assert book.exit(LOSS, "same", "same") is None
    assert book.refused == ["link_mismatch"]


def test_an_order_that_opens_is_no_half_of_a_pair() -> None:
    book = holding(open_book=books.futures)
    assert book.exit({**LOSS, "reduce_only": False}, "loss", "profit") is None
    assert book.refused == ["link_must_reduce"]


def test_what_is_left_of_a_profit_that_ends_at_once_stays_with_the_stop() -> None:
    book = holding("1")
    crossing = {
        "quantity": "1",
        "price": Decimal("89999.99"),
        "time_in_force": TimeInForce.IOC,
    }
    profit, loss = placed(book, crossing, {**LOSS, "quantity": "1"})
    taken = book.order(profit).filled
    assert book.order(profit).status is ReportStatus.EXPIRED
    assert 0 < taken < 1
    assert book.order(loss).remaining == 1 - taken
    assert_sound(book)


MARKETS = {
    "spot": (books.spot, "0.01"),
    "futures": (books.futures, "0.01"),
    "shares": (books.shares, "3"),
    "index_futures": (books.index_futures, "1"),
}
kinds = st.sampled_from([OrderType.LIMIT, OrderType.STOP_MARKET, OrderType.STOP_LIMIT, None])
halves = st.tuples(kinds, st.integers(1, 60), st.integers(-6, 6))
paths = st.lists(st.tuples(st.integers(-8, 8), st.sampled_from([0, 1])), max_size=12)


@pytest.mark.parametrize("market", MARKETS)
@settings(max_examples=150, deadline=None)
@given(first=halves, second=halves, path=paths, cancels=st.integers(-1, 30))
def test_whatever_the_price_does_a_pair_sells_no_more_than_its_quantity(
    market: str,
    first: tuple[OrderType | None, int, int],
    second: tuple[OrderType | None, int, int],
    path: list[tuple[int, int]],
    cancels: int,
) -> None:
    open_book, unit = MARKETS[market]
    book = open_book()
    book.place(BUY, Decimal(unit) * 60, leverage=Decimal(20))
    pair = [
        each
        for each in book.pair(_half(book, unit, first), _half(book, unit, second))
        if each is not None
    ]
    for step, (percent, cancelled) in enumerate(path):
        book.move(_moved(book, percent))
        if step == cancels and pair:
            book.ledger.cancel(pair[cancelled % len(pair)].id, book.now)
        assert_sound(book)
        _assert_one_of_them(book, pair)


def _assert_one_of_them(book: Book, pair: list[PaperOrder]) -> None:
    now = [book.order(each.id) for each in pair]
    if now:
        assert sum(each.filled for each in now) <= max(each.quantity for each in now)
        assert sum(each.remaining for each in now if each.is_open) <= 2 * now[0].quantity
    if len(now) == 2 and all(each.is_open for each in now):
        assert now[1].remaining <= now[0].quantity - now[1].filled - now[0].filled


def _half(book: Book, unit: str, half: tuple[OrderType | None, int, int]) -> dict[str, Any]:
    """None is a trailing stop."""
    kind, size, percent = half
    options: dict[str, Any] = {"quantity": Decimal(unit) * size}
    if kind is None:
        trail = book.price * (abs(percent) + 1) / 100
        return {**options, "order_type": OrderType.STOP_MARKET, "trail": trail}
    price = _moved(book, percent)
    if kind is OrderType.LIMIT:
        return {**options, "price": price}
    limit = {"price": _moved(book, percent - 1)} if kind is OrderType.STOP_LIMIT else {}
    return {**options, "order_type": kind, "stop_price": price, **limit}


def _moved(book: Book, percent: int) -> Decimal:
    return nearest_tick(book.price * (100 + percent) / 100, book.listed.ticks)
