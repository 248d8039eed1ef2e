from django.contrib.admin import display
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders import words
from orders.admin.history import ACCOUNT, STRATEGY, HistoryAdmin, link_to, worded_filter
from orders.models import Trade


class TradeAdmin(HistoryAdmin):
    date_hierarchy = "executed_at"
    list_display = (
        "executed_at",
        "its_order",
        "account",
        "symbol",
        "exact_quantity",
        "exact_price",
        "exact_fee",
        "fee_currency",
    )
    list_filter = (
        ACCOUNT,
        ("order__strategy", STRATEGY[1]),
        "order__exchange",
        ("order__market_type", worded_filter(words.MARKET_TYPES)),
        ("order__side", worded_filter(words.SIDES)),
    )
    list_select_related = ("order__alert", "account")
    search_fields = ("exchange_trade_id", "order__symbol", "order__alert__receipt", "account__name")
    fields = (
        "its_order",
        "its_alert",
        "account",
        "symbol",
        "exchange_trade_id",
        "exact_quantity",
        "exact_price",
        "exact_fee",
        "fee_currency",
        "executed_at",
    )
    readonly_fields = fields

    @display(description=_("order"), ordering="order_id")
    def its_order(self, trade: Trade) -> SafeString:
        return link_to(trade.order)

    @display(description=_("alert"), ordering="order__alert_id")
    def its_alert(self, trade: Trade) -> SafeString:
        return link_to(trade.order.alert)

    @display(description=_("symbol"), ordering="order__symbol")
    def symbol(self, trade: Trade) -> str:
        return trade.order.symbol


class PositionAdmin(HistoryAdmin):
    list_display = (
        "symbol",
        "strategy",
        "account",
        "market_word",
        "exact_quantity",
        "exact_average_price",
        "exact_realized_pnl",
        "updated_at",
    )
    list_filter = (STRATEGY, ACCOUNT, "account__exchange", "market_type")
    list_select_related = ("strategy", "account")
    search_fields = ("symbol", "strategy__group_name", "account__name")
    fields = (
        "strategy",
        "account",
        "market_word",
        "symbol",
        "exact_quantity",
        "exact_average_price",
        "exact_realized_pnl",
        "updated_at",
    )
    readonly_fields = fields
