"""The field's words as a reader of the desk knows them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders import words
from orders.vocabulary import OPEN_STATUSES
from orders.words import MARKET_TYPES, ORDER_TYPES, PROTECTIONS, ROLES, SIDES, STATUSES
from tradingbridge.desk.lines import NOTHING_PLACED

__all__ = [
    "ALERT_STATUSES",
    "MARKET_POSITIONS",
    "MARKET_TYPES",
    "ORDER_TYPES",
    "PROTECTIONS",
    "ROLES",
    "SIDES",
    "STATUSES",
    "for_scripts",
]

ALERT_STATUSES: dict[str, Any] = {
    **words.ALERT_STATUSES,
    NOTHING_PLACED: _("No order placed"),
}

MARKET_POSITIONS: dict[str, Any] = {
    "LONG": pgettext_lazy("market position", "long"),
    "SHORT": pgettext_lazy("market position", "short"),
    "FLAT": pgettext_lazy("market position", "flat"),
}


def for_scripts() -> dict[str, Any]:
    """Translated for this request, as the page's script needs them."""
    return {
        "status": {word: str(text) for word, text in STATUSES.items()},
        "alert_status": {word: str(text) for word, text in ALERT_STATUSES.items()},
        "side": {word: str(text) for word, text in SIDES.items()},
        "role": {word: str(text) for word, text in ROLES.items()},
        "order_type": {word: str(text) for word, text in ORDER_TYPES.items()},
        "open": sorted(OPEN_STATUSES),
    }
