"""From bytes to named fields. What it cannot read it refuses; what it does not know it reports."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from webhooks import refusals
from webhooks.refusals import AlertRefused

BODY_LIMIT = 64 * 1024

FIELDS = frozenset(
    [
        "group_name",
        "token",
        "symbol",
        "order_type",
        "side",
        "price",
        "stop_price",
        "qty_per",
        "qty",
        "target_position",
        "market_type",
        "exchange",
        "account",
        "orders",
        "order_id",
        "client_order_id",
        "time_in_force",
        "reduce_only",
        "post_only",
        "take_profit",
        "stop_loss",
        "trail",
        "alert_id",
        "time",
        "prev_market_position",
        "market_position",
    ]
)
_ALIASES = {
    "strategy": "group_name",
    "user_token": "token",
    "password": "token",
    "ticker": "symbol",
    "type": "order_type",
    "action": "side",
    "stopprice": "stop_price",
    "quantity": "qty",
    "contracts": "qty",
    "position_size": "target_position",
    "id": "alert_id",
    "timenow": "time",
    "timestamp": "time",
}
_ABSENT = frozenset({"", "nan", "null"})
_PAIR = re.compile(r"(?:^|[\r\n,;])[ \t]*([A-Za-z_]\w{0,63})[ \t]*[=:][ \t]*", re.ASCII)
_QUOTES = "\"'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The fields by their own names; what counts as absent is not there."""

    fields: Mapping[str, Any]
    group_name: str | None
    token: str | None = field(repr=False)
    warnings: tuple[str, ...] = ()


def read_message(body: bytes, content_type: str = "") -> Message:
    """JSON under any content type, else pairs. Raises AlertRefused (400)."""
    del content_type  # senders set it as they please; the body says what it is
    if len(body) > BODY_LIMIT:
        raise AlertRefused(refusals.too_large(BODY_LIMIT))
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise AlertRefused(refusals.broken_utf8()) from None
    named, warnings = name_fields(_pairs_of(text))
    return Message(
        fields={key: value for key, value in named.items() if key not in ("group_name", "token")},
        group_name=_word(named, "group_name"),
        token=_word(named, "token"),
        warnings=warnings,
    )


def name_fields(
    pairs: Iterable[tuple[str, Any]], place: str = ""
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Aliases become the fields' own names; a field given twice must say the same both times."""
    named: dict[str, Any] = {}
    told_as: dict[str, str] = {}
    warnings = []
    for key, value in pairs:
        if _is_absent(value):
            continue
        lowered = key.strip().lower()
        name = _ALIASES.get(lowered, lowered)
        if name not in FIELDS:
            warnings.append(f"unknown field: {place}{key[:64]}")
        elif name in named and named[name] != value:
            raise AlertRefused(refusals.told_twice(place + name, (told_as[name], key)))
        else:
            named[name] = value
            told_as[name] = key
    return named, tuple(warnings)


def as_pairs(value: Any) -> list[tuple[str, Any]] | None:
    """The pairs of a JSON object as it was read, or None when it is something else."""
    return value.pairs if isinstance(value, JsonObject) else None


@dataclass(frozen=True, slots=True)
class JsonObject:
    """Keeps keys that stand twice, so that they are noticed."""

    pairs: list[tuple[str, Any]]


def _pairs_of(text: str) -> list[tuple[str, Any]]:
    try:
        value = json.loads(
            text,
            parse_float=_exact,
            parse_int=_exact,
            parse_constant=str,
            object_pairs_hook=JsonObject,
        )
    except RecursionError:
        raise AlertRefused(refusals.too_deep()) from None
    except ValueError:
        return _plain_pairs(text)
    pairs = as_pairs(value)
    if pairs is None:
        raise AlertRefused(refusals.unreadable())
    return pairs


def _plain_pairs(text: str) -> list[tuple[str, Any]]:
    """A separator counts only before the next name, so that 90,000 stays one number."""
    names = list(_PAIR.finditer(text))
    if not names or names[0].start() != 0:
        raise AlertRefused(refusals.unreadable())
    ends = [name.start() for name in names[1:]] + [len(text)]
    return [
        (name[1], text[name.end() : end].strip(" \t\r\n,;").strip(_QUOTES))
        for name, end in zip(names, ends, strict=True)
    ]


def _exact(digits: str) -> Decimal | str:
    try:
        return Decimal(digits)
    except InvalidOperation:
        return digits


def _is_absent(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in _ABSENT)


def _word(named: Mapping[str, Any], name: str) -> str | None:
    value = named.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | Decimal):
        raise AlertRefused(refusals.wrong_type(name, "문자열", "a string"))
    return str(value).strip()
