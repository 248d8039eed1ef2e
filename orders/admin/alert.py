import json
from typing import Any

from django.contrib.admin import display
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders import words
from orders.admin.history import STRATEGY, HistoryAdmin, link_to, shortened, worded_filter
from orders.models import Alert, Order
from strategies.admin.own import sees_all


class AlertAdmin(HistoryAdmin):
    """`body` is shown as it is stored, which is with its secrets masked."""

    owner_path = "strategy__owner"
    date_hierarchy = "received_at"
    list_display = (
        "received_at",
        "coloured_status",
        "group_name",
        "market_word",
        "http_status",
        "error_code",
        "orders_made",
        "short_receipt",
    )
    list_filter = (
        ("status", worded_filter(words.ALERT_STATUSES)),
        STRATEGY,
        "market_type",
        "error_code",
        "http_status",
    )
    list_select_related = ("strategy",)
    search_fields = ("receipt", "group_name", "body", "error_code", "error_message", "peer")
    fields = (
        "receipt",
        "group_name",
        "status_word",
        "market_word",
        "received_at",
        "its_orders",
        "peer",
        "http_status",
        "error_code",
        "error_message",
        "error_field",
        "content_type",
        "body_as_stored",
        "as_read",
        "warned",
        "answered",
    )
    readonly_fields = fields

    _status_words = words.ALERT_STATUSES

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """A follower's orders are the follower's, also where the alert is one's own."""
        mine = Q() if sees_all(request) else Q(account__owner=request.user)
        orders = Order.objects.filter(mine).select_related("account").order_by("id")
        count = orders.order_by().filter(alert=OuterRef("pk")).values("alert")
        counted = count.annotate(count=Count("pk")).values("count")
        rows: QuerySet[Any] = super().get_queryset(request)
        visible: QuerySet[Any] = rows.annotate(
            order_count=Coalesce(Subquery(counted), 0)
        ).prefetch_related(Prefetch("orders", orders, to_attr="visible_orders"))
        return visible

    @display(description=_("receipt"), ordering="receipt")
    def short_receipt(self, alert: Alert) -> SafeString:
        return shortened(alert.receipt)

    @display(description=_("orders"), ordering="order_count")
    def orders_made(self, alert: Any) -> int:
        return int(alert.order_count)

    @display(description=_("body"))
    def body_as_stored(self, alert: Alert) -> SafeString:
        return _block(alert.body)

    @display(description=_("as read"))
    def as_read(self, alert: Alert) -> SafeString:
        return _json(alert.reading)

    @display(description=_("warnings"))
    def warned(self, alert: Alert) -> SafeString:
        return _json(alert.warnings)

    @display(description=_("answer"))
    def answered(self, alert: Alert) -> SafeString:
        return _json(alert.answer)

    @display(description=_("orders"))
    def its_orders(self, alert: Any) -> SafeString:
        return format_html_join(
            "",
            "<p>{} · {}</p>",
            ((link_to(order), order.account) for order in alert.visible_orders),
        )


def _json(value: object) -> SafeString:
    return _block(json.dumps(value, ensure_ascii=False, indent=2) if value else "")


def _block(text: str) -> SafeString:
    return format_html('<pre class="kept-text">{}</pre>', text)
