from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.messages import Instrument, TickBand
from exchanges.paper.krx import SHARE_TICKS
from exchanges.precision import (
    check_order,
    is_multiple,
    nearest_tick,
    next_tick,
    plain,
    round_down,
    round_to_tick,
    round_up,
    tick_at,
)
from exchanges.vocabulary import MarketType, Side

STEPS = [Decimal(text) for text in ("0.5", "0.05", "10", "0.10", "0.25", "1E+1", "0.00000001", "3")]
steps = st.sampled_from(STEPS)
amounts = st.decimals(
    min_value=0, max_value=Decimal(10) ** 18, allow_nan=False, allow_infinity=False, places=12
)
prices = st.decimals(min_value=Decimal("0.01"), max_value=2_000_000, places=2)

SHARE = Instrument(
    market_type=MarketType.DOMESTIC_STOCK,
    symbol="005930",
    base="005930",
    quote="KRW",
    ticks=SHARE_TICKS,
    lot=Decimal(1),
    minimum_quantity=Decimal(1),
    maximum_quantity=Decimal(1000),
)
COIN = Instrument(
    market_type=MarketType.SPOT,
    symbol="BTC/USDT",
    base="BTC",
    quote="USDT",
    ticks=(TickBand(start=Decimal(0), tick=Decimal("0.01")),),
    lot=Decimal("0.00001"),
    minimum_quantity=Decimal("0.00001"),
    minimum_notional=Decimal(5),
)


@given(value=amounts, step=steps)
def test_rounding_down_gives_the_largest_multiple_that_is_not_above(
    value: Decimal, step: Decimal
) -> None:
    rounded = round_down(value, step)
    assert is_multiple(rounded, step)
    assert rounded <= value < rounded + step


@given(value=amounts, step=steps)
def test_rounding_twice_changes_nothing_more(value: Decimal, step: Decimal) -> None:
    once = round_down(value, step)
    assert round_down(once, step) == once == round_up(once, step)


@given(value=amounts, step=steps)
def test_rounding_up_and_down_are_at_most_one_step_apart(value: Decimal, step: Decimal) -> None:
    assert round_up(value, step) - round_down(value, step) in (Decimal(0), step)


@given(value=amounts, step=steps)
def test_a_negative_size_is_rounded_like_its_positive_twin(value: Decimal, step: Decimal) -> None:
    assert round_down(value.copy_negate(), step) == round_down(value, step).copy_negate()


@pytest.mark.parametrize(
    ("value", "step", "rounded"),
    [
        ("1.74", "0.5", "1.5"),
        ("1.74", "0.05", "1.70"),
        ("39", "10", "30"),
        ("0.39", "0.10", "0.30"),
        ("7", "3", "6"),
        ("0.999", "1", "0"),
    ],
)
def test_a_step_is_a_step_and_not_a_number_of_decimals(value: str, step: str, rounded: str) -> None:
    assert round_down(Decimal(value), Decimal(step)) == Decimal(rounded)


def test_a_large_value_is_rounded_exactly() -> None:
    value = Decimal("123456789012345678901234567890.123456789")
    assert round_down(value, Decimal("0.01")) == Decimal("123456789012345678901234567890.12")


def test_a_rounded_value_has_no_exponent() -> None:
    assert str(round_down(Decimal(25), Decimal("1E+1"))) == "20"


@pytest.mark.parametrize("step", ["0", "-1", "NaN", "Infinity"])
def test_a_step_that_is_none_is_an_error(step: str) -> None:
    with pytest.raises(ValueError, match="step must be positive"):
        round_down(Decimal(1), Decimal(step))


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_what_is_no_number_is_not_rounded(value: str) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        round_down(Decimal(value), Decimal(1))


@pytest.mark.parametrize(
    ("price", "tick"),
    [
        ("1999", "1"),
        ("2000", "5"),
        ("4999", "5"),
        ("5000", "10"),
        ("19999", "10"),
        ("20000", "50"),
        ("50000", "100"),
        ("200000", "500"),
        ("500000", "1000"),
        ("900000", "1000"),
    ],
)
def test_a_share_has_the_tick_of_its_band(price: str, tick: str) -> None:
    assert tick_at(Decimal(price), SHARE_TICKS) == Decimal(tick)


@given(price=prices, side=st.sampled_from(Side))
def test_a_rounded_limit_is_on_a_tick_and_never_worse(price: Decimal, side: Side) -> None:
    rounded = round_to_tick(price, SHARE_TICKS, side)
    assert rounded <= price if side is Side.BUY else rounded >= price
    assert is_multiple(rounded, tick_at(rounded, SHARE_TICKS))


def test_a_sale_that_rounds_up_into_the_next_band_lands_on_its_first_price() -> None:
    assert round_to_tick(Decimal("49999"), SHARE_TICKS, Side.SELL) == 50000


def test_bands_that_do_not_begin_on_a_tick_still_give_prices_on_ticks() -> None:
    ticks = (
        TickBand(start=Decimal(0), tick=Decimal("0.3")),
        TickBand(start=Decimal(10), tick=Decimal(4)),
    )
    assert round_to_tick(Decimal("10.5"), ticks, Side.BUY) == Decimal("9.9")
    assert round_to_tick(Decimal("9.95"), ticks, Side.SELL) == 12


def test_a_purchase_below_the_smallest_tick_has_no_price() -> None:
    assert round_to_tick(Decimal("0.4"), SHARE_TICKS, Side.BUY) == 0


@given(price=prices)
def test_the_nearest_price_is_positive_and_on_a_tick(price: Decimal) -> None:
    nearest = nearest_tick(price, SHARE_TICKS)
    assert nearest > 0
    assert is_multiple(nearest, tick_at(nearest, SHARE_TICKS))


@given(price=prices)
def test_a_tick_up_and_a_tick_down_lead_back(price: Decimal) -> None:
    start = nearest_tick(price, SHARE_TICKS)
    assert next_tick(next_tick(start, SHARE_TICKS, Side.BUY), SHARE_TICKS, Side.SELL) == start


def test_a_price_never_falls_to_zero() -> None:
    assert next_tick(Decimal(1), SHARE_TICKS, Side.SELL) == 1


def _code(instrument: Instrument, quantity: str, price: str | None, **more: object) -> str | None:
    reason = check_order(
        instrument,
        quantity=Decimal(quantity),
        price=Decimal(price) if price else None,
        **more,  # type: ignore[arg-type]
    )
    return reason.code if reason else None


@pytest.mark.parametrize(
    ("quantity", "price", "code"),
    [
        ("10", "70000", None),
        ("10", None, None),
        ("0", "70000", "zero_quantity"),
        ("-1", "70000", "zero_quantity"),
        ("1.5", "70000", "off_lot"),
        ("0.5", "70000", "below_minimum"),
        ("1001", "70000", "above_maximum"),
        ("10", "70050", "off_tick"),
        ("10", "0", "off_tick"),
        ("10", "1e200", "off_tick"),
        ("1e200", "70000", "above_maximum"),
    ],
)
def test_an_order_is_checked_against_lot_limits_and_tick(
    quantity: str, price: str | None, code: str | None
) -> None:
    assert _code(SHARE, quantity, price) == code


def test_an_order_below_the_minimum_amount_is_named() -> None:
    reason = check_order(COIN, quantity=Decimal("0.00005"), price=Decimal(90000))
    assert reason is not None
    assert reason.code == "below_minimum"
    assert reason.ko == "최소 거래금액 미달: 5 USDT 이상이어야 합니다"


def test_a_market_order_is_valued_at_the_price_it_was_sized_by() -> None:
    assert _code(COIN, "0.00005", None) is None
    assert _code(COIN, "0.00005", None, notional_price=Decimal(90000)) == "below_minimum"


def test_a_reducing_order_may_be_below_the_minimum_amount() -> None:
    assert _code(COIN, "0.00005", "90000", reduce_only=True) is None


@pytest.mark.parametrize(("value", "text"), [("1E+3", "1000"), ("0.1000", "0.1"), ("20", "20")])
def test_numbers_are_written_plainly_for_people(value: str, text: str) -> None:
    assert plain(Decimal(value)) == text


def test_a_stop_price_off_the_tick_is_named() -> None:
    reason = check_order(
        COIN, quantity=Decimal(1), price=Decimal(90000), stop_price=Decimal("91000.001")
    )
    assert reason is not None
    assert reason.code == "off_tick"
    assert "stop_price" in reason.ko
    assert "stop_price" in reason.en


def test_a_stop_price_on_the_tick_is_no_reason_to_refuse() -> None:
    on_tick = Decimal("91000.01")
    assert check_order(COIN, quantity=Decimal(1), price=None, stop_price=on_tick) is None
