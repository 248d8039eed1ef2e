"""How amounts and words are written."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from exchanges.vocabulary import MarketType, OrderType, Side
from orders.vocabulary import AlertStatus, OrderStatus
from tradingbridge.desk import examples, words
from tradingbridge.desk.lines import NOTHING_PLACED
from tradingbridge.templatetags.desk import after, amount, average


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("50000000"), "50,000,000"),
        (Decimal("90000.500000000000000000"), "90,000.5"),
        (Decimal("-1234.5"), "-1,234.5"),
        (Decimal("-0.5"), "-0.5"),
        (Decimal("0.00000001"), "0.00000001"),
        (Decimal("1E+3"), "1,000"),
        (Decimal(0), "0"),
        (None, ""),
    ],
)
def test_amounts_keep_every_digit_that_counts(value: Decimal | None, written: str) -> None:
    assert amount(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("90399.105983717774762551"), "90,399.1059"),
        (Decimal("-7.500604639704604692"), "-7.5006"),
        (Decimal("0.000012345678901234"), "0.0000123456"),
        (Decimal("70750.000000000000000000"), "70,750"),
        (Decimal(0), "0"),
        (None, ""),
    ],
)
def test_averages_are_cut_for_people(value: Decimal | None, written: str) -> None:
    assert average(value) == written


def test_a_moment_is_told_in_milliseconds_after_the_start() -> None:
    start = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert after(start + timedelta(microseconds=1900), start) == "+1.9 ms"
    assert after(None, start) == ""


def test_every_word_of_the_field_has_a_text() -> None:
    assert set(words.STATUSES) == set(OrderStatus)
    assert set(words.ALERT_STATUSES) == {*AlertStatus, NOTHING_PLACED}
    assert set(words.SIDES) == set(Side)
    assert set(words.ORDER_TYPES) == set(OrderType)
    assert set(words.MARKET_TYPES) == set(MarketType)


@pytest.mark.parametrize("market_type", list(MarketType))
def test_every_market_has_an_example_alert(market_type: MarketType) -> None:
    message = json.loads(examples.to_try("mine", market_type))
    assert message["group_name"] == "mine"
    assert message["symbol"]


def test_the_message_for_tradingview_is_json_before_it_is_filled_in() -> None:
    message = json.loads(examples.for_tradingview("mine"))
    assert message["qty"] == "{{strategy.order.contracts}}"
    assert "qty_per" not in message
    assert message["side"] == "{{strategy.order.action}}"
