"""Bytes to fields."""

import json

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
    assert fields == {"price": "0.1", "qty": "12345678901234567890.123456789012345678"}


def test_unknown_fields_are_reported_and_nothing_else_is() -> None:
    message = read('{"symbol": "A", "colour": 1, "MACD": {"a": [1]}, "side": "buy"}')
    assert [warning.en for warning in message.warnings] == [
        "Unknown field, not used: colour",
        "Unknown field, not used: MACD",
    ]


def test_a_thousand_unknown_fields_make_a_short_list() -> None:
    warnings = read(json.dumps({f"x{number}": 1 for number in range(1000)})).warnings
    assert len(warnings) == 21
    assert warnings[-1].en == "There are 980 more unknown fields"


def test_a_field_called_test_mode_is_no_trial_and_says_so() -> None:
    (warning,) = read('{"test_mode": true}').warnings
    assert warning.code == "no_test_mode"


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
        (b"", "empty_body"),
        (b"   ", "empty_body"),
        (b"\xef\xbb\xbf", "empty_body"),
        (b"[]", "not_an_object"),
        (b'[{"symbol": "BTC/USDT"}]', "not_an_object"),
        (b"1", "not_an_object"),
        (b"1e999999", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b"null", "not_an_object"),
        (b"true", "not_an_object"),
        (b"NaN", "not_an_object"),
        (b"buy BTC now", "unreadable"),
        (b"note\nside=buy", "unreadable"),
        (b"side=buy\nand sell later\nqty=1", "unreadable"),
        (b"=buy", "unreadable"),
        (b'{"a": 1', "bad_json"),
        (b"{'a': 1}", "bad_json"),
        (b'{"a": 1,}', "bad_json"),
        (b'{"a": }', "bad_json"),
        (b'{"a": 1} {"b": 2}', "bad_json"),
        ("{“a”: “b”}".encode(), "bad_json"),
        (b'{"price": {{close}}}', "bare_placeholder"),
        (b'{"qty": {{strategy.order.contracts}}, "a": 1}', "bare_placeholder"),
        (b"\x00\x00", "bad_characters"),
        (b"side=b\x00uy", "bad_characters"),
        (b'{"a": "\\u0000"}', "bad_characters"),
        (b'{"a\\u0000": 1}', "bad_characters"),
        (b'{"a": [{"b": "\\ud800"}]}', "bad_characters"),
        (b"\xff\xfe\x00", "broken_utf8"),
        (b'{"a": "\xed\xa0\x80"}', "broken_utf8"),
        (b"[" * 50_000, "too_deep"),
        (b"[" * 17 + b"]" * 17, "too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep"),
        (b" " * (BODY_LIMIT + 1), "too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(body: bytes, code: str) -> None:
    assert refused(body) == (code, "", 400)


def test_a_body_of_exactly_the_limit_is_read() -> None:
    filler = "x" * (BODY_LIMIT - len('{"note": ""}'))
    assert read(json.dumps({"note": filler})).warnings[0].code == "unknown_field"


def test_the_token_does_not_show_in_a_repr() -> None:
    assert "hidden" not in repr(read('{"token": "hidden"}'))


@pytest.mark.parametrize("value", ["true", "[1]", '{"a": 1}'])
def test_a_token_must_be_text(value: str) -> None:
    assert refused(f'{{"token": {value}}}') == ("wrong_type", "token", 400)


def test_brackets_inside_strings_are_no_depth() -> None:
    assert read(json.dumps({"side": "buy", "note": "[{" * 100})).fields == {"side": "buy"}


def test_a_surrogate_pair_is_one_character() -> None:
    assert read('{"account": "\\ud83d\\ude00"}').fields == {"account": "\U0001f600"}


@pytest.mark.parametrize("value", ["NaN", '"NaN"', '"nan"', "null", '"null"', '""', '"  "'])
def test_what_says_nothing_is_absent_in_json(value: str) -> None:
    assert read(f'{{"price": {value}, "side": "buy"}}').fields == {"side": "buy"}


def test_an_absent_field_does_not_contradict_its_alias() -> None:
    assert read('{"qty": null, "contracts": "3"}').fields == {"qty": "3"}


def test_a_name_is_known_in_any_spelling() -> None:
    assert read('{"orderType": "LIMIT", "Stop-Price": 1, "QTY PER": 2}').fields == {
        "order_type": "LIMIT",
        "stop_price": "1",
        "qty_per": "2",
    }


def test_a_number_no_machine_can_hold_stays_text() -> None:
    nines = "9" * 50_000
    fields = read(f'{{"price": 1e999999999999, "qty": {nines}, "side": "buy"}}').fields
    assert (fields["price"], fields["qty"]) == ("1e999999999999", nines)


def test_quoted_text_may_hold_what_looks_like_a_pair() -> None:
    fields = read('side=buy, note="first, side=sell", qty=1').fields
    assert fields == {"side": "buy", "qty": "1"}


def test_a_form_is_read_too() -> None:
    body = b"group_name=g&token=t%26u&symbol=BTC%2FUSDT&side=buy"
    message = read_message(body, "application/x-www-form-urlencoded")
    assert (message.group_name, message.token) == ("g", "t&u")
    assert message.fields == {"symbol": "BTC/USDT", "side": "buy"}


@pytest.mark.parametrize("body", [b"a=%00&b=1", b"a=%ff&b=1", b"&".join([b"a=1"] * 300)])
def test_a_form_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(AlertRefused) as caught:
        read_message(body, "application/x-www-form-urlencoded")
    assert caught.value.refusal.http_status == 400


@pytest.mark.parametrize(
    ("text", "line"), [("a b c", 1), ("side=buy\nqty=1\nand more", 3), ("side=\n\nbuy\nmore", 4)]
)
def test_the_line_that_breaks_pairs_is_named(text: str, line: int) -> None:
    with pytest.raises(AlertRefused) as caught:
        read(text)
    assert f"(line {line})" in caught.value.refusal.reason.en


def test_where_json_breaks_is_named_without_repeating_the_body() -> None:
    with pytest.raises(AlertRefused) as caught:
        read('{\n "token": "secret" "side": "buy"}')
    told = caught.value.refusal.reason
    assert "line 2, column 20" in told.en
    assert "2행 20열" in told.ko
    assert "secret" not in told.en + told.ko


@pytest.mark.parametrize(("field", "limit"), [("group_name", 100), ("token", 512)])
def test_a_name_or_token_of_any_length_never_reaches_a_column(field: str, limit: int) -> None:
    read(json.dumps({field: "x" * limit}))
    assert refused(json.dumps({field: "x" * (limit + 1)})) == ("too_long", field, 400)


def test_two_tokens_are_refused_without_showing_one() -> None:
    with pytest.raises(AlertRefused) as caught:
        read('{"token": "secret-one", "password": "secret-two"}')
    assert "secret" not in caught.value.refusal.reason.en


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("side=buy\n메모=롱 진입", {"메모"}),
        ("side=buy, 메모=롱", {"메모"}),
        ("메모: 롱\nside: buy", {"메모"}),
        ("comment=롱 진입, 손절: 5%, side=buy", {"comment", "손절"}),
        ("side=buy; 손절 가격=5%", {"손절 가격"}),
        ("side=buy, prénom=x, имя=y", {"prénom", "имя"}),
        ("side=buy, note=see, https://example.com/a:b", {"note"}),
        ("side=buy, note=A, BINANCE:BTCUSDT", {"note"}),
        ("side=buy, 메모=장중, 오전 10:00:00 진입", {"메모"}),
        ("side=buy, note=fired at, at 9:30", {"note"}),
        ("side=buy, note=1, 10:00:00", {"note"}),
        ("side=buy,plot_0:12", {"plot_0"}),
    ],
)
def test_a_field_of_pairs_has_a_name_in_any_script(text: str, names: set[str]) -> None:
    message = read(text)
    assert message.fields == {"side": "buy"}
    assert {warning.en.rsplit(": ", 1)[-1] for warning in message.warnings} == names


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("price=90,000\n메모=x", "price", "90,000"),
        ("qty=1, 메모=롱", "qty", "1"),
        ("메모=x, price=90,000.5, side=buy", "price", "90,000.5"),
        ("time=2026-11-22 10:00:00, 메모=x", "time", "2026-11-22 10:00:00"),
        ("symbol=BINANCE:BTCUSDT, 메모=x", "symbol", "BINANCE:BTCUSDT"),
        ("account=https://example.com, 메모=x", "account", "https://example.com"),
    ],
)
def test_a_value_beside_a_korean_name_stays_whole(text: str, name: str, value: str) -> None:
    assert read(text).fields[name] == value
