"""Numbers as senders write them, exact from the first byte and bounded by the columns."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from webhooks import refusals
from webhooks.refusals import AlertRefused

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_SHOWN = 40
_WHOLE_DIGITS = 20
_DECIMAL_PLACES = 18


def number(field: str, raw: Any) -> Decimal:
    """Accepts 5, "5", " 90,000.5 " and 1e3; raises AlertRefused for anything else."""
    if isinstance(raw, bool) or not isinstance(raw, str | Decimal | int):
        raise AlertRefused(refusals.not_a_number(field, str(raw)[:_SHOWN]))
    value = raw if isinstance(raw, Decimal) else _read(field, str(raw))
    return _bounded(field, value)


def positive(field: str, raw: Any) -> Decimal:
    value = number(field, raw)
    if value <= 0:
        raise AlertRefused(refusals.must_be_positive(field))
    return value


def _read(field: str, text: str) -> Decimal:
    stripped = text.strip()
    if "{{" in stripped:
        raise AlertRefused(refusals.placeholder_unreplaced(field, stripped[:_SHOWN]))
    if _GROUPED.fullmatch(stripped):
        stripped = stripped.replace(",", "")
    elif not _PLAIN.fullmatch(stripped):
        raise AlertRefused(refusals.not_a_number(field, text[:_SHOWN]))
    try:
        return Decimal(stripped)
    except InvalidOperation:
        raise AlertRefused(refusals.number_out_of_range(field)) from None


def _bounded(field: str, value: Decimal) -> Decimal:
    """Digits are counted before any arithmetic: 1e999999 must not be expanded."""
    if not value.is_finite():
        raise AlertRefused(refusals.not_a_number(field, str(value)[:_SHOWN]))
    if value == 0:
        return Decimal(0)
    _, digits, exponent = value.as_tuple()
    places = int(exponent) + _trailing_zeros(digits)
    if value.adjusted() >= _WHOLE_DIGITS or places < -_DECIMAL_PLACES:
        raise AlertRefused(refusals.number_out_of_range(field))
    return value


def _trailing_zeros(digits: tuple[int, ...]) -> int:
    count = 0
    for digit in reversed(digits):
        if digit:
            break
        count += 1
    return count
