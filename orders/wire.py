"""How the ledger's values are written for others: decimals, times and JSON, in one place."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_REPLACEMENT = "\ufffd"


def decimal_text(value: Decimal) -> str:
    """Plain digits: no exponent, no trailing zeros, no minus zero."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def optional_decimal_text(value: Decimal | None) -> str | None:
    return None if value is None else decimal_text(value)


def time_text(value: datetime) -> str:
    """ISO 8601 in UTC with milliseconds. A naive time stops: nobody knows when it is."""
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be written")
    return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def storable(text: str) -> str:
    """PostgreSQL keeps neither NUL nor half a surrogate pair; what it cannot keep is marked."""
    if text.isascii() and "\x00" not in text:
        return text
    clean = text.encode("utf-8", "replace").decode() if _is_broken(text) else text
    return clean.replace("\x00", _REPLACEMENT)


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return time_text(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def array(values: Iterable[object]) -> str:
    """PostgreSQL's literal of an array; psycopg2 takes five times as long over a list."""
    return "{" + ",".join(["NULL" if v is None else _quoted(str(v)) for v in values]) + "}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def json_text(value: Any) -> str:
    """JSON that a jsonb column takes: decimals and times as text, nothing PostgreSQL refuses."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))
    return storable(text).replace("\\u0000", _REPLACEMENT)
