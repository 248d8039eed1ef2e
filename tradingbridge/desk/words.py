"""The field's words as a reader of the page knows them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exchanges.vocabulary import MarketType, OrderType, Side
from orders.vocabulary import OPEN_STATUSES, AlertStatus, OrderStatus
from tradingbridge.desk.lines import NOTHING_PLACED

STATUSES: dict[str, Any] = {
    OrderStatus.PENDING: _("Waiting"),
    OrderStatus.SUBMITTING: _("Sending"),
    OrderStatus.NEW: pgettext_lazy("order status", "Open"),
    OrderStatus.PARTIALLY_FILLED: _("Partly filled"),
    OrderStatus.FILLED: _("Filled"),
    OrderStatus.CANCELLING: _("Cancelling"),
    OrderStatus.CANCELLED: _("Cancelled"),
    OrderStatus.REJECTED: _("Rejected"),
    OrderStatus.EXPIRED: _("Expired"),
    OrderStatus.FAILED: _("Not sent"),
    OrderStatus.UNKNOWN: _("Outcome unknown"),
}
ALERT_STATUSES: dict[str, Any] = {
    AlertStatus.ACCEPTED: _("Accepted"),
    AlertStatus.REJECTED: _("Refused"),
    NOTHING_PLACED: _("No order placed"),
}
SIDES: dict[str, Any] = {
    Side.BUY: _("Buy"),
    Side.SELL: _("Sell"),
}
ORDER_TYPES: dict[str, Any] = {
    OrderType.MARKET: pgettext_lazy("order type", "Market"),
    OrderType.LIMIT: pgettext_lazy("order type", "Limit"),
    OrderType.STOP_MARKET: _("Stop market"),
    OrderType.STOP_LIMIT: _("Stop limit"),
    OrderType.BEST_LIMIT: _("Best limit"),
    OrderType.CONDITIONAL_LIMIT: _("Conditional limit"),
    OrderType.PRE_MARKET: _("Pre-market"),
    OrderType.AFTER_MARKET: _("After-market"),
}
MARKET_TYPES: dict[str, Any] = {
    MarketType.SPOT: _("Spot"),
    MarketType.FUTURES: _("Futures"),
    MarketType.DOMESTIC_STOCK: _("Domestic stocks"),
    MarketType.OVERSEAS_STOCK: _("Overseas stocks"),
    MarketType.DOMESTIC_FUTUREOPTION: _("Domestic futures and options"),
    MarketType.OVERSEAS_FUTUREOPTION: _("Overseas futures and options"),
}


def for_scripts() -> dict[str, Any]:
    """Translated for this request, as the page's script needs them."""
    return {
        "status": {word: str(text) for word, text in STATUSES.items()},
        "alert_status": {word: str(text) for word, text in ALERT_STATUSES.items()},
        "side": {word: str(text) for word, text in SIDES.items()},
        "order_type": {word: str(text) for word, text in ORDER_TYPES.items()},
        "open": sorted(OPEN_STATUSES),
    }
