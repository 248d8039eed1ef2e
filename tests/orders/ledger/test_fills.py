from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from exchanges.messages import OrderRef, OrderReport, TradeReport
from exchanges.vocabulary import MarketType, OrderType, ReportStatus, Side
from orders.fills import Fills

AT = datetime(2026, 11, 22, tzinfo=UTC)


def _fills() -> Fills:
    return Fills("cid", Decimal(100))


def _trade(number: int, quantity: int | Decimal = 1, price: int = 100) -> TradeReport:
    return TradeReport(
        exchange_trade_id=f"t{number}",
        quantity=Decimal(quantity),
        price=Decimal(price),
        fee=Decimal("0.1"),
        fee_currency="USDT",
        at=AT + timedelta(seconds=number),
    )


def _report(
    filled: int | Decimal,
    trades: Sequence[TradeReport] = (),
    *,
    average: int | None = None,
    price: int | None = None,
) -> OrderReport:
    return OrderReport(
        ref=OrderRef(market_type=MarketType.SPOT, symbol="BTC/USDT", client_order_id="cid"),
        status=ReportStatus.PARTIALLY_FILLED,
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        quantity=Decimal(10),
        filled_quantity=Decimal(filled),
        average_price=None if average is None else Decimal(average),
        price=None if price is None else Decimal(price),
        trades=tuple(trades),
        at=AT,
    )


def _kept(fills: Fills) -> dict[str, Decimal]:
    return {fill.exchange_trade_id: fill.quantity for fill in fills.known if fill.quantity}


def test_a_trade_that_comes_twice_counts_once() -> None:
    fills = _fills()
    fills.book(_report(1, [_trade(1)]))
    assert fills.book(_report(1, [_trade(1)])) == []
    assert _kept(fills) == {"t1": 1}


def test_a_report_without_trades_is_booked_as_the_difference() -> None:
    fills = _fills()
    fills.book(_report(2, average=100))
    fills.book(_report(5, average=106))
    assert _kept(fills) == {"cid:2": 2, "cid:5": 3}
    assert [fill.price for fill in fills.known] == [100, 110]


def test_an_older_report_changes_nothing() -> None:
    fills = _fills()
    fills.book(_report(5, average=100))
    assert fills.book(_report(3, average=100)) == []


def test_a_trade_takes_the_place_of_the_difference_that_stood_for_it() -> None:
    fills = _fills()
    fills.book(_report(2, average=100))
    (part,) = fills.book(_report(2, [_trade(1, 2, 99)]))
    assert _kept(fills) == {"t1": 2}
    assert part.quantity == 2
    assert part.instead_of == 100


def test_a_trade_that_the_difference_did_not_stand_for_is_added() -> None:
    fills = _fills()
    fills.book(_report(2, average=100))
    fills.book(_report(3, [_trade(3)]))
    assert _kept(fills) == {"cid:2": 2, "t3": 1}


def test_one_trade_may_be_explained_in_part_and_new_in_part() -> None:
    fills = _fills()
    fills.book(_report(1, average=100))
    explained, new = fills.book(_report(3, [_trade(1, 3)]))
    assert explained.quantity == 1
    assert explained.instead_of == 100
    assert new.quantity == 2
    assert new.instead_of is None


def test_a_fee_is_on_one_part_of_its_fill() -> None:
    fills = _fills()
    fills.book(_report(2, average=100))
    assert [part.fee for part in fills.book(_report(2, [_trade(1, 1)]))] == [Decimal("0.1")]
    assert sum(part.fee for part in fills.book(_report(4, [_trade(2, 3)]))) == Decimal("0.1")


def test_what_stands_for_trades_has_no_fee() -> None:
    (part,) = _fills().book(_report(2, average=100))
    assert part.fee == 0


def test_trades_that_are_missing_from_a_report_are_stood_for() -> None:
    fills = _fills()
    fills.book(_report(3, [_trade(3)]))
    assert _kept(fills) == {"t3": 1, "cid:3": 2}
    fills.book(_report(3, [_trade(1), _trade(2)]))
    assert _kept(fills) == {"t3": 1, "t1": 1, "t2": 1}


def test_real_trades_count_even_past_a_stale_figure() -> None:
    fills = _fills()
    fills.book(_report(1, [_trade(1), _trade(2)]))
    assert fills.quantity == 2


def test_a_fill_without_any_price_takes_the_orders() -> None:
    fills = _fills()
    fills.book(_report(1))
    fills.book(_report(2, price=90))
    assert [fill.price for fill in fills.known] == [100, 90]


def test_the_average_is_the_trades_when_they_are_complete() -> None:
    fills = _fills()
    report = _report(2, [_trade(1, 1, 100), _trade(2, 1, 110)], average=999)
    fills.book(report)
    assert fills.average_price(report) == 105


def test_the_average_is_the_venues_while_trades_are_missing() -> None:
    fills = _fills()
    report = _report(3, [_trade(1, 1, 100)], average=107)
    fills.book(report)
    assert fills.average_price(report) == 107


@given(
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=6),
    looks=st.lists(st.tuples(st.integers(0, 6), st.sets(st.integers(0, 5))), max_size=12),
)
def test_whatever_a_venue_shows_in_whatever_order_the_sum_comes_out_right(
    sizes: list[int], looks: list[tuple[int, set[int]]]
) -> None:
    """Looks at a growing order, each with some of its trades; the last one shows all of them."""
    trades = [_trade(number, size) for number, size in enumerate(sizes)]
    fills, highest = _fills(), Decimal(0)
    for count, shown in looks:
        done = trades[:count]
        filled = sum((trade.quantity for trade in done), Decimal(0))
        before = fills.quantity
        fills.book(_report(filled, [t for i, t in enumerate(done) if i in shown]))
        highest = max(highest, filled)
        assert before <= fills.quantity == highest
    fills.book(_report(sum(sizes), trades))
    assert _kept(fills) == {trade.exchange_trade_id: trade.quantity for trade in trades}
