"""How the desk writes amounts, times and words."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from functools import partial
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from orders.wire import decimal_text, time_text
from tradingbridge.desk import words

register = template.Library()


@register.filter
def amount(value: Decimal | None) -> str:
    """Every digit that counts, with the thousands apart."""
    if value is None:
        return ""
    whole, point, fraction = decimal_text(value).partition(".")
    return f"{int(whole):,}{point}{fraction}" if whole != "-0" else f"-0{point}{fraction}"


@register.filter
def average(value: Decimal | None) -> str:
    """Quotients have no end: four decimals, ten below one, cut off. The API has every digit."""
    if value is None:
        return ""
    places = 4 if abs(value) >= 1 else 10
    return amount(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN))


@register.filter
def moment(value: datetime | None, style: str = "") -> SafeString:
    """The page's script shows it in the reader's own time zone."""
    if value is None:
        return SafeString("")
    local = timezone.localtime(value)
    text = f"{local:%m-%d %H:%M:%S}"
    if style == "precise":
        text += f".{local.microsecond // 1000:03d}"
    return format_html(
        '<time datetime="{}" data-style="{}">{}</time>', time_text(value), style, text
    )


@register.filter
def after(value: datetime | None, start: datetime) -> str:
    """Milliseconds since the start; a clock that was set back shows as it is."""
    return "" if value is None else f"{(value - start).total_seconds() * 1000:+,.1f} ms"


def _word(known: Mapping[str, Any], value: str) -> Any:
    """A word that is not known shows as it is."""
    return known.get(value, value)


for _name, _known in {
    "status_word": words.STATUSES,
    "alert_word": words.ALERT_STATUSES,
    "side_word": words.SIDES,
    "order_type_word": words.ORDER_TYPES,
    "market_word": words.MARKET_TYPES,
    "position_word": words.MARKET_POSITIONS,
    "role_word": words.ROLES,
    "protection_word": words.PROTECTIONS,
}.items():
    register.filter(_name, partial(_word, _known))


@register.filter
def reason(failed: Any) -> str:
    """Why an order failed, in the reader's language."""
    ko, en = str(failed.error_ko), str(failed.error_en)
    is_korean = (get_language() or "").startswith("ko")
    return (ko or en) if is_korean else (en or ko)
