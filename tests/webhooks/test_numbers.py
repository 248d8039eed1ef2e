from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.numbers import number, positive
from webhooks.refusals import AlertRefused


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("5", "5"),
        (" 5 ", "5"),
        ("+5", "5"),
        ("-5", "-5"),
        ("0.1", "0.1"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("1E-8", "0.00000001"),
        ("90,000.5", "90000.5"),
        ("1,234,567", "1234567"),
        ("007", "7"),
        ("0", "0"),
        ("0e999999", "0"),
        (Decimal("0.30"), "0.30"),
        ("99999999999999999999", "99999999999999999999"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("1.500000000000000000000000", "1.5"),
    ],
)
def test_a_number_is_read_exactly(raw: Any, value: str) -> None:
    assert number("qty", raw) == Decimal(value)


@pytest.mark.parametrize(
    "raw",
    ["", "abc", "1,5", "12,34", "1 000", "0x10", "1_000", "٣", "五", "½", "--1", "1e", "Infinity",
     "-inf", "1/2", True, [1], {"a": 1}, "1e9999999999"],
)  # fmt: skip
def test_what_is_no_number_is_refused(raw: Any) -> None:
    with pytest.raises(AlertRefused) as caught:
        number("qty", raw)
    assert caught.value.refusal.reason.code == "not_a_number"
    assert caught.value.refusal.field == "qty"


@pytest.mark.parametrize(
    "raw", ["1e999999", "-1e999999", "1e-999999", "9" * 21, "1e20", "0.0000000000000000001"]
)
def test_a_number_that_no_column_holds_is_refused(raw: str) -> None:
    with pytest.raises(AlertRefused) as caught:
        number("price", raw)
    assert caught.value.refusal.reason.code == "number_out_of_range"


@pytest.mark.parametrize("raw", ["0", "-1", "-0.0", Decimal(0)])
def test_a_price_must_be_greater_than_zero(raw: Any) -> None:
    with pytest.raises(AlertRefused) as caught:
        positive("price", raw)
    assert caught.value.refusal.reason.code == "must_be_positive"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=18, max_value=10**19, min_value=0))
def test_every_number_that_fits_a_column_survives_unchanged(value: Decimal) -> None:
    assert number("qty", f"{value:f}") == value
