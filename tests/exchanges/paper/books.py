"""A ledger in memory, driven as the venue drives it, and the facts that always hold of it."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any

from exchanges.errors import NotPlaced
from exchanges.messages import Instrument
from exchanges.paper import money
from exchanges.paper.instruments import instrument
from exchanges.paper.ledger import Ledger
from exchanges.paper.prices import Listed, Prices
from exchanges.paper.state import Holding, PaperOrder, PaperTrade
from exchanges.precision import EXACT
from exchanges.vocabulary import MarketType, OrderType, Side

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


@dataclass
class Book:
    """One account, one instrument and a price that only the test moves."""

    listed: Instrument
    price: Decimal
    start: Decimal
    now: datetime = NOW
    ledger: Ledger = field(init=False)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self.ledger = Ledger(
            holdings={self.listed.quote: Holding(total=self.start)}, positions={}, orders=()
        )

    @property
    def key(self) -> Listed:
        return self.listed.market_type, self.listed.symbol

    @property
    def cash(self) -> Holding:
        return self.ledger.holding(self.listed.quote)

    @property
    def position(self) -> Decimal:
        return self.ledger.position(self.listed).quantity

    def place(self, side: Side, quantity: Decimal | str, **options: Any) -> PaperOrder | None:
        """None when it was refused; the code is then in `refused`."""
        number = next(self._numbers)
        order = PaperOrder(
            **{
                "id": number,
                "client_order_id": f"c{number}",
                "market_type": self.listed.market_type,
                "symbol": self.listed.symbol,
                "side": side,
                "order_type": OrderType.LIMIT if options.get("price") else OrderType.MARKET,
                "quantity": Decimal(quantity),
                "price": None,
                "created_at": self.now,
                "updated_at": self.now,
                "matched_at": self.now,
                **options,
            }
        )
        try:
            return self.ledger.place(order, self.price, self.now)
        except NotPlaced as refused:
            self.refused.append(refused.reason.code)
            return None

    def move(self, price: Decimal | str, *, seconds: float = 1) -> None:
        self.price = Decimal(price)
        self.now += timedelta(seconds=seconds)
        self.ledger.match(Prices(fixed={self.key: self.price}, anchors={}), self.now)

    def pair(
        self, first: dict[str, Any], second: dict[str, Any], side: Side = Side.SELL
    ) -> tuple[PaperOrder | None, PaperOrder | None]:
        """Two exits that name each other; None for one that was refused."""
        number = next(self._numbers)
        one, other = f"first{number}", f"second{number}"
        return self.exit(first, one, other, side), self.exit(second, other, one, side)

    def exit(
        self, options: dict[str, Any], client_order_id: str, linked_to: str, side: Side = Side.SELL
    ) -> PaperOrder | None:
        linked = {"client_order_id": client_order_id, "linked_to": linked_to}
        return self.place(
            side, **{"reduce_only": money.is_margined(self.listed), **linked, **options}
        )

    def order(self, number: int) -> PaperOrder:
        return self.ledger.orders[number]

    def trades(self) -> list[tuple[PaperOrder, PaperTrade]]:
        return [(order, trade) for order in self.ledger.orders.values() for trade in order.trades]


def spot(price: str = "90000", start: str = "100000") -> Book:
    return Book(
        listed=instrument(MarketType.SPOT, "BTC/USDT"), price=Decimal(price), start=Decimal(start)
    )


def futures(price: str = "90000", start: str = "100000") -> Book:
    return Book(
        listed=instrument(MarketType.FUTURES, "BTC/USDT"),
        price=Decimal(price),
        start=Decimal(start),
    )


def shares(price: str = "70000", start: str = "100000000") -> Book:
    return Book(
        listed=instrument(MarketType.DOMESTIC_STOCK, "005930"),
        price=Decimal(price),
        start=Decimal(start),
    )


def index_futures(price: str = "400", start: str = "100000000") -> Book:
    return Book(
        listed=instrument(MarketType.DOMESTIC_FUTUREOPTION, "101W09"),
        price=Decimal(price),
        start=Decimal(start),
    )


def assert_sound(book: Book) -> None:
    """Nothing is created, nothing is lost, nothing is promised twice."""
    with localcontext(EXACT):
        _assert_nothing_is_promised_twice(book)
        _assert_fills_are_the_sum_of_trades(book)
        _assert_money_is_conserved(book)


def _assert_nothing_is_promised_twice(book: Book) -> None:
    ledger = book.ledger
    for name, held in ledger.holdings.items():
        promised = sum((o.locked for o in ledger.orders.values() if o.holds == name), Decimal(0))
        if name == book.listed.quote:
            promised += ledger.position(book.listed).margin
        assert held.locked == promised
        assert held.free >= 0
        assert held.locked >= 0
    assert not any(order.is_waiting and order.locked for order in ledger.orders.values())
    assert all(order.is_open or order.locked == 0 for order in ledger.orders.values())


def _assert_fills_are_the_sum_of_trades(book: Book) -> None:
    position = Decimal(0)
    for order in book.ledger.orders.values():
        filled = sum((trade.quantity for trade in order.trades), Decimal(0))
        assert order.filled == filled <= order.quantity - order.yielded
        assert [trade.number for trade in order.trades] == list(range(1, len(order.trades) + 1))
        position += money.signed(filled, order.side)
    assert book.position == position
    if not money.is_margined(book.listed):
        assert book.ledger.holding(money.asset(book.listed)).total == position >= 0


def _assert_money_is_conserved(book: Book) -> None:
    fees = sum((trade.fee for _, trade in book.trades()), Decimal(0))
    if money.is_margined(book.listed):
        moved = sum((trade.realized for _, trade in book.trades()), Decimal(0))
    else:
        paid = (
            money.signed(trade.quantity * trade.price, order.side) for order, trade in book.trades()
        )
        moved = -sum(paid, Decimal(0))
    assert book.cash.total == book.start + moved - fees
    realized = sum((trade.realized for _, trade in book.trades()), Decimal(0))
    assert book.ledger.position(book.listed).realized == realized
