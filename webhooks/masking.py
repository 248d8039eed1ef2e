"""Bodies without their secrets: what is kept of an alert can be shown to anybody.

One pass over tokens, so that a hostile body costs no more than its length.
"""

import json
import re
from collections.abc import Iterator

MASK = "***"
_NAMES = frozenset({"token", "user_token", "password"})
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|\s+|[^"{}\[\],:\s]+', re.DOTALL)
_PAIR = re.compile(
    r"(\b(?:user_token|token|password)\b[\"']?[ \t]*[=:][ \t]*)"
    r"([^\r\n]*?)(?=[\r\n,;][ \t]*[A-Za-z_]\w{0,63}[ \t]*[=:]|[\r\n]|$)",
    re.IGNORECASE,
)
_OPENING, _CLOSING = "{[", "}]"


def mask(body: bytes, limit: int) -> str:
    """At most `limit` characters, NUL bytes made visible since no column takes them."""
    text = body.decode("utf-8", errors="replace")
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        masked = "".join(_without_values(text))
    else:
        masked = _PAIR.sub(rf"\g<1>{MASK}", text)
    return masked[:limit].replace("\x00", "␀")


def _without_values(text: str) -> Iterator[str]:
    """The JSON text, whole or broken, with every secret's value replaced, however deep it is."""
    tokens = _TOKEN.findall(text)
    position = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        if not _is_secret(token):
            yield _PAIR.sub(rf"\g<1>{MASK}", token) if "=" in token else token
            continue
        yield token
        after = _skip_space(tokens, position)
        if after < len(tokens) and tokens[after] == ":":
            yield f': "{MASK}"'
            position = _end_of_value(tokens, _skip_space(tokens, after + 1))


def _is_secret(token: str) -> bool:
    name = token
    if token.startswith('"'):
        try:
            name = json.loads(token, strict=False)
        except ValueError:
            name = token.strip('"')
    return name.strip().lower() in _NAMES


def _skip_space(tokens: list[str], position: int) -> int:
    while position < len(tokens) and tokens[position].isspace():
        position += 1
    return position


def _end_of_value(tokens: list[str], position: int) -> int:
    """Behind one scalar, or behind everything in brackets."""
    depth = 0
    while position < len(tokens):
        token = tokens[position]
        position += 1
        depth += (token in _OPENING) - (token in _CLOSING)
        if depth <= 0:
            return position
    return position
