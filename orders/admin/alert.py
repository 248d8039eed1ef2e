import json
from typing import Any

from django.contrib.admin import display
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.admin.history import STRATEGY, HistoryAdmin, link_to
from orders.models import Alert


class AlertAdmin(HistoryAdmin):
    """`body` is shown as it is stored, which is with its secrets masked."""

    owner_path = "strategy__owner"
    date_hierarchy = "received_at"
    list_display = (
        "receipt",
        "group_name",
        "coloured_status",
        "market_type",
        "http_status",
        "error_code",
        "orders_made",
        "received_at",
    )
    list_filter = ("status", STRATEGY, "market_type", "error_code", "http_status")
    list_select_related = ("strategy",)
    search_fields = ("receipt", "group_name", "body", "error_code", "error_message", "peer")
    fields = (
        "receipt",
        "group_name",
        "coloured_status",
        "market_type",
        "received_at",
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
        "its_orders",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(order_count=Count("orders"))
        return counted

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
    def its_orders(self, alert: Alert) -> SafeString:
        orders = alert.orders.select_related("account").order_by("id")
        return format_html_join(
            "", "<p>{} · {}</p>", ((link_to(order), order.account) for order in orders)
        )


def _json(value: object) -> SafeString:
    return _block(json.dumps(value, ensure_ascii=False, indent=2) if value else "")


def _block(text: str) -> SafeString:
    return format_html('<pre class="whitespace-pre-wrap break-all">{}</pre>', text)
