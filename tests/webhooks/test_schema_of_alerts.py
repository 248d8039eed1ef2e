"""The published schema says what the grammar does, as far as a schema can."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema_rs import Draft202012Validator as QuickValidator

from exchanges.vocabulary import MarketType, OrderType
from tests.webhooks.messages import TABLE
from tests.webhooks.messages.telling import Case
from webhooks import schema
from webhooks.fields import (
    ALIASES,
    FOR_CANCELS,
    FOR_CANCELS_OF_ALL,
    FOR_EVERY_KIND,
    FOR_ORDERS,
    FOR_STOPS,
    OF_THE_ALERT,
)
from webhooks.grammar import read_message
from webhooks.interpreting import interpret
from webhooks.refusals import AlertRefused
from webhooks.schema_words import DESCRIPTIONS

FILE = Path(__file__).parents[2] / "docs" / "alert.schema.json"
VALIDATOR = Draft202012Validator(schema.alert_schema())
QUICK = QuickValidator(schema.alert_schema())
"""For what is tried by the thousand: a hundred times faster, and a second reader of the schema."""
SYMBOLS = {
    MarketType.DOMESTIC_STOCK: "005930",
    MarketType.OVERSEAS_STOCK: "AAPL",
    MarketType.DOMESTIC_FUTUREOPTION: "101W09",
    MarketType.OVERSEAS_FUTUREOPTION: "ESZ26",
}
FULL: dict[str, Any] = {
    "symbol": "BTC/USDT",
    "side": "buy",
    "price": "100",
    "stop_price": "99",
    "qty": 1,
    "order_id": "7",
}


class NotPlainJson(Exception):
    pass


def refuse_constant(name: str) -> None:
    raise NotPlainJson(name)


def plain_json(case: Case) -> object:
    """As any other reader of JSON has it; none of its numbers is too large for a double."""
    try:
        return json.loads(case.sent.decode(), parse_constant=refuse_constant)
    except (ValueError, NotPlainJson):
        pytest.skip("no plain JSON")


def is_json(case: Case) -> bool:
    try:
        json.loads(case.sent.decode(), parse_constant=refuse_constant)
    except (ValueError, NotPlainJson, RecursionError):
        return False
    return True


IN_JSON = [case for case in TABLE if is_json(case)]


def is_read_whole(said: dict[str, Any], market: MarketType = MarketType.SPOT) -> bool:
    try:
        reading = interpret(read_message(json.dumps(said).encode()), market)
    except AlertRefused:
        return False
    return not reading.unread


@pytest.mark.parametrize(
    "case", [c for c in IN_JSON if not c.refused and not c.unread], ids=lambda case: case.title
)
def test_a_good_message_is_good_by_the_schema(case: Case) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(plain_json(case))] == []


@pytest.mark.parametrize(
    "case", [c for c in IN_JSON if c.refused or c.unread], ids=lambda case: case.title
)
def test_a_bad_message_is_bad_by_the_schema_or_beyond_it(case: Case) -> None:
    assert VALIDATOR.is_valid(plain_json(case)) == bool(case.beyond)


def test_most_of_the_table_is_json() -> None:
    assert len(IN_JSON) > 300


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(schema.alert_schema())


def test_every_field_and_alias_is_described() -> None:
    assert DESCRIPTIONS.keys() == ALIASES.keys()
    names = {name for field, aliases in ALIASES.items() for name in (field, *aliases)}
    assert schema.alert_schema()["properties"].keys() == names


@pytest.mark.parametrize("example", schema.EXAMPLES, ids=lambda example: example["group_name"])
def test_its_examples_are_good(example: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(example)
    is_stocks = example["group_name"] == "demo-stocks"
    assert is_read_whole(example, MarketType.DOMESTIC_STOCK if is_stocks else MarketType.SPOT)


@pytest.mark.parametrize("market", MarketType)
@pytest.mark.parametrize("word", [*OrderType, *schema.CANCELS])
def test_schema_and_grammar_agree_on_what_each_order_type_needs(
    word: str, market: MarketType
) -> None:
    symbol = SYMBOLS.get(market, "BTC/USDT")
    for count in range(len(FULL) + 1):
        for names in itertools.combinations(FULL, count):
            said = {name: FULL[name] for name in names} | {"order_type": word}
            said |= {"symbol": symbol} if "symbol" in names else {}
            said["market_type"] = market.value
            assert QUICK.is_valid(said) == is_read_whole(said), said


_SIZES = st.sampled_from([None, 1, "1", -100, "-100", 0, "0", "x", "", "NaN", "1,000", True, [1]])
_WORDS = st.sampled_from([None, "", "buy", "SHORT", "flat", 1, "market", "Stop-Limit", "cancel"])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "order_type": _WORDS,
            "type": _WORDS,
            "action": _WORDS,
            "qty": _SIZES,
            "qty_per": _SIZES,
            "Position-Size": _SIZES,
            "price": _SIZES,
            "stopPrice": _SIZES,
            "reduce_only": _SIZES,
            "trail": st.sampled_from([1, "5", ""]),
            "stop_loss": st.sampled_from([1, "5", ""]),
            "market_type": st.sampled_from(["SPOT", "futures", ""]),
        },
    )
)
def test_what_the_schema_takes_is_read_and_what_is_read_it_takes(said: dict[str, Any]) -> None:
    """Two names for one thing that differ, aside."""
    if "order_type" in said and "type" in said:
        del said["type"]
    told = {"symbol": "BTC/USDT", "order_id": "7", **said}
    assert QUICK.is_valid(told) == is_read_whole(told)


KINDS: dict[str, dict[str, Any]] = {
    "CANCEL": {"order_id": "7"},
    "CANCEL_ALL_ORDER": {},
    "MARKET": {"side": "buy", "qty": 1},
    "LIMIT": {"side": "sell", "qty_per": 5, "price": 100},
    "STOP_MARKET": {"qty_per": -50, "stop_price": 99},
    "STOP_LIMIT": {"target_position": 1, "price": 100, "stop_price": 99},
}
ODD: tuple[Any, ...] = (
    *(0, "0", 1, "1", -1, "-1", 1.5, "1e2", "1,000", "9,0", "x", "x" * 101, "{{close}}"),
    *(
        "NULL",
        "null",
        "",
        " ",
        "nan",
        "NAN",
        None,
        True,
        False,
        "true",
        "no",
        [],
        [1],
        {},
        {"a": 1},
    ),
    *("buy", "Short", "gtc", "FLAT", "spot", "moon", "BTC/USDT", "2026-11-22T10:00:00Z"),
)
BEYOND = frozenset({"orders", "symbol"})
"""What a symbol means, and what a batch is, is tried elsewhere."""


SEEN_ONLY_BY_THE_GRAMMAR = frozenset({"wrong_side", "bad_time"})
"""Which of two prices is higher, and which years make sense."""


def codes(said: dict[str, Any]) -> set[str]:
    """Why it is not read whole; none where it is."""
    try:
        reading = interpret(read_message(json.dumps(said).encode()), MarketType.SPOT)
    except AlertRefused as error:
        return {error.refusal.reason.code}
    return {unread.refusal.reason.code for unread in reading.unread}


def assert_alike(said: dict[str, Any]) -> None:
    told = codes(said)
    if QUICK.is_valid(said):
        assert told <= SEEN_ONLY_BY_THE_GRAMMAR, said
    else:
        assert told, said


def odd_messages(word: str, name: str) -> Iterator[dict[str, Any]]:
    head = {"order_type": word, "symbol": "BTC/USDT", "market_type": "FUTURES"}
    for odd in ODD:
        yield head | KINDS[word] | {name: odd}


@pytest.mark.parametrize("name", [name for name in ALIASES if name not in BEYOND])
@pytest.mark.parametrize("word", KINDS)
def test_what_is_read_is_good_by_the_schema_whatever_stands_in_a_field(
    word: str, name: str
) -> None:
    for said in odd_messages(word, name):
        assert_alike(said)


@pytest.mark.parametrize("name", [name for name in ALIASES if name not in {*BEYOND, *OF_THE_ALERT}])
@pytest.mark.parametrize("word", KINDS)
def test_the_same_holds_inside_and_beside_a_list(word: str, name: str) -> None:
    for said in odd_messages(word, name):
        inside = {"orders": [said]}
        beside: dict[str, Any] = {
            "orders": [{**KINDS[word], "order_type": word, "symbol": "BTC/USDT"}]
        }
        beside |= {"market_type": "FUTURES", name: said[name]}
        for batch in (inside, beside):
            assert_alike(batch)


@pytest.mark.parametrize("word", KINDS)
def test_every_field_is_used_or_told(word: str) -> None:
    """What is said under one name more is found in what was read, or in a warning."""
    used = {"CANCEL": FOR_CANCELS, "CANCEL_ALL_ORDER": FOR_CANCELS_OF_ALL}.get(word, FOR_ORDERS)
    used |= FOR_EVERY_KIND | (FOR_STOPS if word.startswith("STOP") else set())
    for name in sorted(ALIASES.keys() - OF_THE_ALERT):
        for said in (said for said in odd_messages(word, name) if is_read_whole(said)):
            read = interpret(read_message(json.dumps(said).encode()), MarketType.SPOT)
            told = [
                warning.en.split()[0] for warning in read.warnings if warning.code == "not_used"
            ]
            is_there = name in read_message(json.dumps(said).encode()).fields
            assert told == ([name] if is_there and name not in used else []), said


def test_the_file_beside_the_docs_is_this_schema(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("alert_schema")
    assert FILE.read_text(encoding="utf-8") == capsys.readouterr().out


def test_it_is_shown_without_a_login_and_to_pages_of_others() -> None:
    response = Client().get("/api/alert.schema.json")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/schema+json")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    told = response.json()
    assert told.pop("$id").endswith("/api/alert.schema.json")
    assert told == schema.alert_schema()
