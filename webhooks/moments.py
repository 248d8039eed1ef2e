"""When an alert fired, as senders write it."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from webhooks import refusals
from webhooks.refusals import AlertRefused

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX = re.compile(r"[0-9]{1,16}(?:\.[0-9]{1,9})?")
_MILLISECONDS_FROM = Decimal(10**11)
_MICROSECONDS = Decimal(10**6)
_YEARS = range(2000, 2101)


def moment(field: str, text: str) -> datetime:
    """ISO 8601, in UTC where it names no zone, or Unix seconds or milliseconds."""
    try:
        at = _unix(Decimal(text)) if _UNIX.fullmatch(text) else _iso(text)
    except (ValueError, OverflowError):
        raise AlertRefused(refusals.bad_time(field)) from None
    if at.year not in _YEARS:
        raise AlertRefused(refusals.bad_time(field))
    return at


def _iso(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _unix(value: Decimal) -> datetime:
    seconds = value / 1000 if value >= _MILLISECONDS_FROM else value
    return _EPOCH + timedelta(microseconds=int(seconds * _MICROSECONDS))
