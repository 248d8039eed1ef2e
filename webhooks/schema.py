"""The JSON Schema of an alert, made from the grammar's own words so that it cannot drift.

It knows what a message looks like. What a symbol means, how many digits a column holds, two names
for one field that differ, and whether a time is too old, only the grammar knows.
"""

from collections.abc import Collection, Iterable, Mapping

from exchanges.vocabulary import AccountType, MarketType, OrderType, TimeInForce
from webhooks import schema_words
from webhooks.batches import BATCH_LIMIT
from webhooks.fields import (
    ALIASES,
    FALLING_BACK,
    FOR_CANCELS,
    FOR_CANCELS_OF_ALL,
    FOR_EVERY_KIND,
    FOR_ORDERS,
    FOR_STOPS,
    OF_THE_ALERT,
)
from webhooks.grammar import NAME_LIMIT, TOKEN_LIMIT
from webhooks.instructions import MarketPosition
from webhooks.interpreting import ALERT_ID_LIMIT
from webhooks.schema_words import DESCRIPTIONS, Schema
from webhooks.targets import OWNED
from webhooks.values import TEXT_LIMIT

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SIDES = ("buy", "long", "sell", "short")
FLAGS = ("true", "1", "yes", "false", "0", "no")
CANCELS = ("CANCEL", "CANCEL_ALL_ORDER")
NEEDING_A_PRICE = (OrderType.LIMIT, OrderType.STOP_LIMIT)
NEEDING_A_STOP_PRICE = (
    OrderType.STOP_MARKET,
    OrderType.STOP_LIMIT,
    OrderType.CONDITIONAL_LIMIT,
)
FOR_SECURITIES = (
    OrderType.BEST_LIMIT,
    OrderType.CONDITIONAL_LIMIT,
    OrderType.PRE_MARKET,
    OrderType.AFTER_MARKET,
)
OWNED_MARKETS = tuple(market for market in MarketType if market in OWNED)
MARGINED_MARKETS = tuple(market for market in MarketType if market not in OWNED)
CRYPTO = tuple(market for market in MarketType if market.family is AccountType.CRYPTO)
SIZES = ("qty_per", "qty", "target_position")
EXAMPLES = (
    {
        "group_name": "demo-crypto",
        "token": "YOUR-TOKEN",
        "symbol": "BTC/USDT",
        "order_type": "LIMIT",
        "side": "buy",
        "price": "90000",
        "qty_per": "10",
        "alert_id": "grid-1-2026-11-22T10:00:00Z",
        "time": "2026-11-22T10:00:00Z",
    },
    {
        "group_name": "demo-stocks",
        "token": "YOUR-TOKEN",
        "symbol": "005930",
        "orders": [
            {"order_type": "CANCEL_ALL_ORDER"},
            {"order_type": "MARKET", "side": "buy", "qty": 1},
        ],
    },
)


def alert_schema() -> Schema:
    """Draft 2020-12. Names of fields are known in every spelling that the bridge knows."""
    return {
        "$schema": DIALECT,
        "title": "Trading Bridge alert",
        "description": "The JSON body of POST /api/webhook. Unknown fields are kept and reported.",
        "type": "object",
        "properties": _described(ALIASES),
        **_checked(OF_THE_ALERT),
        "if": _has("orders"),
        "then": _ref("batch"),
        "else": {"allOf": [_ref("instruction"), _ref("names_its_symbol")]},
        "examples": list(EXAMPLES),
        "$defs": {
            **{name: {"anyOf": [_ref("absent"), value]} for name, value in _values().items()},
            "absent": {
                "description": "Counts as not being there.",
                "anyOf": [{"type": "null"}, _text(schema_words.ABSENT)],
            },
            "batch": _batch(),
            "entry": _entry(),
            "instruction": _instruction(),
            "order": _order(),
            "names_its_symbol": _unless_a_cancel(_has("symbol")),
            "no_order_type_for_securities": _no_order_type_for_securities(),
        },
    }


def _described(names: Iterable[str]) -> Schema:
    described: Schema = {}
    for name in names:
        described[name] = {"description": DESCRIPTIONS[name]}
        for alias in ALIASES[name]:
            described[alias] = {"description": f"Another name of {name}."}
    return described


def _checked(names: Collection[str]) -> Schema:
    return {"patternProperties": {_pattern(name): _ref(name) for name in ALIASES if name in names}}


def _values() -> Mapping[str, Schema]:
    """What each field may be where it is not absent."""
    positive = _number(schema_words.POSITIVE, exclusiveMinimum=0)
    text, flag = _said(TEXT_LIMIT), _flag()
    order_types = (*(order_type.value for order_type in OrderType), *CANCELS)
    return {
        "group_name": _said(NAME_LIMIT),
        "token": {"type": ["string", "number"], "maxLength": TOKEN_LIMIT},
        "symbol": text,
        "order_type": _text(schema_words.word(order_types)),
        "side": _text(schema_words.plain_word(SIDES)),
        "price": positive,
        "stop_price": positive,
        "qty_per": _number(schema_words.NOT_ZERO, **{"not": {"const": 0}}),
        "qty": positive,
        "target_position": _number(schema_words.ANY_NUMBER),
        "market_type": _text(schema_words.word(MarketType)),
        "exchange": text,
        "account": text,
        "orders": {
            "type": "array",
            "minItems": 1,
            "maxItems": BATCH_LIMIT,
            "items": _ref("entry"),
        },
        "order_id": text,
        "client_order_id": text,
        "time_in_force": _text(schema_words.word(TimeInForce)),
        "reduce_only": flag,
        "post_only": flag,
        "take_profit": positive,
        "stop_loss": positive,
        "trail": positive,
        "alert_id": _said(ALERT_ID_LIMIT),
        "time": {"anyOf": [{"type": "number", "minimum": 0}, _text(schema_words.MOMENT)]},
        "prev_market_position": _text(schema_words.word(MarketPosition)),
        "market_position": _text(schema_words.word(MarketPosition)),
    }


def _entry() -> Schema:
    """What belongs to the whole alert is not read from an entry; a list in a list is refused."""
    own = [name for name in ALIASES if name not in OF_THE_ALERT]
    return {
        "type": "object",
        "properties": _described(own),
        "allOf": [_ref("instruction"), _lacks("orders")],
    }


def _batch() -> Schema:
    """An entry may lean on the alert's symbol and market; what none leans on is not looked at."""
    orders = _pattern("orders")
    leant_on = (
        {
            "if": {"patternProperties": {orders: _items(_has(name))}},
            "else": _checked((name,)),
        }
        for name in ALIASES
        if name in FALLING_BACK
    )
    each_has_its_symbol = {"patternProperties": {orders: _items(_ref("names_its_symbol"))}}
    leaning = {"if": _lacks("market_type"), "then": _ref("no_order_type_for_securities")}
    return {
        "allOf": [
            {"if": _lacks("symbol"), "then": each_has_its_symbol},
            {
                "if": _is("market_type", CRYPTO),
                "then": {"patternProperties": {orders: _items(leaning)}},
            },
            *leant_on,
        ]
    }


def _instruction() -> Schema:
    """A field that its kind does not use may be anything: it is told, and not looked at."""
    names_its_order = {"anyOf": [_has("order_id"), _has("client_order_id")]}
    one, every = CANCELS
    return {
        **_checked(FOR_EVERY_KIND),
        "allOf": [
            _has("order_type"),
            _unless_a_cancel(_ref("order")),
            {
                "if": _is("order_type", (one,)),
                "then": {**_checked(FOR_CANCELS), **names_its_order},
            },
            {"if": _is("order_type", (every,)), "then": _checked(FOR_CANCELS_OF_ALL)},
            {"if": _is("market_type", CRYPTO), "then": _ref("no_order_type_for_securities")},
        ],
    }


def _order() -> Schema:
    exits = _any("qty_per", _below_zero())
    return {
        **_checked(FOR_ORDERS),
        "allOf": [
            {
                "description": "Exactly one size.",
                "oneOf": [_has(size) for size in SIZES],
            },
            {
                "description": "A side, unless the position says it.",
                "anyOf": [_has("side"), _has("target_position"), exits],
            },
            {"if": _is("order_type", NEEDING_A_PRICE), "then": _has("price")},
            {
                "if": _is("order_type", NEEDING_A_STOP_PRICE),
                "then": {**_checked(FOR_STOPS), **_has("stop_price")},
            },
            {
                "if": _is("market_type", OWNED_MARKETS),
                "then": {"not": _any("target_position", _below_zero())},
            },
            {
                "if": _is("market_type", OWNED_MARKETS),
                "then": {"not": _only_reduces_what_it_buys(exits)},
            },
            {"if": _surely_opens(exits), "then": {"anyOf": [_lacks("stop_loss"), _lacks("trail")]}},
        ],
    }


def _surely_opens(exits: Schema) -> Schema:
    """A sale of what is owned only closes, and its market may be known to the strategy alone."""
    nothing = _number(schema_words.ZERO, const=0)
    return {
        "allOf": [
            {
                "not": {
                    "anyOf": [exits, _any("target_position", nothing), _any("reduce_only", _true())]
                }
            },
            {
                "anyOf": [
                    _has("target_position"),
                    _any("side", _buy()),
                    _is("market_type", MARGINED_MARKETS),
                ]
            },
        ]
    }


def _only_reduces_what_it_buys(exits: Schema) -> Schema:
    """Nothing there is below zero that a purchase could make smaller."""
    buys = (_any("side", _buy()), _lacks("target_position"), {"not": exits})
    return {"allOf": [_any("reduce_only", _true()), *buys]}


def _no_order_type_for_securities() -> Schema:
    return {"not": _is("order_type", FOR_SECURITIES)}


def _unless_a_cancel(then: Schema) -> Schema:
    return {"if": _is("order_type", CANCELS), "else": then}


# A field may be spelt in many ways, so that `required` cannot name it: what is true of "some
# property with this name" is said as "not every property with this name is otherwise".


def _any(name: str, value: Schema) -> Schema:
    return {"not": {"patternProperties": {_pattern(name): {"not": value}}}}


def _has(name: str) -> Schema:
    return {"$comment": f"{name} is there", "not": _lacks(name)}


def _lacks(name: str) -> Schema:
    return {"patternProperties": {_pattern(name): _ref("absent")}}


def _is(name: str, words: Iterable[str]) -> Schema:
    return _any(name, _text(schema_words.word(words)))


def _items(each: Schema) -> Schema:
    return {"items": each}


def _pattern(name: str) -> str:
    return schema_words.name(name, *ALIASES[name])


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _below_zero() -> Schema:
    return _number(schema_words.NEGATIVE, exclusiveMaximum=0)


def _buy() -> Schema:
    return _text(schema_words.plain_word(SIDES[:2]))


def _true() -> Schema:
    return {"anyOf": [{"enum": [True, 1]}, _text(schema_words.plain_word(FLAGS[:3]))]}


def _text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def _said(limit: int) -> Schema:
    """A text, or a number as text, without a placeholder that was left as it is."""
    unfilled = _text(schema_words.PLACEHOLDER)
    return {"type": ["string", "number"], "maxLength": limit, "not": unfilled}


def _number(pattern: str, **bounds: object) -> Schema:
    return {"anyOf": [{"type": "number", **bounds}, _text(pattern)]}


def _flag() -> Schema:
    return {"anyOf": [{"type": "boolean"}, {"enum": [0, 1]}, _text(schema_words.plain_word(FLAGS))]}
