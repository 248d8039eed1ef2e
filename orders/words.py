"""The field's words as a reader of a page knows them. Wire and API keep the words themselves."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from exchanges.vocabulary import MarketType, OrderType, Side
from orders.vocabulary import AlertStatus, OrderRole, OrderStatus, ProtectionStatus

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
ROLES: dict[str, Any] = {
    OrderRole.TAKE_PROFIT: _("Take profit"),
    OrderRole.STOP_LOSS: _("Stop loss"),
    OrderRole.TRAIL: _("Trailing stop"),
}
PROTECTIONS: dict[str, Any] = {
    ProtectionStatus.ACTIVE: pgettext_lazy("exits", "Guarding"),
    ProtectionStatus.ENDED: pgettext_lazy("exits", "Ended"),
    ProtectionStatus.BROKEN: pgettext_lazy("exits", "Broken"),
}
