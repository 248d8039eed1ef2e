from typing import Any

from django.contrib import messages
from django.contrib.admin import action, display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import words
from orders.admin.history import (
    ACCOUNT,
    STRATEGY,
    HistoryAdmin,
    link_to,
    precise,
    small_table,
    worded_filter,
    yes_or_no,
)
from orders.models import Order
from orders.rest import asking
from orders.wire import decimal_text, optional_decimal_text
from strategies.refusals import Refused
from strategies.rest.errors import language

_STATE = (
    *("status_word", "fill", "why_not", "states", "fills"),
    *("its_alert", "strategy", "account"),
)
_WISH = (
    *("symbol", "market_word", "side_word", "type_word", "exact_quantity"),
    *("exact_price", "exact_stop_price", "exact_reference_price"),
    *("time_in_force", "is_reduce_only", "is_post_only", "exact_leverage", "exact_contract_size"),
)
_VENUE = ("exchange", "client_order_id", "exchange_order_id")
_TIMES = (
    *("created_at", "expires_at", "sent_at"),
    *("acknowledged_at", "finished_at", "updated_at"),
)


class OrderAdmin(HistoryAdmin):
    date_hierarchy = "created_at"
    list_display = (
        "created_at",
        "coloured_status",
        "symbol",
        "side_and_type",
        "exact_quantity",
        "exact_price",
        "fill",
        "account_name",
        "strategy",
    )
    list_filter = (
        ("status", worded_filter(words.STATUSES)),
        STRATEGY,
        ACCOUNT,
        "exchange",
        ("market_type", worded_filter(words.MARKET_TYPES)),
        ("side", worded_filter(words.SIDES)),
        ("order_type", worded_filter(words.ORDER_TYPES)),
    )
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
    fieldsets = (
        (None, {"fields": _STATE}),
        (_("What was ordered"), {"fields": _WISH}),
        (_("At the exchange"), {"fields": _VENUE}),
        (_("Times"), {"fields": _TIMES}),
    )
    readonly_fields = (*_STATE, *_WISH, *_VENUE, *_TIMES)
    is_reduce_only = yes_or_no("reduce_only", _("reduce only"))
    is_post_only = yes_or_no("post_only", _("post only"))

    @display(description=_("side"), ordering="side")
    def side_and_type(self, order: Order) -> str:
        side, order_type = words.SIDES.get(order.side), words.ORDER_TYPES.get(order.order_type)
        return f"{side or order.side} · {order_type or order.order_type}"

    @display(description=_("filled"), ordering="filled_quantity")
    def fill(self, order: Order) -> str:
        filled = decimal_text(order.filled_quantity)
        price = optional_decimal_text(order.average_price)
        return f"{filled} @ {price}" if price else filled

    @display(description=_("account"), ordering="account__name")
    def account_name(self, order: Order) -> str:
        return order.account.name

    @display(description=_("States"))
    def states(self, order: Order) -> SafeString:
        return small_table(
            (_("time"), _("status"), _("cause")),
            (
                (precise(step.at), words.STATUSES.get(step.to_status, step.to_status), step.cause)
                for step in order.transitions.order_by("id")
            ),
        )

    @display(description=_("Fills"))
    def fills(self, order: Order) -> SafeString:
        return small_table(
            (_("time"), _("quantity"), _("price"), _("fee"), _("the venue's trade id")),
            (
                (
                    precise(trade.executed_at),
                    decimal_text(trade.quantity),
                    decimal_text(trade.price),
                    f"{optional_decimal_text(trade.fee) or ''} {trade.fee_currency}",
                    trade.exchange_trade_id,
                )
                for trade in order.trades.order_by("id")
            ),
        )

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
