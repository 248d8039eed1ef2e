"""What limits may say, checked in one place for the admin and for REST."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from strategies import refusals
from strategies.refusals import Refused

DEFAULT_TIMEZONE = "Asia/Seoul"
MOST_SYMBOLS = 200
LONGEST_SYMBOL = 40
LARGEST_COUNT = 1_000_000

NOTHING: Mapping[str, Any] = {
    "allowed_symbols": [],
    "allowed_sides": [],
    "allowed_market_types": [],
    "max_qty_per": None,
    "max_notional": None,
    "max_open_positions": None,
    "max_open_orders": None,
    "max_daily_loss": None,
    "max_price_deviation": None,
    "trading_days": [],
    "trading_from": None,
    "trading_until": None,
    "timezone": DEFAULT_TIMEZONE,
}
"""Limits of a link that limit nothing: what is left out of a whole object."""

NOTHING_OF_A_STRATEGY: Mapping[str, Any] = {**NOTHING, "max_alerts_per_minute": None}

_SYMBOL = re.compile(
    r"[A-Z0-9]+/[A-Z0-9]+"
    r"|[A-Z]{1,6}(?:[.-][A-Z]{1,2})?"
    r"|(?=.*[0-9])[A-Z0-9]{1,9}(?: ?[CP] ?[0-9]+(?:\.[0-9]+)?)?"
)
"""Pairs, tickers, and codes of shares, futures and options."""


def checked_symbols(symbols: Iterable[str]) -> list[str]:
    """As orders show them, each once. A chart's prefix would never match one."""
    listed = list(dict.fromkeys(symbol.strip().upper() for symbol in symbols))
    for symbol in listed:
        if len(symbol) > LONGEST_SYMBOL or not _SYMBOL.fullmatch(symbol):
            raise refusals.bad_allowed_symbol(symbol[:LONGEST_SYMBOL])
    if len(listed) > MOST_SYMBOLS:
        raise refusals.too_many_symbols(MOST_SYMBOLS)
    return listed


@cache
def timezones() -> frozenset[str]:
    """The machine's own and those of the tzdata package; reading them takes a while."""
    return frozenset(available_timezones())


def checked_timezone(name: str) -> str:
    if name not in timezones():
        raise refusals.unknown_timezone(name)
    return name


def check_hours(opens: time | None, closes: time | None) -> None:
    """The same time twice might mean all day, or never."""
    if opens is not None and opens == closes:
        raise refusals.no_trading_hours()


def _each_once(words: Iterable[Any]) -> list[Any]:
    return sorted(set(words))


def _positive(field: str) -> Callable[[Decimal | int | None], Decimal | int | None]:
    def check(number: Decimal | int | None) -> Decimal | int | None:
        if number is not None and number <= 0:
            raise refusals.not_positive(field)
        return number

    return check


def _count(field: str) -> Callable[[Decimal | int | None], Decimal | int | None]:
    positive = _positive(field)

    def check(number: Decimal | int | None) -> Decimal | int | None:
        if number is not None and number > LARGEST_COUNT:
            raise refusals.too_large(field, LARGEST_COUNT)
        return positive(number)

    return check


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "allowed_symbols": checked_symbols,
    "allowed_sides": _each_once,
    "allowed_market_types": _each_once,
    "trading_days": _each_once,
    "timezone": checked_timezone,
    **{
        field: _positive(field)
        for field in ("max_qty_per", "max_notional", "max_daily_loss", "max_price_deviation")
    },
    **{
        field: _count(field)
        for field in ("max_open_positions", "max_open_orders", "max_alerts_per_minute")
    },
}
"""By field: what it may hold, as it is kept. Raises Refused with the field's name."""


def checked(terms: Mapping[str, Any], nothing: Mapping[str, Any] = NOTHING) -> dict[str, Any]:
    """A whole object: what is left out does not limit. `field` of a refusal begins with `risk.`."""
    whole = {**nothing, **terms}
    try:
        for field, check in CHECKS.items():
            if field in whole:
                whole[field] = check(whole[field])
        check_hours(whole["trading_from"], whole["trading_until"])
    except Refused as refusal:
        raise Refused(
            refusal.reason, field=f"risk.{refusal.field}", http_status=refusal.http_status
        ) from None
    return whole
