"""Fields to instructions: a table of alerts with their exact reading or exact refusal."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges.vocabulary import MarketType, OrderType, Side, TimeInForce
from webhooks.fields import ALIASES
from webhooks.grammar import read_message
from webhooks.instructions import (
    CancelAllInstruction,
    CancelInstruction,
    MarketPosition,
    OrderInstruction,
    Reading,
)
from webhooks.interpreting import interpret
from webhooks.refusals import AlertRefused

CRYPTO = {"symbol": "BTC/USDT", "order_type": "MARKET", "side": "buy", "qty_per": "10"}
STOCK = {
    "market_type": "DOMESTIC_STOCK",
    "symbol": "005930",
    "order_type": "LIMIT",
    "side": "buy",
    "qty_per": "3",
    "price": "70000",
}


TARGET = {"symbol": "BTC/USDT", "order_type": "MARKET", "target_position": "1"}
STOP = {**CRYPTO, "order_type": "STOP_MARKET"}


def reading(fields: dict[str, Any], default: MarketType = MarketType.SPOT) -> Reading:
    body = json.dumps({"group_name": "g", "token": "t", **fields}, default=str).encode()
    return interpret(read_message(body), default)


def order(fields: dict[str, Any], default: MarketType = MarketType.SPOT) -> OrderInstruction:
    (instruction,) = reading(fields, default).instructions
    assert isinstance(instruction, OrderInstruction)
    return instruction


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def refused(fields: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(AlertRefused) as caught:
        reading(fields)
    return caught.value.refusal.reason.code, caught.value.refusal.field


def test_a_plain_alert_is_read() -> None:
    assert order(CRYPTO) == OrderInstruction(
        index=0,
        market_type=MarketType.SPOT,
        symbol="BTC/USDT",
        order_type=OrderType.MARKET,
        side=Side.BUY,
        qty_per=Decimal(10),
        written_symbol="BTC/USDT",
    )


def test_a_securities_alert_is_read() -> None:
    assert order(STOCK) == OrderInstruction(
        index=0,
        market_type=MarketType.DOMESTIC_STOCK,
        symbol="005930",
        order_type=OrderType.LIMIT,
        side=Side.BUY,
        qty_per=Decimal(3),
        price=Decimal(70000),
        written_symbol="005930",
    )


def test_without_a_market_type_the_strategy_s_own_is_meant() -> None:
    assert order(CRYPTO).market_type is MarketType.SPOT
    assert order(CRYPTO, MarketType.FUTURES).market_type is MarketType.FUTURES


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [
        ({"order_type": "market"}, "order_type", OrderType.MARKET),
        ({"order_type": "Limit", "price": 1}, "order_type", OrderType.LIMIT),
        ({"order_type": "stop-market", "stop_price": 1}, "order_type", OrderType.STOP_MARKET),
        (
            {"order_type": "stop limit", "stop_price": 1, "price": 2},
            "order_type",
            OrderType.STOP_LIMIT,
        ),
        ({"side": "BUY"}, "side", Side.BUY),
        ({"side": "long"}, "side", Side.BUY),
        ({"side": "Sell"}, "side", Side.SELL),
        ({"side": "short"}, "side", Side.SELL),
        ({"price": "90,000.5"}, "price", Decimal("90000.5")),
        ({"qty_per": "200"}, "qty_per", Decimal(200)),
        ({"qty_per": "-100"}, "qty_per", Decimal(-100)),
        ({"market_type": "futures"}, "market_type", MarketType.FUTURES),
        ({"exchange": "BINANCE"}, "exchange", "BINANCE"),
        ({"account": "A1"}, "account", "A1"),
        ({"account": 7}, "account", "7"),
        ({"time_in_force": "ioc"}, "time_in_force", TimeInForce.IOC),
        ({"reduce_only": "true", "side": "sell"}, "reduce_only", True),
        ({"reduce_only": False}, "reduce_only", False),
        ({"post_only": 1}, "post_only", True),
    ],
)
def test_a_field_is_read_as_its_type(change: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(order({**CRYPTO, **change}), field) == value


def test_an_exit_needs_no_side() -> None:
    instruction = order({**without(CRYPTO, "side"), "qty_per": "-100"})
    assert instruction.side is None
    assert instruction.is_exit


def test_a_quantity_may_be_absolute() -> None:
    instruction = order({**without(CRYPTO, "qty_per"), "quantity": "0.5"})
    assert (instruction.qty, instruction.qty_per) == (Decimal("0.5"), None)


def test_a_cancel_of_everything_needs_nothing_else() -> None:
    (instruction,) = reading({"order_type": "CANCEL_ALL_ORDER"}).instructions
    assert instruction == CancelAllInstruction(market_type=MarketType.SPOT, symbol=None, side=None)


def test_a_cancel_may_be_narrowed() -> None:
    fields = {"order_type": "cancel all order", "symbol": "BTCUSDT", "side": "sell"}
    (instruction,) = reading(fields).instructions
    assert isinstance(instruction, CancelAllInstruction)
    assert (instruction.symbol, instruction.side) == ("BTC/USDT", Side.SELL)


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    (without(CRYPTO, "symbol"), "missing_field", "symbol"),
    (without(CRYPTO, "order_type"), "missing_field", "order_type"),
    (without(CRYPTO, "side"), "missing_field", "side"),
    (without(CRYPTO, "qty_per"), "missing_field", "qty_per"),
    ({**CRYPTO, "order_type": "LIMIT"}, "price_required", "price"),
    ({**CRYPTO, "order_type": "STOP_MARKET"}, "stop_price_required", "stop_price"),
    ({**CRYPTO, "order_type": "STOP_LIMIT", "stop_price": 1}, "price_required", "price"),
    ({**STOCK, "order_type": "CONDITIONAL_LIMIT"}, "stop_price_required", "stop_price"),
    (without(STOCK, "symbol"), "missing_field", "symbol"),
    (without(STOCK, "price"), "price_required", "price"),
    ({**CRYPTO, "market_type": "MOON"}, "unsupported_market_type", "market_type"),
    ({**CRYPTO, "order_type": "TELEPATHIC"}, "unsupported_order_type", "order_type"),
    ({**CRYPTO, "order_type": "BEST_LIMIT"}, "securities_only", "order_type"),
    ({**CRYPTO, "side": "up"}, "unsupported_side", "side"),
    ({**CRYPTO, "side": "{{strategy.order.action}}"}, "placeholder_unreplaced", "side"),
    ({**CRYPTO, "symbol": "{{ticker}}"}, "placeholder_unreplaced", "symbol"),
    ({**CRYPTO, "price": "{{close}}"}, "placeholder_unreplaced", "price"),
    ({**CRYPTO, "time_in_force": "GTX"}, "unsupported_time_in_force", "time_in_force"),
    ({**CRYPTO, "symbol": "@"}, "unknown_symbol_form", "symbol"),
    ({**STOCK, "symbol": "BTC/USDT"}, "unknown_symbol_form", "symbol"),
    ({**CRYPTO, "symbol": 5}, "unknown_symbol_form", "symbol"),
    ({**CRYPTO, "symbol": ["BTC/USDT"]}, "wrong_type", "symbol"),
    ({**CRYPTO, "symbol": True}, "wrong_type", "symbol"),
    ({**CRYPTO, "qty": "1"}, "both_sizes", "qty"),
    ({**CRYPTO, "qty_per": "0"}, "must_not_be_zero", "qty_per"),
    ({**CRYPTO, "qty_per": "ten"}, "not_a_number", "qty_per"),
    ({**CRYPTO, "qty_per": "1e999999"}, "number_out_of_range", "qty_per"),
    ({**without(CRYPTO, "qty_per"), "qty": "0"}, "must_be_positive", "qty"),
    ({**without(CRYPTO, "qty_per"), "qty": "-1"}, "must_be_positive", "qty"),
    ({**CRYPTO, "price": "-1"}, "must_be_positive", "price"),
    ({**CRYPTO, "price": "0"}, "must_be_positive", "price"),
    ({**STOP, "stop_price": "0"}, "must_be_positive", "stop_price"),
    ({**CRYPTO, "reduce_only": "perhaps"}, "wrong_type", "reduce_only"),
    ({**CRYPTO, "exchange": ["A"]}, "wrong_type", "exchange"),
    ({**CRYPTO, "time": "yesterday"}, "bad_time", "time"),
    ({**CRYPTO, "time": "1e18"}, "bad_time", "time"),
    ({**CRYPTO, "target_position": 1}, "both_sizes", "target_position"),
    ({**TARGET, "target_position": -1}, "cannot_be_short", "target_position"),
    ({**TARGET, "target_position": "x"}, "not_a_number", "target_position"),
    (
        {**TARGET, "market_type": "DOMESTIC_STOCK", "symbol": "005930", "target_position": "-3"},
        "cannot_be_short",
        "target_position",
    ),
    ({**CRYPTO, "take_profit": "soon"}, "not_a_number", "take_profit"),
    ({**CRYPTO, "stop_loss": -1}, "must_be_positive", "stop_loss"),
    ({**CRYPTO, "trail": [1]}, "wrong_type", "trail"),
    ({**CRYPTO, "exchange": "{{exchange}}"}, "placeholder_unreplaced", "exchange"),
    ({**CRYPTO, "account": "x" * 101}, "too_long", "account"),
    ({**CRYPTO, "alert_id": "x" * 201}, "too_long", "alert_id"),
    ({**CRYPTO, "time": "1999-12-31T00:00:00Z"}, "bad_time", "time"),
    ({**CRYPTO, "time": "0001-01-01T00:00:00+23:59"}, "bad_time", "time"),
    ({**CRYPTO, "market_position": "sideways"}, "unsupported_market_position", "market_position"),
    ({"order_type": "CANCEL"}, "missing_field", "order_id"),
    ({**CRYPTO, "stop_loss": 1, "trail": 1}, "both_stops", "trail"),
    ({**CRYPTO, "price": 5, "take_profit": 5}, "wrong_side", "take_profit"),
    ({**CRYPTO, "price": 5, "take_profit": 4}, "wrong_side", "take_profit"),
    ({**CRYPTO, "price": 5, "take_profit": 6, "stop_loss": 5}, "wrong_side", "stop_loss"),
    (
        {**CRYPTO, "side": "sell", "market_type": "FUTURES", "price": 5, "stop_loss": 4},
        "wrong_side",
        "stop_loss",
    ),
    ({**STOP, "stop_price": 5, "price": 9, "stop_loss": 6}, "wrong_side", "stop_loss"),
    ({"order_type": "CANCEL_ALL_ORDER", "side": "up"}, "unsupported_side", "side"),
    ({"order_type": "CANCEL_ALL_ORDER", "symbol": "@"}, "unknown_symbol_form", "symbol"),
]


@pytest.mark.parametrize(("fields", "code", "field"), REFUSED)
def test_what_cannot_be_executed_names_its_field(
    fields: dict[str, Any], code: str, field: str
) -> None:
    assert refused(fields) == (code, field)


@pytest.mark.parametrize(
    "raw",
    ["2026-01-02T03:04:05Z", "2026-01-02T12:04:05+09:00", 1767323045, "1767323045", 1767323045000,
     "1767323045.000", "2026-01-02T03:04:05"],
)  # fmt: skip
def test_the_sender_s_time_is_read_in_utc(raw: Any) -> None:
    assert reading({**CRYPTO, "time": raw}).time == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_an_alert_older_than_max_age_is_stale() -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    young = reading({**CRYPTO, "time": (now - timedelta(seconds=60)).isoformat()})
    young.refuse_when_stale(now, 60)
    old = reading({**CRYPTO, "time": (now - timedelta(seconds=61)).isoformat()})
    with pytest.raises(AlertRefused) as caught:
        old.refuse_when_stale(now, 60)
    assert caught.value.refusal.reason.code == "stale_alert"


def test_the_alert_s_own_id_and_positions_are_read_without_a_word() -> None:
    read = reading({**CRYPTO, "alert_id": "a1", "prev_market_position": "flat"})
    assert (read.alert_id, read.prev_market_position) == ("a1", MarketPosition.FLAT)
    assert read.warnings == ()


def test_a_header_s_id_counts_where_the_alert_has_none() -> None:
    body = json.dumps({"group_name": "g", "token": "t", **CRYPTO}).encode()
    message = read_message(body)
    assert interpret(message, MarketType.SPOT, idempotency_key=" k1 ").alert_id == "k1"
    assert interpret(message, MarketType.SPOT).alert_id is None


def test_the_alert_s_own_id_goes_before_the_header_s() -> None:
    body = json.dumps({"group_name": "g", "token": "t", "alert_id": "a1", **CRYPTO}).encode()
    read = interpret(read_message(body), MarketType.SPOT, idempotency_key="k1")
    assert read.alert_id == "a1"


def test_a_header_s_id_has_a_limit_too() -> None:
    body = json.dumps({"group_name": "g", "token": "t", **CRYPTO}).encode()
    with pytest.raises(AlertRefused) as caught:
        interpret(read_message(body), MarketType.SPOT, idempotency_key="k" * 201)
    assert caught.value.refusal.field == "Idempotency-Key"


def test_a_stop_price_that_an_order_does_not_use_is_said() -> None:
    (warning,) = reading({**CRYPTO, "stop_price": "5"}).warnings
    assert warning.code == "not_used"


@pytest.mark.parametrize("change", [{"symbol": "@"}, {"side": "up"}, {"qty_per": "x"}])
def test_the_market_type_is_looked_at_before_all_else(change: dict[str, Any]) -> None:
    assert refused({**CRYPTO, **change, "market_type": "MOON"})[1] == "market_type"


def test_fields_are_looked_at_in_the_order_that_senders_know() -> None:
    fields = {"order_type": "X", "symbol": "@", "side": "up", "qty_per": "x", "price": "x"}
    for name, right in (
        ("order_type", "LIMIT"),
        ("symbol", "BTC/USDT"),
        ("side", "buy"),
        ("qty_per", "1"),
        ("price", "1"),
    ):
        assert refused(fields)[1] == name
        fields[name] = right
    assert order(fields).order_type is OrderType.LIMIT


def test_a_target_position_may_be_flat_and_needs_no_side() -> None:
    instruction = order({**without(CRYPTO, "qty_per", "side"), "position_size": "0"})
    assert (instruction.target_position, instruction.side) == (Decimal(0), None)


@pytest.mark.parametrize(
    ("change", "attached"),
    [
        ({"take_profit": "6", "stop_loss": 4}, (Decimal(6), Decimal(4), None)),
        ({"take_profit": "6", "trail": "3.5"}, (Decimal(6), None, Decimal("3.5"))),
        (
            {"side": "sell", "market_type": "FUTURES", "take_profit": 4, "stop_loss": 6},
            (Decimal(4), Decimal(6), None),
        ),
    ],
)
def test_what_is_attached_to_an_order_is_read(change: dict[str, Any], attached: Any) -> None:
    instruction = order({**CRYPTO, "price": 5, **change})
    assert (instruction.take_profit, instruction.stop_loss, instruction.trail) == attached


@pytest.mark.parametrize(
    "closing",
    [
        {"qty_per": "-50"},
        {"reduce_only": True, "market_type": "FUTURES"},
        {"side": "sell"},
        {"qty_per": None, "target_position": "0"},
    ],
)
def test_what_only_closes_brings_no_exits_along_and_that_is_said(closing: dict[str, Any]) -> None:
    read = reading({**CRYPTO, "take_profit": 6, "stop_loss": 4, **closing})
    assert [warning.code for warning in read.warnings] == ["only_for_entries"] * 2
    (instruction,) = read.instructions
    assert isinstance(instruction, OrderInstruction)
    assert (instruction.take_profit, instruction.stop_loss) == (None, None)


def test_a_cancel_names_its_order() -> None:
    (instruction,) = reading({"order_type": "cancel", "order_id": 17}).instructions
    assert instruction == CancelInstruction(
        market_type=MarketType.SPOT, order_id="17", client_order_id=None
    )


def test_a_reading_is_told_in_json() -> None:
    told = reading({**STOCK, "symbol": "KRX:005930", "price": "1e3"}).as_json()
    assert json.loads(json.dumps(told))["instructions"] == [
        {
            "kind": "ORDER",
            "index": 0,
            "market_type": "DOMESTIC_STOCK",
            "symbol": "005930",
            "written_symbol": "KRX:005930",
            "venue": "KRX",
            "order_type": "LIMIT",
            "side": "BUY",
            "qty_per": "3",
            "price": "1000",
        }
    ]


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.lists(st.text(), max_size=2),
    st.sampled_from(["buy", "MARKET", "LIMIT", "BTC/USDT", "10", "-100", "CANCEL_ALL_ORDER"]),
)  # fmt: skip


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(ALIASES)) | st.text(max_size=5), _VALUES))
def test_no_fields_ever_do_anything_but_read_or_refuse(fields: dict[str, Any]) -> None:
    with suppress(AlertRefused):
        interpret(read_message(json.dumps(fields).encode()), MarketType.SPOT)


@settings(max_examples=300)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode()))
def test_no_bytes_ever_do_anything_but_read_or_refuse(body: bytes) -> None:
    with suppress(AlertRefused):
        interpret(read_message(body), MarketType.DOMESTIC_STOCK)
