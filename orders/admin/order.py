from typing import Any

from django.contrib import messages
from django.contrib.admin import action, display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin.history import (
    ACCOUNT,
    STRATEGY,
    HistoryAdmin,
    HistoryInline,
    link_to,
)
from orders.models import Order, OrderTransition, Trade
from orders.rest import asking
from strategies.refusals import Refused
from strategies.rest.errors import language


class TransitionInline(HistoryInline):
    model = OrderTransition
    fields = ("from_status", "to_status", "event", "cause", "at")
    readonly_fields = fields
    ordering = ("id",)


class FillInline(HistoryInline):
    model = Trade
    fields = (
        "exchange_trade_id",
        "exact_quantity",
        "exact_price",
        "exact_fee",
        "fee_currency",
        "executed_at",
    )
    readonly_fields = fields
    ordering = ("id",)


class OrderAdmin(HistoryAdmin):
    date_hierarchy = "created_at"
    inlines = (TransitionInline, FillInline)
    list_display = (
        "id",
        "created_at",
        "coloured_status",
        "strategy",
        "account",
        "symbol",
        "side",
        "order_type",
        "exact_quantity",
        "exact_price",
        "exact_filled_quantity",
        "exact_average_price",
        "error_code",
        "its_alert",
    )
    list_filter = ("status", STRATEGY, ACCOUNT, "exchange", "market_type", "side", "order_type")
    list_select_related = ("strategy", "account", "alert")
    search_fields = (
        "alert__receipt",
        "client_order_id",
        "exchange_order_id",
        "symbol",
        "account__name",
        "strategy__group_name",
        "error_code",
        "error_ko",
        "error_en",
    )
    fields = (
        "its_alert",
        "strategy",
        "account",
        "exchange",
        "market_type",
        "symbol",
        "side",
        "order_type",
        "time_in_force",
        "reduce_only",
        "post_only",
        "exact_quantity",
        "exact_price",
        "exact_stop_price",
        "exact_reference_price",
        "exact_leverage",
        "exact_contract_size",
        "coloured_status",
        "exact_filled_quantity",
        "exact_average_price",
        "why_not",
        "client_order_id",
        "exchange_order_id",
        "created_at",
        "expires_at",
        "sent_at",
        "acknowledged_at",
        "finished_at",
        "updated_at",
    )
    readonly_fields = fields

    @display(description=_("alert"), ordering="alert_id")
    def its_alert(self, order: Order) -> SafeString:
        return link_to(order.alert)

    @display(description=_("error"))
    def why_not(self, order: Order) -> str:
        if not order.error_code:
            return ""
        text = order.error_ko if language() == "ko" else order.error_en
        return f"{order.error_code}: {text}"


class OpenOrderAdmin(OrderAdmin):
    """The orders that are not finished, and the one thing that can be done about them."""

    actions = ("cancel_orders",)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.change_openorder"))

    @action(description=_("Cancel the selected orders"), permissions=["cancel"])
    def cancel_orders(self, request: HttpRequest, orders: QuerySet[Any]) -> None:
        wanted = list(orders.values_list("id", flat=True))
        who = request.user.get_username()
        try:
            outcomes = asking.cancel_all(wanted, cause=f"admin: {who}")
        except Refused as refusal:
            self.message_user(request, refusal.reason.text(language()), messages.ERROR)
            return
        cancelled = sum(outcome.cancelled for outcome in outcomes)
        if cancelled:
            text = gettext("%(count)d orders were cancelled.") % {"count": cancelled}
            self.message_user(request, text, messages.SUCCESS)
        for outcome in outcomes:
            if not outcome.cancelled:
                why = outcome.reason.text(language()) if outcome.reason else outcome.status.value
                self.message_user(request, f"{outcome.order_id}: {why}", messages.WARNING)
