from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from exchanges.vocabulary import Side
from orders.positions import Holding, after_fill, after_repricing, average, to_places, total

FLAT = Holding()
BUY, SELL = Side.BUY, Side.SELL
ROUNDING = Decimal("1e-9")

quantities = st.decimals("0.00000001", "10000000", places=8)
prices = st.decimals("0.000001", "100000000", places=6)
fills = st.lists(st.tuples(st.sampled_from(Side), quantities, prices), max_size=12)


def _after(*trades: tuple[Side, int | Decimal, int | Decimal]) -> Holding:
    holding = FLAT
    for side, quantity, price in trades:
        holding = after_fill(holding, side, Decimal(quantity), Decimal(price))
    return holding


def _holding(quantity: int, average_price: int, realized_pnl: int) -> Holding:
    return Holding(
        quantity=Decimal(quantity),
        average_price=Decimal(average_price),
        realized_pnl=Decimal(realized_pnl),
    )


def test_buying_more_moves_the_average() -> None:
    holding = _after((BUY, 1, 100), (BUY, 3, 200))
    assert holding == _holding(4, 175, 0)


def test_selling_part_realises_and_keeps_the_average() -> None:
    holding = _after((BUY, 4, 100), (SELL, 1, 130))
    assert holding == _holding(3, 100, 30)


def test_a_flat_position_has_no_average_price() -> None:
    holding = _after((BUY, 2, 100), (SELL, 2, 90))
    assert holding == _holding(0, 0, -20)


def test_a_sale_through_zero_opens_a_short_at_its_price() -> None:
    holding = _after((BUY, 2, 100), (SELL, 5, 110))
    assert holding == _holding(-3, 110, 20)


def test_a_short_gains_when_it_is_bought_back_cheaper() -> None:
    holding = _after((SELL, 2, 100), (BUY, 3, 80))
    assert holding == _holding(1, 80, 40)


def test_a_contract_is_worth_its_size() -> None:
    opened = after_fill(FLAT, BUY, Decimal(1), Decimal(400), contract_size=Decimal(250_000))
    closed = after_fill(opened, SELL, Decimal(1), Decimal(401), contract_size=Decimal(250_000))
    assert closed.realized_pnl == 250_000


def test_a_contract_that_is_repriced_is_worth_its_size() -> None:
    flat = _after((BUY, 1, 400), (SELL, 1, 401))
    better, size = Decimal(402), Decimal(250_000)
    repriced = after_repricing(flat, SELL, Decimal(1), Decimal(401), better, contract_size=size)
    assert repriced.realized_pnl - flat.realized_pnl == 250_000


def test_a_purchase_brings_what_its_fee_leaves() -> None:
    holding = after_fill(_after((BUY, 1, 100)), BUY, Decimal(1), Decimal(200), fee=Decimal("0.5"))
    assert holding.quantity == Decimal("1.5")
    assert holding.average_price == to_places(Decimal(200) / Decimal("1.5"))
    assert holding.realized_pnl == 0


def test_a_sale_takes_its_fee_too() -> None:
    holding = after_fill(_after((BUY, 4, 100)), SELL, Decimal(1), Decimal(130), fee=Decimal(1))
    assert holding == _holding(2, 100, 60)


def test_a_rebate_in_the_coin_is_kept() -> None:
    holding = after_fill(FLAT, BUY, Decimal(1), Decimal(100), fee=Decimal("-0.001"))
    assert holding.quantity == Decimal("1.001")


def test_a_fee_that_comes_after_its_fill_leaves_the_same() -> None:
    price, fee = Decimal(100), Decimal("0.000000000000000001")
    at_once = after_fill(FLAT, BUY, Decimal(1), price, fee=fee)
    later = after_fill(_after((BUY, 1, 100)), BUY, Decimal(0), price, fee=fee)
    assert later == at_once


@given(trades=fills, fee=st.decimals("-0.1", "0.1", places=18))
def test_fees_in_the_coin_come_off_to_the_last_digit(
    trades: list[tuple[Side, Decimal, Decimal]], fee: Decimal
) -> None:
    holding = FLAT
    for side, quantity, price in trades:
        holding = after_fill(holding, side, quantity, price, fee=fee)
    assert holding.quantity == total(q * side.sign - fee for side, q, _ in trades)


def test_digits_that_no_float_has_are_kept() -> None:
    holding = _after((BUY, Decimal("12345678901234567890.123456789012345678"), 1))
    holding = after_fill(holding, BUY, Decimal("1e-18"), Decimal(1))
    assert holding.quantity == Decimal("12345678901234567890.123456789012345679")


@given(trades=fills)
def test_the_quantity_is_the_sum_of_the_signed_fills(
    trades: list[tuple[Side, Decimal, Decimal]],
) -> None:
    assert _after(*trades).quantity == total(q * side.sign for side, q, _ in trades)


@given(trades=fills)
def test_profit_and_holding_explain_the_cash(
    trades: list[tuple[Side, Decimal, Decimal]],
) -> None:
    holding = _after(*trades)
    cash = total(-side.sign * quantity * price for side, quantity, price in trades)
    explained = holding.realized_pnl - holding.quantity * holding.average_price
    assert abs(explained - cash) < ROUNDING * (1 + sum(quantity for _, quantity, _ in trades))


@given(
    trades=fills, side=st.sampled_from(Side), quantity=quantities, prices=st.tuples(prices, prices)
)
def test_a_repriced_fill_explains_the_cash_too(
    trades: list[tuple[Side, Decimal, Decimal]],
    side: Side,
    quantity: Decimal,
    prices: tuple[Decimal, Decimal],
) -> None:
    before, after = prices
    holding = _after((side, quantity, before), *trades)
    repriced = after_repricing(holding, side, quantity, before, after)
    cash = total(-s.sign * q * p for s, q, p in [(side, quantity, after), *trades])
    explained = repriced.realized_pnl - repriced.quantity * repriced.average_price
    sum_of_all = quantity + sum(q for _, q, _ in trades)
    assert repriced.quantity == holding.quantity
    assert abs(explained - cash) < ROUNDING * (1 + sum_of_all)


def test_a_fill_that_is_still_open_is_repriced_in_the_average() -> None:
    holding = after_repricing(_after((BUY, 2, 100)), BUY, Decimal(2), Decimal(100), Decimal(99))
    assert holding == _holding(2, 99, 0)


def test_a_fill_that_closed_is_repriced_in_the_profit() -> None:
    flat = _after((BUY, 1, 100), (SELL, 1, 110))
    assert after_repricing(flat, SELL, Decimal(1), Decimal(110), Decimal(109)).realized_pnl == 9


def test_the_average_of_nothing_is_unknown() -> None:
    assert average([]) is None


def test_values_are_rounded_to_the_columns_places() -> None:
    assert to_places(Decimal(1) / Decimal(3)) == Decimal("0." + "3" * 18)
