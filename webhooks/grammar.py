"""From bytes to named fields. What it cannot read it refuses; what it does not know it reports."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from exchanges.errors import Reason
from webhooks import unreadable
from webhooks.fields import known_fields
from webhooks.refusals import AlertRefused, Refusal
from webhooks.symbol_words import ALL_VENUES
from webhooks.values import Entry

BODY_LIMIT = 64 * 1024
DEPTH_LIMIT = 16
NAME_LIMIT = 100
TOKEN_LIMIT = 512

_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PLACEHOLDER = re.compile(r"\{\{(?:[^{}\"\n]{1,80}|\s*plot\(\"[^{}\"\n]{1,80}\"\)\s*)\}\}")
_PAIR = re.compile(r'(?:\A|[\n,;])[ \t\r]*"?([^\W\d][\w -]{0,60}?)"?[ \t]*(?:=|:(?!//))|"[^"\n]*"')
_ENDS_IN_AN_HOUR = re.compile(r" [0-9]{1,2}\Z")
_MINUTES = re.compile(r":[0-9]{2}")
_FORM = "application/x-www-form-urlencoded"
_FORM_FIELDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The fields by their own names; what counts as absent is not there. Numbers are still text.

    `group_name` and `token` are empty when the sender did not say them.
    """

    group_name: str
    token: str = field(repr=False)
    fields: Mapping[str, object] = field(repr=False)
    warnings: tuple[Reason, ...] = ()


def read_message(body: bytes, content_type: str = "") -> Message:
    """JSON under any content type, else pairs. Raises AlertRefused (400)."""
    fields, warnings = known_fields(_said(_text(body), content_type))
    entry = Entry(fields)
    return Message(
        group_name=entry.text("group_name", limit=NAME_LIMIT),
        token=entry.secret("token", limit=TOKEN_LIMIT),
        fields={
            name: value for name, value in fields.items() if name not in {"group_name", "token"}
        },
        warnings=warnings,
    )


def _text(body: bytes) -> str:
    if len(body) > BODY_LIMIT:
        raise AlertRefused(unreadable.too_large(BODY_LIMIT))
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise AlertRefused(unreadable.broken_utf8(error.start + 1)) from None
    if not text:
        raise AlertRefused(unreadable.empty_body())
    if "\x00" in text:
        raise AlertRefused(unreadable.bad_characters())
    return text


def _said(text: str, content_type: str) -> Mapping[str, object]:
    _refuse_depth(text)
    try:
        said = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        if text[0] in "{[":
            raise AlertRefused(_broken_json(text, error)) from None
        return _one_of_each(_pairs(text, content_type))
    if not isinstance(said, dict):
        raise AlertRefused(unreadable.not_an_object())
    if "\\u" in text:
        _refuse_unstorable(said)
    return said


def _broken_json(text: str, error: json.JSONDecodeError) -> Refusal:
    placeholder = _PLACEHOLDER.search(text)
    if placeholder is not None:
        return unreadable.bare_placeholder(placeholder[0])
    return unreadable.bad_json(error.lineno, error.colno)


def _refuse_depth(text: str) -> None:
    """Before the parser sees it, so that no body can exhaust the stack."""
    if text.count("[") + text.count("{") <= DEPTH_LIMIT:
        return
    depth = 0
    for bracket in _BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(bracket[0], 0)
        if depth > DEPTH_LIMIT:
            raise AlertRefused(unreadable.too_deep(DEPTH_LIMIT))


def _refuse_unstorable(value: object) -> None:
    """What JSON's escapes can spell and no column takes."""
    if isinstance(value, str) and _UNSTORABLE.search(value):
        raise AlertRefused(unreadable.bad_characters())
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_unstorable(name)
            _refuse_unstorable(inner)
    if isinstance(value, list):
        for inner in value:
            _refuse_unstorable(inner)


def _pairs(text: str, content_type: str) -> list[tuple[str, object]]:
    if content_type.strip().lower().startswith(_FORM) and "&" in text and "\n" not in text:
        return _form(text)
    return list(_lines(text))


def _form(text: str) -> list[tuple[str, object]]:
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=_FORM_FIELDS
        )
    except ValueError:
        raise AlertRefused(unreadable.unreadable(1)) from None
    if any("\x00" in part for pair in pairs for part in pair):
        raise AlertRefused(unreadable.bad_characters())
    return [*pairs]


def _lines(text: str) -> Iterator[tuple[str, object]]:
    """A separator counts only before the next name, so that 90,000 stays one number."""
    found = _PAIR.finditer(text)
    names = [match for match in found if match[1] is not None and not _is_of_a_value(match, text)]
    if not names or names[0].start() != 0:
        raise AlertRefused(unreadable.unreadable(1))
    ends = [match.start() for match in names[1:]] + [len(text)]
    for match, end in zip(names, ends, strict=True):
        value = text[match.end() : end].strip(" \t\r\n,;")
        if "\n" in value:
            breaks_at = text.index("\n", text.index(value, match.end()))
            raise AlertRefused(unreadable.unreadable(text.count("\n", 0, breaks_at) + 2))
        yield match[1].rstrip(), _unquoted(value)


def _is_of_a_value(match: "re.Match[str]", text: str) -> bool:
    """Behind a comma, `at 10:00` is a time and `BINANCE:BTCUSDT` a symbol."""
    if text[match.start()] not in ",;":
        return False
    if _ENDS_IN_AN_HOUR.search(match[1]) and _MINUTES.match(text, match.end() - 1):
        return True
    goes_on = text[match.end() : match.end() + 1].isalnum()
    return goes_on and match[0].endswith(":") and match[1].upper() in ALL_VENUES


def _unquoted(value: str) -> str:
    for quote in "\"'":
        if len(value) > 1 and value[0] == value[-1] == quote:
            return value[1:-1]
    return value


def _one_of_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A name that stands twice must say the same both times."""
    said: dict[str, object] = {}
    for name, value in pairs:
        if name in said and said[name] != value:
            raise AlertRefused(unreadable.told_twice(name, (name, name)))
        said[name] = value
    return said


def _constant(name: str) -> str | None:
    return None if name == "NaN" else name


_DECODER = json.JSONDecoder(
    object_pairs_hook=_one_of_each,
    parse_float=str,
    parse_int=str,
    parse_constant=_constant,
    strict=False,
)
"""Numbers stay the text that the sender wrote: exact, and never expanded."""
