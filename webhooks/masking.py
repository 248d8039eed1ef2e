"""Bodies without their secrets: what is kept of an alert can be shown to anybody.

It knows no grammar, so that it masks broken bodies too: wherever `:` or `=` follows a secret's
name, however that is spelt, what comes behind is masked. In doubt it masks too much.
"""

import re
from collections.abc import Callable
from urllib.parse import unquote

from webhooks.fields import ALIASES, NAME_LIMIT, squeeze

MASK = "***"

_SECRETS = tuple(
    squeeze(name)
    for name in (
        *("token", *ALIASES["token"]),
        *("secret", "passphrase", "passwd", "pass", "key", "authorization", "auth", "bearer"),
        *("signature", "tokens", "credentials"),
    )
)
_OWN_TOKEN = re.compile(r"(?<![A-Za-z0-9])(tbu?_)[A-Za-z0-9_-]{16,}", re.ASCII)
_SEPARATOR = re.compile(r"[:=：＝]|%3[aAdD]|\\u003[aAdD]")
_LONGEST_NAME = NAME_LIMIT * len(r"\u0000") + len(r"\\\"\"")
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")
_NOT_OF_A_NAME = re.compile(r"[\s\"'`“”‘’\\+_-]+")
_BLANK = re.compile(r"[\s]*")
_OPENING = re.compile(r"(\\*)([\"'])|[“‘]")
_NEXT = re.compile(r"[,;&\n][\s{]*[\"'\\“‘]*[A-Za-z_%\\][^\n:=,;&]{0,240}[:=]|[\r\n]|\Z")
_STRUCTURE = re.compile(r"[,;&\]}\r\n]|\Z")
_CLOSED_BY = {"“": "”", "‘": "’"}
_QUOTE = {quote: re.compile(rf"(?<!\\)(\\*){quote}") for quote in "\"'"}


def mask(body: bytes, limit: int) -> str:
    """At most `limit` characters; NUL bytes are made visible, since no column takes them."""
    text = body[:limit].decode("utf-8", errors="replace").replace("\x00", "␀")
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
    return mask_tokens("".join((*kept, text[done:])))[:limit]


def mask_tokens(text: str) -> str:
    """The bridge's own tokens are known by their shape, wherever they were put by mistake."""
    return _OWN_TOKEN.sub(rf"\1{MASK}", text)


def _is_secret(name: str) -> bool:
    """Also in escapes, in any case, between quotes, and as the end of a longer name."""
    if "\\" in name:
        name = _ESCAPE.sub(_unescaped, name)
    if "%" in name:
        name = unquote(name)
    return squeeze(_NOT_OF_A_NAME.sub("", name)).endswith(_SECRETS)


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
