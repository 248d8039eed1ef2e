"""The published schema says what the grammar does, as far as a schema can."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from exchanges.vocabulary import MarketType, OrderType
from tests.webhooks.messages import TABLE
from tests.webhooks.messages.telling import Case
from webhooks import schema
from webhooks.fields import ALIASES
from webhooks.grammar import read_message
from webhooks.interpreting import interpret
from webhooks.refusals import AlertRefused
from webhooks.schema_words import DESCRIPTIONS

FILE = Path(__file__).parents[2] / "docs" / "alert.schema.json"
VALIDATOR = Draft202012Validator(schema.alert_schema())
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
            assert VALIDATOR.is_valid(said) == is_read_whole(said), said


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
    """Two names for one thing that differ, and fields that a cancel does not look at, aside."""
    if "order_type" in said and "type" in said:
        del said["type"]
    told = {"symbol": "BTC/USDT", "order_id": "7", **said}
    if VALIDATOR.is_valid(told):
        assert is_read_whole(told)
    elif is_read_whole(told):
        words = {str(told.get(name)).lower() for name in ("order_type", "type")}
        assert "cancel" in words


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
