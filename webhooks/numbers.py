"""Numbers as senders write them, exact from the first byte on and bounded by the columns."""

import re
from decimal import Decimal

from webhooks import refusals
from webhooks.refusals import AlertRefused

WHOLE_DIGITS = 20
DIGITS = 38
SMALLEST = -18
"""The power of ten below which only zero is taken."""

_LONGEST = 100
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[+-]?[0-9]{1,3}(?:_[0-9]{3})+")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，＋－−", "0123456789.,+--")
_EXPONENT_DIGITS = 6


def number(field: str, text: str) -> Decimal:
    """Reads 5, " 90,000.5 ", 1e3 and full-width digits. Raises AlertRefused for anything else.

    The value is plain: no exponent above zero and no trailing zeros behind the point.
    """
    written = text.strip().translate(_FULL_WIDTH)
    if _GROUPED.fullmatch(written):
        written = written.replace(",", "").replace("_", "")
    plain = _PLAIN.fullmatch(written)
    if plain is None:
        raise AlertRefused(refusals.not_a_number(field, text))
    if len(written) > _LONGEST or len((plain[1] or "").lstrip("+-0")) > _EXPONENT_DIGITS:
        raise AlertRefused(refusals.number_out_of_range(field))
    return _bounded(field, Decimal(written))


def _bounded(field: str, value: Decimal) -> Decimal:
    """Digits are counted before any arithmetic: 1e9999 must not be expanded."""
    if value == 0:
        return Decimal(0)
    sign, digits, exponent = value.as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    power = int(exponent) + len(digits) - len(significant)
    is_known = SMALLEST <= value.adjusted() < WHOLE_DIGITS
    if not is_known or len(significant) > DIGITS:
        raise AlertRefused(refusals.number_out_of_range(field))
    whole = significant + "0" * power
    return Decimal((sign, tuple(map(int, whole)), min(power, 0)))
