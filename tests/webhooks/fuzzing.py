"""Inputs of any bytes: at random, and real messages with something wrong in them."""

import json
import re

from hypothesis import strategies as st

from tests.webhooks.messages import TABLE
from webhooks.fields import ALIASES

_NAMED = re.compile(
    rb'"(?:group_name|strategy|token|user_token|password)"\s*:\s*(?:"[^"]*"|\[[^\]]*\])\s*,?\s*'
)
_NAMED_IN_PAIRS = re.compile(rb"(?:group_name|token)=[^\n,]*\n?")
_LEFT_OUT = {"group_name", "strategy", "token", "user_token", "password"} | {
    *("time", "timenow", "timestamp"),
}
SEEDS = [
    _NAMED_IN_PAIRS.sub(b"", _NAMED.sub(b"", case.sent)) for case in TABLE if len(case.sent) < 3000
]
"""The table without strategies and tokens, so that a fuzzed message can be given real ones."""

_GOOD = [
    {name: value for name, value in json.loads(case.sent).items() if name not in _LEFT_OUT}
    for case in TABLE
    if not case.refused and case.sent.lstrip().startswith(b"{") and b":NaN" not in case.sent
]
_PIECES = st.sampled_from(
    [
        *(b'"', b"{", b"}", b"[", b"]", b",", b":", b"=", b"\n", b"\\", b"{{close}}", b"null"),
        *(b"NaN", b"-", b"1e999", b"\x00", b"\xff", b"\xed\xa0\x80", b"\\ud800", b"\\u0000"),
        *(b"buy", b"sell", b"MARKET", b"LIMIT", b"CANCEL_ALL_ORDER", b"BTC/USDT", b"005930"),
        *(b'"orders":[{}],', b'"side":"sell",', b'"qty":"7",', b"&", b";", "매수".encode(), b"%00"),
    ]
) | st.binary(max_size=6)
_VALUES: st.SearchStrategy[object] = (
    st.sampled_from(
        ["buy", "short", "MARKET", "LIMIT", "STOP_MARKET", "CANCEL", "CANCEL_ALL_ORDER", "FUTURES"]
    )
    | st.sampled_from(["BTC/USDT", "BTCUSDT.P", "005930", "KRX:005930", "-100", "10", "1e-9", ""])
    | st.sampled_from([None, True, "{{close}}", "NaN", "1,000", [], {}, "GTC", "2026-11-22"])
    | st.integers()
    | st.text(max_size=12)
)
_NAMES = st.sampled_from(sorted({n for f, a in ALIASES.items() for n in (f, *a)})) | st.text(
    max_size=6
)
_OBJECTS = st.dictionaries(_NAMES, _VALUES, max_size=10)


@st.composite
def spoilt_messages(draw: st.DrawFn) -> bytes:
    """A message of the table with up to four pieces cut out, put in, or said twice."""
    body = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 12)))
        piece = draw(_PIECES | st.just(body[start:end] * 2))
        body = body[:start] + piece + body[end:]
    return body


@st.composite
def changed_messages(draw: st.DrawFn) -> bytes:
    """A good JSON message with one or two of its fields replaced, added or left out."""
    said = dict(draw(st.sampled_from(_GOOD)))
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(sorted(said)) | _NAMES)
        value = draw(_VALUES)
        if value is None and name in said:
            del said[name]
        else:
            said[name] = value
    return _dumped(said)


def _dumped(said: object) -> bytes:
    return json.dumps(said).encode()


random_json = _OBJECTS.map(_dumped) | st.tuples(_OBJECTS, st.lists(_OBJECTS, max_size=3)).map(
    lambda both: _dumped({**both[0], "orders": both[1]})
)
random_pairs = st.lists(st.tuples(_NAMES, st.text(max_size=12) | _VALUES.map(str)), max_size=8).map(
    lambda pairs: "\n".join(f"{name}={value}" for name, value in pairs).encode("utf-8", "replace")
)
bodies = (
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | spoilt_messages()
    | changed_messages()
    | changed_messages()
    | random_json
    | random_pairs
)
livelier_bodies = bodies | changed_messages() | changed_messages() | changed_messages()
"""More of them are orders; a bridge is too slow for as many examples as bare reading."""

content_types = st.sampled_from(
    ["", "application/json", "text/plain; charset=utf-8", "application/x-www-form-urlencoded"]
) | st.text(max_size=20)
