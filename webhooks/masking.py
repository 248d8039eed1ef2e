"""Bodies without their secrets: what is kept of an alert can be shown to anybody.

JSON is masked by its structure and stays JSON, with every other character as it was. Anything
else is masked without knowing its grammar: wherever `:` or `=` follows a secret's name, however
that is spelt, what comes behind is masked. In doubt it masks too much.
"""

import json
import re
from collections.abc import Callable
from urllib.parse import unquote

from webhooks.fields import ALIASES, NAME_LIMIT, squeeze
from webhooks.own_tokens import MASK, mask_tokens

_SECRETS = tuple(
    squeeze(name)
    for name in (
        *("token", *ALIASES["token"]),
        *("secret", "passphrase", "passwd", "pass", "key", "authorization", "auth", "bearer"),
        *("signature", "tokens", "credentials"),
    )
)
_WORD = re.compile("|".join(_SECRETS))
_SEPARATOR = re.compile(r"[:=：＝]|%3[aAdD]|\\u003[aAdD]")
_LONGEST_NAME = NAME_LIMIT * len(r"\u0000") + len(r"\\\"\"")
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_NOT_OF_A_NAME = re.compile(r"[\s\"'`“”‘’\\+_-]+")
_BLANK = re.compile(r"[\s]*")
_OPENING = re.compile(r"(\\*)([\"'])|[“‘]")
_NEXT = re.compile(r"[,;&\n][\s{]*[\"'\\“‘]*(?:[^\W\d]|[%\\])[^\n:=,;&]{0,240}[:=]|[\r\n]|\Z")
_STRUCTURE = re.compile(r"[,;&\]}\r\n]|\Z")
_CLOSED_BY = {"“": "”", "‘": "’"}
_QUOTE = {quote: re.compile(rf"(?<!\\)(\\*){quote}") for quote in "\"'"}

_JSON_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_SEPARATOR_OR_ESCAPE = re.compile(r"[:=：＝%\\]")
_AFTER_A_NAME = ":=：＝ \t"
_STRING_OR_NAME = re.compile(rf"({_JSON_STRING})(\s*:\s*)?", re.DOTALL)
_SCALAR = re.compile(rf"{_JSON_STRING}|[^\s,\]}}]+", re.DOTALL)
_BRACKET = re.compile(rf"{_JSON_STRING}|([\[{{])|[\]}}]", re.DOTALL)
_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, strict=False)


def mask(body: bytes, limit: int) -> str:
    """At most `limit` characters; NUL bytes are made visible, since no column takes them."""
    text = body[:limit].decode("utf-8", errors="replace").replace("\x00", "␀")
    masked = _masked_json(text) if _is_json(text) else _masked_text(text)
    return mask_tokens(masked, is_cut=len(body) > limit)[:limit]


def _is_json(text: str) -> bool:
    """Only lists and objects have a structure to mask by."""
    bare = text.removeprefix("\ufeff").strip()
    if not bare.startswith(("{", "[")):
        return False
    try:
        _DECODER.decode(bare)
    except (ValueError, RecursionError):
        return False
    return True


def _masked_json(text: str) -> str:
    kept: list[str] = []
    done = 0
    for found in _STRING_OR_NAME.finditer(text):
        if found.start() < done:
            continue
        string, colon = found.groups()
        said = string[1:-1]
        if _SEPARATOR_OR_ESCAPE.search(string) and _may_name_a_secret(said):
            said = _unquoted(string)
            masked = _masked_text(said)
            if masked != said:
                kept += (text[done : found.start()], _quoted(masked, string))
                done = found.end(1)
        if colon and _is_secret(said.rstrip(_AFTER_A_NAME)[-_LONGEST_NAME:]):
            kept += (text[done : found.end()], f'"{MASK}"')
            done = _json_value_end(text, found.end())
    return "".join((*kept, text[done:]))


def _unquoted(string: str) -> str:
    said: str = _DECODER.decode(string)
    return said


def _may_name_a_secret(said: str) -> bool:
    """Quickly, since most values hold a colon and nothing to hide. Escapes may spell anything."""
    return "\\" in said or "%" in said or _WORD.search(_squeezed(said)) is not None


def _quoted(said: str, as_written: str) -> str:
    """In escapes where the sender used them, since they can spell what no column takes."""
    return json.dumps(said, ensure_ascii="\\u" in as_written)


def _json_value_end(text: str, start: int) -> int:
    if text[start] not in "{[":
        scalar = _SCALAR.match(text, start)
        return scalar.end() if scalar else len(text)
    depth = 0
    for bracket in _BRACKET.finditer(text, start):
        if bracket[0][0] != '"':
            depth += 1 if bracket[1] else -1
        if depth == 0:
            return bracket.end()
    return len(text)


def _masked_text(text: str) -> str:
    kept: list[str] = []
    done = name_start = 0
    for separator in _SEPARATOR.finditer(text):
        if separator.start() < done:
            continue
        name, name_start = text[name_start : separator.start()], separator.end()
        start = _blank_end(text, separator.end())
        if name and start < len(text) and _is_secret(name.rstrip()[-_LONGEST_NAME:]):
            kept += (text[done:start], f'"{MASK}"' if text[start] == '"' else MASK)
            done = name_start = _value_end(text, start)
    return mask_tokens("".join((*kept, text[done:])))


def _is_secret(name: str) -> bool:
    """Also in escapes, in any case, between quotes, and as the end of a longer name."""
    if name.isidentifier():
        return name.replace("_", "").lower().endswith(_SECRETS)
    if "\\" in name:
        name = _ESCAPE.sub(_unescaped, name)
    if "%" in name:
        name = unquote(name)
    return _squeezed(name).endswith(_SECRETS)


def _squeezed(name: str) -> str:
    return squeeze(_NOT_OF_A_NAME.sub("", name))


def _unescaped(escape: "re.Match[str]") -> str:
    return chr(int(escape[1], 16))


def _blank_end(text: str, start: int) -> int:
    blank = _BLANK.match(text, start)
    return blank.end() if blank else start


def _value_end(text: str, start: int) -> int:
    """Behind the value that starts there; behind everything where it is a list or an object."""
    if text[start] in "{[":
        return len(text)
    opening = _OPENING.match(text, start)
    if opening is None:
        return _found(_NEXT, text, start)
    closed_at = _closing(text, opening)
    return _found(_STRUCTURE, text, closed_at)


def _closing(text: str, opening: "re.Match[str]") -> int:
    """Behind the quote that ends the string; the end of the text where none does."""
    if opening[2] is None:
        closing = text.find(_CLOSED_BY[opening[0]], opening.end())
        return closing + 1 if closing >= 0 else len(text)
    depth = len(opening[1])
    closes: Callable[[int], bool] = (
        (lambda slashes: slashes % 2 == 0) if depth == 0 else (lambda slashes: slashes <= depth)
    )
    for quote in _QUOTE[opening[2]].finditer(text, opening.end()):
        if closes(len(quote[1])):
            return quote.end()
    return len(text)


def _found(pattern: "re.Pattern[str]", text: str, start: int) -> int:
    found = pattern.search(text, start)
    return found.start() if found else len(text)
