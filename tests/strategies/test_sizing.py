from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.vocabulary import Side
from strategies.sizing import closing_side, exit_quantity, quantity_from_percent

amounts = st.decimals(min_value="0.00000001", max_value="1e15", places=8)
percents = st.decimals(min_value="0.01", max_value="1000", places=2)


def test_five_percent_of_the_capital_buys_what_it_is_worth() -> None:
    quantity = quantity_from_percent(Decimal(10_000), Decimal(5), Decimal(100))
    assert quantity == Decimal(5)


def test_more_than_all_of_the_capital_is_a_plain_multiple() -> None:
    quantity = quantity_from_percent(Decimal(1_000), Decimal(200), Decimal(100))
    assert quantity == Decimal(20)


def test_a_larger_contract_needs_fewer_of_them() -> None:
    quantity = quantity_from_percent(Decimal(1_000), Decimal(100), Decimal(100), Decimal("0.01"))
    assert quantity == Decimal(1_000)


def test_no_capital_sizes_to_nothing() -> None:
    assert quantity_from_percent(Decimal(0), Decimal(5), Decimal(100)) == 0


@given(capital=amounts, percent=percents, price=amounts, contract_size=amounts)
def test_a_quantity_is_never_worth_more_than_its_share_of_the_capital(
    capital: Decimal, percent: Decimal, price: Decimal, contract_size: Decimal
) -> None:
    quantity = quantity_from_percent(capital, percent, price, contract_size)
    assert _exact(quantity) * _exact(price) * _exact(contract_size) <= (
        _exact(capital) * _exact(percent) / 100
    )


@given(capital=amounts, percent=percents, price=amounts)
def test_a_quantity_falls_short_of_its_share_by_less_than_any_lot(
    capital: Decimal, percent: Decimal, price: Decimal
) -> None:
    quantity = quantity_from_percent(capital, percent, price)
    wanted = _exact(capital) * _exact(percent) / 100 / _exact(price)
    assert wanted - _exact(quantity) < _exact(Decimal("1e-18"))


@given(position=amounts, percent=percents)
def test_an_exit_never_turns_a_position_around(position: Decimal, percent: Decimal) -> None:
    assert 0 < exit_quantity(position, percent) <= position
    assert exit_quantity(-position, percent) == exit_quantity(position, percent)


@given(position=amounts)
def test_a_hundred_percent_leaves_nothing_of_a_position(position: Decimal) -> None:
    assert exit_quantity(-position, Decimal(100)) == position


def test_half_a_position_is_half_of_it() -> None:
    assert exit_quantity(Decimal("0.3"), Decimal(50)) == Decimal("0.15")


def test_a_long_position_is_closed_by_selling_and_a_short_one_by_buying() -> None:
    assert closing_side(Decimal(1)) is Side.SELL
    assert closing_side(Decimal(-1)) is Side.BUY


def test_a_flat_position_cannot_be_closed() -> None:
    with pytest.raises(ValueError, match="open position"):
        closing_side(Decimal(0))


@pytest.mark.parametrize("wrong", ["0", "-1", "NaN", "Infinity"])
@pytest.mark.parametrize("name", ["percent", "price", "contract_size"])
def test_a_size_is_refused_by_numbers_that_are_not_positive(name: str, wrong: str) -> None:
    numbers = {"percent": Decimal(5), "price": Decimal(100), "contract_size": Decimal(1)}
    numbers[name] = Decimal(wrong)
    with pytest.raises(ValueError, match=name):
        quantity_from_percent(Decimal(1_000), **numbers)


@pytest.mark.parametrize("wrong", ["-1", "NaN", "Infinity"])
def test_capital_below_zero_or_without_end_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="capital"):
        quantity_from_percent(Decimal(wrong), Decimal(5), Decimal(100))


def _exact(value: Decimal) -> Fraction:
    return Fraction(value)
