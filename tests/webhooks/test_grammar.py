"""Bytes to fields."""

import json
from decimal import Decimal

import pytest

from webhooks.grammar import BODY_LIMIT, Message, read_message
from webhooks.refusals import AlertRefused


def read(text: str) -> Message:
    return read_message(text.encode())


def refused(body: bytes | str) -> tuple[str, str, int]:
    with pytest.raises(AlertRefused) as caught:
        read_message(body.encode() if isinstance(body, str) else body)
    refusal = caught.value.refusal
    return refusal.reason.code, refusal.field, refusal.http_status


def test_json_is_read_under_any_content_type() -> None:
    body = b'{"group_name": "g", "token": "t", "symbol": "BTC/USDT"}'
    for content_type in ("", "text/plain", "application/json; charset=utf-8", "nonsense"):
        message = read_message(body, content_type)
        assert (message.group_name, message.token) == ("g", "t")
        assert message.fields == {"symbol": "BTC/USDT"}


@pytest.mark.parametrize(
    "text",
    [
        "strategy=g\ntoken=t\nticker=BTC/USDT\naction=buy\nprice=90,000.5",
        "strategy: g\r\ntoken: t\r\nticker: BTC/USDT\r\naction: buy\r\nprice: 90,000.5\r\n",
        "strategy=g, token=t, ticker=BTC/USDT, action=buy, price=90,000.5",
        "strategy=g;token=t;ticker=BTC/USDT;action=buy;price=90,000.5;",
        "  STRATEGY = g \n Token = 't'\n ticker = \"BTC/USDT\"\n Action=buy\n price = 90,000.5",
        "\ufeffstrategy=g\ntoken=t\nticker=BTC/USDT\naction=buy\nprice=90,000.5",
    ],
)
def test_pairs_are_read_one_a_line_or_separated(text: str) -> None:
    message = read(text)
    assert (message.group_name, message.token) == ("g", "t")
    assert message.fields == {"symbol": "BTC/USDT", "side": "buy", "price": "90,000.5"}


def test_a_prefix_in_a_symbol_is_not_a_name() -> None:
    assert read("symbol=BINANCE:BTCUSDT.P\nside=buy").fields["symbol"] == "BINANCE:BTCUSDT.P"


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("strategy", "group_name"),
        ("user_token", "token"),
        ("password", "token"),
        ("ticker", "symbol"),
        ("type", "order_type"),
        ("action", "side"),
        ("stopPrice", "stop_price"),
        ("stopprice", "stop_price"),
        ("quantity", "qty"),
        ("contracts", "qty"),
        ("position_size", "target_position"),
        ("id", "alert_id"),
        ("timenow", "time"),
        ("timestamp", "time"),
    ],
)
def test_an_alias_means_its_field(alias: str, name: str) -> None:
    message = read(json.dumps({alias: "x"}))
    found = {"group_name": message.group_name, "token": message.token, **message.fields}
    assert found[name] == "x"
    assert message.warnings == ()


@pytest.mark.parametrize("value", [None, "", "  ", "NaN", "null"])
def test_what_says_nothing_is_absent(value: str | None) -> None:
    assert "price" not in read(json.dumps({"price": value})).fields


def test_a_json_number_is_exact() -> None:
    fields = read('{"price": 0.1, "qty": 12345678901234567890.123456789012345678}').fields
    assert fields == {
        "price": Decimal("0.1"),
        "qty": Decimal("12345678901234567890.123456789012345678"),
    }


def test_unknown_fields_are_reported_and_nothing_else_is() -> None:
    message = read('{"symbol": "A", "colour": 1, "MACD": {"a": [1]}, "side": "buy"}')
    assert message.warnings == ("unknown field: colour", "unknown field: MACD")


def test_a_field_told_twice_alike_is_one() -> None:
    assert read('{"side": "buy", "action": "buy"}').fields == {"side": "buy"}


@pytest.mark.parametrize(
    "text",
    ['{"side": "buy", "action": "sell"}', '{"side": "buy", "side": "sell"}', "side=a\nside=b"],
)
def test_a_field_told_twice_with_different_values_is_refused(text: str) -> None:
    assert refused(text) == ("told_twice", "side", 400)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "unreadable"),
        (b"   ", "unreadable"),
        (b"[]", "unreadable"),
        (b"1", "unreadable"),
        (b'"text"', "unreadable"),
        (b"null", "unreadable"),
        (b"true", "unreadable"),
        (b"NaN", "unreadable"),
        (b"buy BTC now", "unreadable"),
        (b'{"a": 1', "unreadable"),
        (b"{'a': 1}", "unreadable"),
        (b"note\nside=buy", "unreadable"),
        (b"\x00\x00", "unreadable"),
        (b"\xff\xfe\x00", "broken_utf8"),
        (b'{"a": "\xed\xa0\x80"}', "broken_utf8"),
        (b"[" * 50_000, "too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep"),
        (b" " * (BODY_LIMIT + 1), "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(body: bytes, code: str) -> None:
    assert refused(body) == (code, "", 400)


def test_a_body_of_exactly_the_limit_is_read() -> None:
    filler = "x" * (BODY_LIMIT - len('{"note": ""}'))
    assert read(json.dumps({"note": filler})).warnings == ("unknown field: note",)


def test_the_token_does_not_show_in_a_repr() -> None:
    assert "hidden" not in repr(read('{"token": "hidden"}'))


@pytest.mark.parametrize("value", ["true", "[1]", '{"a": 1}'])
def test_a_token_must_be_text(value: str) -> None:
    assert refused(f'{{"token": {value}}}') == ("wrong_type", "token", 400)
