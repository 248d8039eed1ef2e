"""Whatever is done to an account, in whatever order, its books add up."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from exchanges.precision import nearest_tick
from exchanges.vocabulary import OrderType, Side, TimeInForce
from tests.exchanges.paper import books
from tests.exchanges.paper.books import Book, assert_sound

sides = st.sampled_from(Side)
percents = st.integers(-5, 5)
sizes = st.integers(1, 400)
exits = st.tuples(sizes, percents, st.sampled_from(["LIMIT", "STOP_MARKET", "STOP_LIMIT"]))


class Trading(RuleBasedStateMachine):
    """Orders of all kinds, pairs of them, a price that jumps, and cancels."""

    open_book: Callable[[], Book]
    unit: Decimal
    book: Book
    pairs: list[Any]

    @initialize()
    def begin(self) -> None:
        self.book = type(self).open_book()
        self.pairs = []

    @rule(side=sides, size=sizes, leverage=st.integers(1, 20))
    def market(self, side: Side, size: int, leverage: int) -> None:
        self.book.place(side, self.unit * size, leverage=Decimal(leverage))

    @rule(
        side=sides,
        size=sizes,
        percent=percents,
        leverage=st.integers(1, 20),
        word=st.sampled_from([None, TimeInForce.IOC, TimeInForce.FOK]),
    )
    def limit(
        self, side: Side, size: int, percent: int, leverage: int, word: TimeInForce | None
    ) -> None:
        self.book.place(
            side,
            self.unit * size,
            price=self._moved(percent),
            leverage=Decimal(leverage),
            time_in_force=word,
        )

    @rule(side=sides, size=sizes, percent=percents)
    def reduce(self, side: Side, size: int, percent: int) -> None:
        price = self._moved(percent) if percent else None
        self.book.place(side, self.unit * size, price=price, reduce_only=True)

    @rule(
        side=sides,
        size=sizes,
        stop=percents,
        limit=st.sampled_from([None, -2, 0, 2]),
        options=st.fixed_dictionaries(
            {
                "time_in_force": st.sampled_from([None, TimeInForce.IOC, TimeInForce.FOK]),
                "reduce_only": st.booleans(),
            }
        ),
    )
    def stop(
        self, side: Side, size: int, stop: int, limit: int | None, options: dict[str, Any]
    ) -> None:
        self.book.place(
            side,
            self.unit * size,
            order_type=OrderType.STOP_MARKET if limit is None else OrderType.STOP_LIMIT,
            stop_price=self._moved(stop),
            price=None if limit is None else self._moved(stop + limit),
            **options,
        )

    @rule(side=sides, size=sizes, percent=st.integers(1, 5))
    def trail(self, side: Side, size: int, percent: int) -> None:
        self.book.place(
            side,
            self.unit * size,
            order_type=OrderType.STOP_MARKET,
            trail=self.book.price * percent / 100,
        )

    @rule(first=exits, second=exits)
    def pair(self, first: tuple[int, int, str], second: tuple[int, int, str]) -> None:
        placed = self.book.pair(self._exit(*first), self._exit(*second))
        if None not in placed:
            self.pairs.append(placed)

    @rule(percent=percents, seconds=st.sampled_from([0.25, 1, 60]))
    def move(self, percent: int, seconds: float) -> None:
        self.book.move(self._moved(percent), seconds=seconds)

    @rule(percent=st.sampled_from([-60, 60, 150]))
    def crash_or_soar(self, percent: int) -> None:
        self.book.move(self._moved(percent))

    @rule(choice=st.integers(0, 10**6))
    def cancel(self, choice: int) -> None:
        numbers = sorted(self.book.ledger.orders)
        if numbers:
            self.book.ledger.cancel(numbers[choice % len(numbers)], self.book.now)

    @invariant()
    def the_books_add_up(self) -> None:
        if hasattr(self, "book"):
            assert_sound(self.book)

    @invariant()
    def of_a_pair_no_more_is_sold_than_the_first_of_it(self) -> None:
        for first, second in getattr(self, "pairs", []):
            orders = [self.book.order(each.id) for each in (first, second)]
            assert sum(each.filled for each in orders) <= first.quantity

    def _exit(self, size: int, percent: int, kind: str) -> dict[str, Any]:
        price = self._moved(percent)
        prices: dict[str, dict[str, Any]] = {
            "LIMIT": {"price": price},
            "STOP_MARKET": {"stop_price": price},
            "STOP_LIMIT": {"stop_price": price, "price": self._moved(percent - 1)},
        }
        return {"quantity": self.unit * size, "order_type": OrderType(kind), **prices[kind]}

    def _moved(self, percent: int) -> Decimal:
        moved = self.book.price * (100 + percent) / 100
        return nearest_tick(moved, self.book.listed.ticks)


def _case(open_book: Callable[[], Book], unit: str) -> Any:
    machine: type[Trading] = type(
        f"Trading_{open_book.__name__}",
        (Trading,),
        {"open_book": staticmethod(open_book), "unit": Decimal(unit)},
    )
    case = machine.TestCase
    case.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
    return case


TestSpot = _case(books.spot, "0.01")
TestFutures = _case(books.futures, "0.01")
TestShares = _case(books.shares, "5")
TestIndexFutures = _case(books.index_futures, "1")


@pytest.mark.parametrize("leverage", ["1", "3", "7"])
def test_a_round_trip_returns_to_the_last_digit_what_the_prices_say(leverage: str) -> None:
    book = books.futures()
    for size in ("0.333", "0.111", "0.007"):
        book.place(Side.BUY, size, leverage=Decimal(leverage))
        book.move(book.price + Decimal("13.7"))
    for size in ("0.1", "0.35", "0.001"):
        book.place(Side.SELL, size, leverage=Decimal(leverage))
        book.move(book.price - Decimal("5.3"))
    assert book.position == 0
    signed = sum(
        (1 if order.side is Side.SELL else -1) * trade.quantity * trade.price
        for order, trade in book.trades()
    )
    fees = sum(trade.fee for _, trade in book.trades())
    assert book.cash.total == book.cash.free == book.start + signed - fees
