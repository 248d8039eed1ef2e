"""Several instructions in one alert."""

import json
from typing import Any

import pytest

from exchanges.vocabulary import MarketType, OrderType
from webhooks.grammar import read_message
from webhooks.instructions import CancelAllInstruction, OrderInstruction, Reading
from webhooks.interpreting import interpret
from webhooks.refusals import AlertRefused

BUY = {"order_type": "MARKET", "side": "buy", "qty": 1}


def reading(orders: Any, **top: Any) -> Reading:
    body = json.dumps({"group_name": "g", "token": "t", "orders": orders, **top})
    return interpret(read_message(body.encode()), MarketType.SPOT)


def refused(orders: Any, **top: Any) -> tuple[str, str]:
    with pytest.raises(AlertRefused) as caught:
        reading(orders, **top)
    return caught.value.refusal.reason.code, caught.value.refusal.field


def symbols(read: Reading) -> list[str | None]:
    return [instruction.symbol for instruction in read.instructions]


def test_each_entry_is_read_like_an_alert_of_its_own() -> None:
    read = reading([{**BUY, "ticker": "BTCUSDT"}, {**BUY, "symbol": "ETH/USDT", "action": "buy"}])
    assert symbols(read) == ["BTC/USDT", "ETH/USDT"]
    assert [instruction.index for instruction in read.instructions] == [0, 1]


def test_symbol_market_type_exchange_and_account_fall_back_to_the_alert() -> None:
    read = reading(
        [BUY, {**BUY, "symbol": "ETHUSDT", "account": "A2"}],
        symbol="BTC/USDT",
        market_type="FUTURES",
        exchange="BINANCE",
        account="A1",
    )
    assert symbols(read) == ["BTC/USDT", "ETH/USDT"]
    assert {instruction.market_type for instruction in read.instructions} == {MarketType.FUTURES}
    assert {instruction.exchange for instruction in read.instructions} == {"BINANCE"}
    assert [instruction.account for instruction in read.instructions] == ["A1", "A2"]


def test_nothing_else_falls_back_and_that_is_said() -> None:
    assert refused([{"symbol": "BTC/USDT", "order_type": "MARKET", "qty": 1}], side="buy") == (
        "missing_field",
        "orders[0].side",
    )
    (warning,) = reading([{**BUY, "symbol": "BTC/USDT"}], price="1").warnings
    assert warning.code == "not_inherited"


def test_cancels_go_first_then_what_trades_at_once_then_the_rest() -> None:
    limit = {"symbol": "BTC/USDT", "order_type": "LIMIT", "side": "buy", "qty": 1, "price": 1}
    read = reading(
        [limit, {**BUY, "symbol": "ETH/USDT"}, {"order_type": "CANCEL_ALL_ORDER"},
         {**limit, "price": 2}]
    )  # fmt: skip
    assert [instruction.index for instruction in read.instructions] == [2, 1, 0, 3]
    assert isinstance(read.instructions[0], CancelAllInstruction)
    assert isinstance(read.instructions[1], OrderInstruction)
    assert read.instructions[1].order_type is OrderType.MARKET


@pytest.mark.parametrize(
    ("orders", "code", "field"),
    [
        ([], "empty_batch", "orders"),
        ([BUY] * 31, "too_many_instructions", "orders"),
        ({"a": 1}, "wrong_type", "orders"),
        ("BTC/USDT", "wrong_type", "orders"),
        (["buy"], "wrong_type", "orders[0]"),
        ([{**BUY, "symbol": "@"}], "unknown_symbol_form", "orders[0].symbol"),
        ([{**BUY, "symbol": "BTC/USDT", "price": "x"}], "not_a_number", "orders[0].price"),
        ([{**BUY, "symbol": "BTC/USDT", "qty": -1}], "must_be_positive", "orders[0].qty"),
        (
            [{**BUY, "symbol": "BTC/USDT", "order_type": "LIMIT"}],
            "price_required",
            "orders[0].price",
        ),
        (
            [{**BUY, "symbol": "BTC/USDT", "side": "buy", "action": "sell"}],
            "told_twice",
            "orders[0].side",
        ),
        ([{"orders": [BUY]}], "nested_batch", "orders[0].orders"),
        (
            [
                {**BUY, "symbol": "BTC/USDT"},
                {**BUY, "symbol": "005930", "market_type": "DOMESTIC_STOCK"},
            ],
            "mixed_families",
            "orders[1].market_type",
        ),
    ],
)
def test_what_is_wrong_in_a_batch_is_told_with_its_place(
    orders: Any, code: str, field: str
) -> None:
    assert refused(orders) == (code, field)


def test_thirty_orders_are_not_too_many() -> None:
    assert len(reading([BUY] * 30, symbol="BTC/USDT").instructions) == 30


def test_two_market_types_of_one_family_go_together() -> None:
    read = reading([BUY, {**BUY, "market_type": "FUTURES"}], symbol="BTC/USDT")
    assert read.market_type is MarketType.SPOT


def test_what_belongs_to_the_alert_is_not_read_from_an_entry() -> None:
    (warning,) = reading([{**BUY, "symbol": "BTC/USDT", "token": "hidden"}]).warnings
    assert (warning.code, "hidden" in warning.en) == ("only_for_the_alert", False)


def test_an_unknown_field_is_told_with_its_place() -> None:
    (warning,) = reading([{**BUY, "symbol": "BTC/USDT", "colour": 1}]).warnings
    assert "orders[0].colour" in warning.en


@pytest.mark.parametrize(
    ("broken", "code", "field"),
    [
        (BUY, "missing_field", "orders[1].symbol"),
        ("buy", "wrong_type", "orders[1]"),
        ({**BUY, "symbol": "BTC/USDT", "side": "buy", "action": "sell"}, "told_twice",
         "orders[1].side"),
        ({**BUY, "symbol": "BTC/USDT", "order_type": "X"}, "unsupported_order_type",
         "orders[1].order_type"),
    ],
)  # fmt: skip
def test_one_that_cannot_be_read_is_told_and_the_others_go_on(
    broken: Any, code: str, field: str
) -> None:
    good = {**BUY, "symbol": "BTC/USDT"}
    read = reading([good, broken, good])
    assert [instruction.index for instruction in read.instructions] == [0, 2]
    (unread,) = read.unread
    assert (unread.index, unread.refusal.reason.code, unread.refusal.field) == (1, code, field)


def test_where_none_can_be_read_the_first_says_why() -> None:
    assert refused([BUY, {**BUY, "symbol": "@"}]) == ("missing_field", "orders[0].symbol")


def test_a_batch_inside_a_batch_refuses_all_of_it() -> None:
    good = {**BUY, "symbol": "BTC/USDT"}
    assert refused([good, {"Orders": [BUY]}]) == ("nested_batch", "orders[1].orders")
