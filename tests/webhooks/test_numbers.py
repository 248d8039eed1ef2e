from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.numbers import number
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
        ("0.30", "0.3"),
        ("1_000", "1000"),
        ("９０，０００．５", "90000.5"),
        ("−5", "-5"),
        ("1.2345678901234567E-4", "0.00012345678901234567"),
        ("99999999999999999999", "99999999999999999999"),
        ("0.000000000000000001", "0.000000000000000001"),
        ("1.500000000000000000000000", "1.5"),
    ],
)
def test_a_number_is_read_exactly(raw: str, value: str) -> None:
    assert number("qty", raw) == Decimal(value)


@pytest.mark.parametrize(
    "raw",
    ["", "abc", "1,5", "12,34", "1 000", "0x10", "1_00", "5²", "$5", "10%", "90.000,5", "٣", "五",
     "½", "--1", "1e", "Infinity", "-inf", "1/2", "nan"],
)  # fmt: skip
def test_what_is_no_number_is_refused(raw: str) -> None:
    with pytest.raises(AlertRefused) as caught:
        number("qty", raw)
    assert caught.value.refusal.reason.code == "not_a_number"
    assert caught.value.refusal.field == "qty"


@pytest.mark.parametrize(
    "raw",
    ["1e999999", "-1e999999", "1e-999999", "1e9999999999", "9" * 21, "9" * 60_000, "1e20",
     "0.0000000000000000001", "0." + "1" * 39, "0" * 101],
)  # fmt: skip
def test_a_number_that_no_column_holds_is_refused(raw: str) -> None:
    with pytest.raises(AlertRefused) as caught:
        number("price", raw)
    assert caught.value.refusal.reason.code == "number_out_of_range"


@pytest.mark.parametrize("raw", ["100000", "1e5", "1E+5", "100000.000"])
def test_a_number_is_told_again_as_people_write_it(raw: str) -> None:
    assert str(number("qty", raw)) == "100000"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=18, max_value=10**19, min_value=0))
def test_every_number_that_fits_a_column_survives_unchanged(value: Decimal) -> None:
    assert number("qty", f"{value:f}") == value
