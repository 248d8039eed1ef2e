from decimal import Decimal

import pytest

from exchanges.paper.fees import FEES, fee, fee_bound
from exchanges.vocabulary import ReportStatus, Side, TimeInForce
from tests.exchanges.paper import books

BUY, SELL = Side.BUY, Side.SELL


def test_a_spot_purchase_pays_price_and_taker_fee() -> None:
    book = books.spot()
    book.place(BUY, "0.1")
    assert book.cash.total == Decimal(100000) - Decimal("9000.001") - Decimal("9.000001")
    assert book.ledger.holding("BTC").free == Decimal("0.1")


def test_a_resting_purchase_locks_its_cost_and_the_fee() -> None:
    book = books.spot()
    book.place(BUY, "1", price=Decimal(80000))
    assert book.cash.locked == Decimal(80080)


def test_a_resting_order_pays_the_maker_fee_at_its_own_price() -> None:
    book = books.futures()
    book.place(BUY, "0.01", price=Decimal(89000))
    book.move("88000")
    (trade,) = book.order(1).trades
    assert trade.price == 89000
    assert trade.fee == Decimal("0.178")


def test_a_purchase_through_the_market_gives_back_what_it_locked_too_much() -> None:
    book = books.spot()
    book.place(BUY, "0.1", price=Decimal(95000))
    assert book.cash.locked == 0
    assert book.order(1).value == Decimal("9000.001")


def test_an_account_spends_all_that_is_free_and_no_more() -> None:
    book = books.spot(start="90090.00001001")
    assert book.place(BUY, "1", price=Decimal("90000")) is not None
    assert book.cash.free == Decimal("0.00001001")
    assert book.place(BUY, "0.001", price=Decimal("80000")) is None
    assert book.refused == ["insufficient_balance"]


def test_a_refused_order_leaves_no_trace_in_the_book() -> None:
    book = books.spot()
    book.place(BUY, "2")
    assert book.ledger.orders == {}
    assert not book.ledger.changed


def test_coins_offered_in_a_resting_order_are_locked() -> None:
    book = books.spot()
    book.place(BUY, "0.1")
    book.place(SELL, "0.1", price=Decimal(95000))
    assert book.ledger.holding("BTC").free == 0
    book.place(SELL, "0.1")
    assert book.refused == ["insufficient_balance"]


def test_a_sale_of_shares_pays_the_transaction_tax() -> None:
    book = books.shares()
    book.place(BUY, "10")
    book.place(SELL, "10")
    bought, sold = (order.trades[0].fee for order in book.ledger.orders.values())
    assert bought == Decimal(105)
    assert sold == Decimal(104 + 1398)


def test_margin_is_the_notional_over_the_leverage() -> None:
    book = books.futures()
    book.place(BUY, "0.1", leverage=Decimal(10))
    assert book.ledger.position(book.listed).margin == Decimal("900.001")
    assert book.cash.locked == Decimal("900.001")


def test_the_venue_sets_the_margin_of_index_futures() -> None:
    book = books.index_futures()
    book.place(BUY, "1")
    assert book.ledger.position(book.listed).margin == Decimal("400.05") * 250_000 / 10


def test_a_future_is_valued_by_its_multiplier() -> None:
    book = books.index_futures()
    book.place(BUY, "1")
    book.move("401")
    book.place(SELL, "1")
    earned = sum(trade.realized for _, trade in book.trades())
    assert earned == (Decimal("400.95") - Decimal("400.05")) * 250_000


def test_leverage_lets_an_account_open_more_than_it_has() -> None:
    book = books.futures()
    assert book.place(BUY, "2", leverage=Decimal(1)) is None
    assert book.place(BUY, "2", leverage=Decimal(5)) is not None


def test_a_sale_beyond_the_position_turns_it_over() -> None:
    book = books.futures()
    book.place(BUY, "0.1")
    book.place(SELL, "0.3")
    position = book.ledger.position(book.listed)
    assert position.quantity == Decimal("-0.2")
    assert position.average_price(Decimal(1)) == Decimal("89999.9")
    assert position.margin == Decimal("0.2") * Decimal("89999.9")


def test_closing_needs_no_money() -> None:
    book = books.futures(start="9010")
    book.place(BUY, "0.1")
    assert book.cash.free < 10
    assert book.place(SELL, "0.1", price=Decimal(95000)) is not None
    assert book.place(SELL, "0.1", price=Decimal(96000)) is None


def test_a_loss_ends_at_what_the_account_has() -> None:
    book = books.futures(start="10000")
    book.place(BUY, "1", leverage=Decimal(10))
    book.move("50000")
    book.place(SELL, "1")
    assert book.cash.total == 0
    assert book.position == 0


def test_a_loss_ends_open_orders_before_the_venue_pays_for_it() -> None:
    book = books.futures(start="20000")
    book.place(BUY, "1", leverage=Decimal(10))
    book.place(BUY, "0.1", price=Decimal(20000))
    book.move("71000")
    book.place(SELL, "1")
    ended = book.order(2)
    assert ended.status is ReportStatus.EXPIRED
    assert ended.reason is not None
    assert ended.reason.code == "insufficient_balance"
    assert book.cash.total == book.cash.free > 0


def test_a_resting_order_whose_margin_is_gone_ends_without_a_trade() -> None:
    book = books.futures(start="10000")
    book.place(BUY, "0.1")
    book.place(SELL, "0.1", price=Decimal(91000))
    book.place(SELL, "0.1")
    book.place(BUY, "0.1", price=Decimal(80000))
    book.move("92000")
    ended = book.order(2)
    assert ended.status is ReportStatus.EXPIRED
    assert ended.filled == 0
    assert ended.reason is not None
    assert ended.reason.code == "insufficient_balance"


def test_a_reducing_order_ends_when_there_is_nothing_left_to_reduce() -> None:
    book = books.futures()
    book.place(BUY, "0.1")
    book.place(SELL, "0.1", price=Decimal(91000), reduce_only=True)
    book.place(SELL, "0.1")
    book.move("92000")
    resting = book.order(2)
    assert resting.status is ReportStatus.EXPIRED
    assert resting.filled == 0
    assert resting.reason is not None
    assert resting.reason.code == "nothing_to_reduce"


def test_a_fill_or_kill_order_that_the_book_cannot_fill_does_nothing() -> None:
    book = books.futures()
    limit = Decimal("90000.1")
    order = book.place(BUY, "2", price=limit, time_in_force=TimeInForce.FOK, leverage=Decimal(5))
    assert order is not None
    assert order.status is ReportStatus.EXPIRED
    assert order.filled == 0
    assert book.cash.free == 100000


def test_an_immediate_or_cancel_order_keeps_what_it_got() -> None:
    book = books.futures()
    limit = Decimal("90000.1")
    order = book.place(BUY, "2", price=limit, time_in_force=TimeInForce.IOC, leverage=Decimal(5))
    assert order is not None
    assert order.status is ReportStatus.EXPIRED
    assert order.filled == Decimal("0.555")


def test_what_the_book_cannot_fill_of_a_limit_order_rests() -> None:
    book = books.futures()
    order = book.place(BUY, "2", price=Decimal("90000.1"), leverage=Decimal(5))
    assert order is not None
    assert order.status is ReportStatus.PARTIALLY_FILLED
    assert order.remaining == Decimal("1.445")


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("maker", [True, False])
def test_a_fee_is_never_above_what_was_locked_for_it(side: Side, maker: bool) -> None:
    for book in (books.spot(), books.futures(), books.shares(), books.index_futures()):
        quantity = book.listed.lot * 7
        charged = fee(book.listed, side, quantity, book.price, maker=maker)
        assert 0 <= charged <= fee_bound(book.listed, side, quantity, book.price)


def test_every_fee_rate_is_a_small_part_of_the_whole() -> None:
    for rate in FEES.values():
        assert 0 <= rate.maker <= rate.taker < Decimal("0.01")
