"""Whole bodies as senders post them: real-looking ones, good and bad, with what becomes of each."""

import json
from dataclasses import fields
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchanges.vocabulary import MarketType
from webhooks.fields import ALIASES
from webhooks.grammar import read_message
from webhooks.instructions import Instruction, OrderInstruction
from webhooks.interpreting import interpret
from webhooks.refusals import AlertRefused, Refusal

SPOT, FUTURES, STOCK = MarketType.SPOT, MarketType.FUTURES, MarketType.DOMESTIC_STOCK


def read(body: bytes | str, default: MarketType = SPOT) -> list[Instruction]:
    data = body.encode() if isinstance(body, str) else body
    return list(interpret(read_message(data), default).instructions)


def read_or_refused(body: str, default: MarketType = SPOT) -> list[Instruction] | Refusal:
    try:
        return read(body, default)
    except AlertRefused as error:
        return error.refusal


def told(instruction: Instruction) -> str:
    """The instruction in one line, in the order of its fields."""
    words = []
    for field in fields(instruction):
        value = getattr(instruction, field.name)
        if field.name in {"index", "written_symbol"} or value in (None, False, ""):
            continue
        words.append(f"{value:f}" if isinstance(value, Decimal) else str(value))
    return " ".join(words)


GOOD: list[tuple[str, MarketType, str]] = [
    (
        ('{"group_name":"btc1h","token":"t","symbol":"BTCUSDT","order_type":"MARKET",'
        '"side":"buy","qty":"0.015","price":"91234.5"}'),
        SPOT,
        "SPOT BTC/USDT MARKET BUY 91234.5 0.015",
    ),
    (
        ('{"strategy":"btc1h","password":"t","ticker":"BINANCE:BTCUSDT.P","type":"market",'
        '"action":"sell","contracts":"0.5","market_type":"FUTURES"}'),
        SPOT,
        "FUTURES BTC/USDT MARKET SELL 0.5 BINANCE",
    ),
    (
        ('{"group_name":"삼성전자 돌파","token":"t","symbol":"KRX:005930","order_type":"LIMIT",'
        '"side":"buy","price":"71,300","qty_per":10,"market_type":"DOMESTIC_STOCK"}'),
        SPOT,
        "DOMESTIC_STOCK 005930 LIMIT BUY 71300 10 KRX",
    ),
    (
        '{"symbol":"005930","order_type":"시장가","side":"buy","qty_per":1}',
        STOCK,
        "422 unsupported_order_type order_type",
    ),
    (
        '{"symbol":"005930","order_type":"MARKET","side":"매수","qty_per":1}',
        STOCK,
        "422 unsupported_side side",
    ),
    (
        ("group_name=x\ntoken=t\nsymbol=UPBIT:BTCKRW\norder_type=limit\nside=long\n"
        "price=135,000,000\nqty_per=50"),
        SPOT,
        "SPOT BTC/KRW LIMIT BUY 135000000 50 UPBIT",
    ),
    ("symbol: KRW-XRP; type: MARKET; action: short; qty: 7", SPOT, "SPOT XRP/KRW MARKET SELL 7"),
    (
        "symbol=ETHUSDT.P, order_type=MARKET, qty_per=-100",
        FUTURES,
        "FUTURES ETH/USDT MARKET -100",
    ),
    (
        "symbol=ETHUSDT.P, order_type=MARKET, side=sell, qty_per=-50%",
        FUTURES,
        "422 not_a_number qty_per",
    ),
    (
        '{"symbol":"BTC/USDT","order_type":"market","position_size":"-0.25","price":90000}',
        FUTURES,
        "FUTURES BTC/USDT MARKET 90000 -0.25",
    ),
    (
        ('{"symbol":"BTC/USDT","order_type":"stop-limit","side":"buy","qty":1,"price":"101",'
        '"stopPrice":"100"}'),
        SPOT,
        "SPOT BTC/USDT STOP_LIMIT BUY 101 100 1",
    ),
    (
        ('{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","qty":1,"price":100,'
        '"time_in_force":"ioc","reduce_only":"TRUE"}'),
        FUTURES,
        "FUTURES BTC/USDT LIMIT BUY 100 1 IOC True",
    ),
    (
        ('{"symbol":"005930","order_type":"conditional_limit","side":"sell","qty":5,'
        '"price":70000,"stop_price":69900}'),
        STOCK,
        "DOMESTIC_STOCK 005930 CONDITIONAL_LIMIT SELL 70000 69900 5",
    ),
    (
        '{"symbol":"005930","order_type":"PRE MARKET","side":"buy","qty":5}',
        STOCK,
        "DOMESTIC_STOCK 005930 PRE_MARKET BUY 5",
    ),
    (
        ('{"symbol":"NASDAQ:AAPL","order_type":"LIMIT","side":"buy","qty":2,"price":"189.995",'
        '"market_type":"overseas-stock"}'),
        STOCK,
        "OVERSEAS_STOCK AAPL LIMIT BUY 189.995 2 NASDAQ",
    ),
    (
        ('{"symbol":"101W09","order_type":"MARKET","side":"short","contracts":1,'
        '"market_type":"DOMESTIC_FUTUREOPTION"}'),
        SPOT,
        "DOMESTIC_FUTUREOPTION 101W09 MARKET SELL 1",
    ),
    (
        ('{"symbol":"CME:ESZ26","order_type":"MARKET","side":"buy","qty":1,'
        '"market_type":"OVERSEAS_FUTUREOPTION"}'),
        SPOT,
        "OVERSEAS_FUTUREOPTION ESZ26 MARKET BUY 1 CME",
    ),
    ('{"order_type":"CANCEL_ALL_ORDER"}', SPOT, "SPOT"),
    (
        '{"order_type":"cancel-all-order","symbol":"BTCUSDT","side":"buy","account":"A1"}',
        SPOT,
        "SPOT A1 BTC/USDT BUY",
    ),
    ('{"order_type":"CANCEL","client_order_id":"abc"}', SPOT, "SPOT abc"),
    (
        ('{"symbol":"BTC/USDT","order_type":"MARKET","side":"buy","qty":1e-8,"price":null,'
        '"stop_price":"","qty_per":NaN}'),
        SPOT,
        "SPOT BTC/USDT MARKET BUY 0.00000001",
    ),
    (
        '{"symbol":"BTC/USDT","order_type":"MARKET","side":"buy","qty":0.30000000000000004}',
        SPOT,
        "SPOT BTC/USDT MARKET BUY 0.30000000000000004",
    ),
    (
        '{"symbol":"{{ticker}}","order_type":"MARKET","side":"buy","qty":1}',
        SPOT,
        "422 placeholder_unreplaced symbol",
    ),
    (
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"{{strategy.order.action}}","qty":1}',
        SPOT,
        "422 placeholder_unreplaced side",
    ),
    (
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":{{strategy.order.contracts}}}',
        SPOT,
        "400 bare_placeholder ",
    ),
    (
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1" "price":"2"}',
        SPOT,
        "400 bad_json ",
    ),
    ("BTCUSDT Crossing 91,000", SPOT, "400 unreadable "),
    ("Alert: BTCUSDT buy now", SPOT, "422 missing_field order_type"),
    ('{"symbol":"BTCUSDT.P","order_type":"MARKET","side":"buy","qty":1}', SPOT,
     "422 perpetual_in_spot symbol"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"flat","qty":1}', SPOT,
     "422 unsupported_side side"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":1,"qty_per":5}', SPOT,
     "422 both_sizes qty"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"-0.5"}', SPOT,
     "422 must_be_positive qty"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1e999999"}', SPOT,
     "422 number_out_of_range qty"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":Infinity}', SPOT,
     "422 not_a_number qty"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":true}', SPOT,
     "400 wrong_type qty"),
    ('{"symbol":{"id":"BTCUSDT"},"order_type":"MARKET","side":"buy","qty":1}', SPOT,
     "400 wrong_type symbol"),
    ('{"symbol":5930,"order_type":"MARKET","side":"buy","qty":1}', STOCK, "422 bad_symbol symbol"),
    ('{"symbol":"삼성전자","order_type":"MARKET","side":"buy","qty":1}', STOCK,
     "422 bad_symbol symbol"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":1}', STOCK,
     "422 bad_symbol symbol"),
    ('{"symbol":"005930","order_type":"MARKET","side":"buy","qty":1}', SPOT,
     "422 bad_symbol symbol"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":1,"market_type":"선물"}', SPOT,
     "422 unsupported_market_type market_type"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","quantity":1,"contracts":2}', SPOT,
     "400 told_twice qty"),
    ('{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":1,"time":"어제"}', SPOT,
     "422 bad_time time"),
    ('[{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":1}]', SPOT,
     "400 not_an_object "),
    ('"{\\"symbol\\":\\"BTCUSDT\\"}"', SPOT, "400 not_an_object "),
    ("{“symbol”:“BTCUSDT”}", SPOT, "400 bad_json "),
    ("{'symbol':'BTCUSDT'}", SPOT, "400 bad_json "),
]  # fmt: skip


@pytest.mark.parametrize(("body", "default", "expected"), GOOD)
def test_a_body_is_read_to_the_letter_or_refused_by_name(
    body: str, default: MarketType, expected: str
) -> None:
    outcome = read_or_refused(body, default)
    if isinstance(outcome, Refusal):
        outcome_told = f"{outcome.http_status} {outcome.reason.code} {outcome.field}"
    else:
        (outcome_told,) = map(told, outcome)
    assert outcome_told == expected


HOSTILE = [
    b"[" * 65_536,
    b'{"a":' * 13_000,
    b'"' * 65_536,
    b'"\\' * 32_000,
    b":" * 65_536,
    b"," * 65_536,
    b"a=1," * 16_000,
    b"token:" * 10_000,
    b'token:"\\' * 8_000,
    b"\\" * 65_536,
    b'a="b' * 16_000,
    b'a="' + b"\n" * 65_000,
    b"{{" * 32_000,
    b'{"qty":' + b"9" * 65_000 + b"}",
    b'{"qty":1e' + b"9" * 65_000 + b"}",
    b'{"symbol":"' + b"A" * 65_000 + b'"}',
    b'{"orders":[' + b"{}," * 20_000 + b"{}]}",
    b'{"' + b"\\u0000" * 10_000 + b'":1}',
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: body[:12].decode())
def test_a_hostile_body_is_refused(body: bytes) -> None:
    with pytest.raises(AlertRefused) as caught:
        read(body)
    assert caught.value.refusal.http_status in {400, 422}
    assert len(caught.value.refusal.field) <= 64


_WORDS = st.sampled_from(
    ["buy", "MARKET", "LIMIT", "CANCEL", "BTC/USDT", "005930", "10", "-100", "1e9", "{{close}}", ""]
)
_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=10) | _WORDS
_ENTRIES = st.dictionaries(st.sampled_from(sorted(ALIASES)) | st.text(max_size=5), _LEAVES)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(sorted(ALIASES)), _LEAVES), st.lists(_ENTRIES, max_size=4))
def test_no_batch_ever_does_anything_but_read_or_refuse(
    top: dict[str, object], entries: list[dict[str, object]]
) -> None:
    outcome = read_or_refused(json.dumps({**top, "orders": entries}))
    if isinstance(outcome, Refusal):
        assert outcome.http_status in {400, 422}
        assert len(outcome.field) <= 64
        assert outcome.reason.ko.encode()
    else:
        assert len(outcome) == len(entries)


@settings(max_examples=200)
@given(
    side=st.sampled_from(["buy", "sell"]),
    quantity=st.decimals(min_value="0.00000001", max_value=10**12, places=8),
    separator=st.sampled_from(["\n", ", ", "; "]),
)
def test_pairs_and_json_ask_for_the_same_order(
    side: str, quantity: Decimal, separator: str
) -> None:
    said = {"symbol": "BTCUSDT", "order_type": "MARKET", "side": side, "qty": f"{quantity:f}"}
    pairs = separator.join(f"{name}={value}" for name, value in said.items())
    json_text = ", ".join(f'"{name}": "{value}"' for name, value in said.items())
    (from_pairs,) = read(pairs)
    (from_json,) = read("{" + json_text + "}")
    assert from_pairs == from_json
    assert isinstance(from_pairs, OrderInstruction)
    assert from_pairs.qty == quantity
