from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from orders.wire import array, decimal_text, json_text, storable, time_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("100", "100"),
        ("1E+3", "1000"),
        ("0.0100", "0.01"),
        ("1E-18", "0.000000000000000001"),
        ("-0.00", "0"),
        ("-2.50", "-2.5"),
        ("12345678901234567890.123456789012345678", "12345678901234567890.123456789012345678"),
    ],
)
def test_decimals_are_plain_digits(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


def test_times_are_utc_to_the_millisecond() -> None:
    seoul = timezone(timedelta(hours=9))
    assert (
        time_text(datetime(2026, 1, 2, 9, 0, 0, 123999, tzinfo=seoul)) == "2026-01-02T00:00:00.123Z"
    )


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        time_text(datetime(2026, 1, 2))  # noqa: DTZ001


def test_json_keeps_decimals_and_times_exactly() -> None:
    value = {"quantity": Decimal("0.10"), "at": datetime(2026, 1, 2, tzinfo=UTC), "name": "주문"}
    assert json_text(value) == '{"quantity":"0.1","at":"2026-01-02T00:00:00.000Z","name":"주문"}'


def test_json_refuses_what_it_does_not_know() -> None:
    with pytest.raises(TypeError, match="set"):
        json_text({"accounts": {1}})


def test_text_that_postgresql_cannot_keep_is_marked() -> None:
    assert storable("a\x00b") == "a\ufffdb"
    assert storable("주문\ud800") == "주문?"


def test_arrays_keep_quotes_backslashes_and_nothing() -> None:
    assert array(['a"b', "c\\d", None, Decimal("1.5")]) == '{"a\\"b","c\\\\d",NULL,"1.5"}'
