import json
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin import display
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders import words
from orders.admin.history import (
    STRATEGY,
    HistoryAdmin,
    link_to,
    precise,
    shortened,
    small_table,
    worded_filter,
)
from orders.models import Alert, Order
from orders.rest.receipts import cancels_of, missed_before
from orders.rest.trails import fired_at, slippage_of
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
        "fired",
        "received_at",
        "its_orders",
        "its_cancels",
        "its_duplicates",
        "what_it_missed",
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
        orders = (
            Order.objects.filter(mine)
            .select_related("account", "alert", "protection")
            .prefetch_related("trades")
            .order_by("instruction", "id")
        )
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

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Alert | None:
        """With the orders that it wanted cancelled, as far as they are the reader's."""
        alert: Any = super().get_object(request, object_id, from_field)
        if alert is not None:
            mine = Q() if sees_all(request) else Q(order__account__owner=request.user)
            alert.visible_cancels = list(cancels_of(alert).filter(mine))
        return alert  # type: ignore[no-any-return]

    @display(description=_("fired"))
    def fired(self, alert: Alert) -> str:
        return fired_at(alert) or ""

    @display(description=_("orders"))
    def its_orders(self, alert: Any) -> SafeString:
        return small_table(
            (
                *(_("order"), _("role"), _("account"), _("sent"), _("acknowledged")),
                *(_("first fill"), _("slippage"), _("exits")),
            ),
            (_order_row(order) for order in alert.visible_orders),
        )

    @display(description=_("cancels asked"))
    def its_cancels(self, alert: Any) -> SafeString:
        return small_table(
            (_("time"), _("order"), _("account"), _("cause")),
            (
                (precise(step.at), link_to(step.order), step.order.account, step.cause)
                for step in alert.visible_cancels
            ),
        )

    @display(description=_("duplicates"))
    def its_duplicates(self, alert: Any) -> SafeString:
        return small_table(
            (_("time"), _("sender")),
            ((precise(copy.received_at), copy.peer) for copy in alert.duplicates.order_by("id")),
        )

    @display(description=_("missed alert"))
    def what_it_missed(self, alert: Alert) -> str:
        missed = missed_before(alert)
        return str(missed) if missed is not None else ""


def _order_row(order: Order) -> tuple[object, ...]:
    """Times are counted from the alert's arrival."""
    filled = [trade.executed_at for trade in order.trades.all()]
    slippage = slippage_of(order)
    protection = getattr(order, "protection", None)
    return (
        link_to(order),
        words.ROLES.get(order.role, order.role),
        order.account,
        _after(order, order.sent_at),
        _after(order, order.acknowledged_at),
        _after(order, min(filled, default=None)),
        f"{slippage['price']} ({slippage['percent']} %)" if slippage else "",
        words.PROTECTIONS.get(protection.status, protection.status) if protection else "",
    )


def _after(order: Order, moment: datetime | None) -> str:
    if moment is None:
        return ""
    passed = (moment - order.alert.received_at) / timedelta(milliseconds=1)
    return f"+{passed:.1f} ms"


def _json(value: object) -> SafeString:
    return _block(json.dumps(value, ensure_ascii=False, indent=2) if value else "")


def _block(text: str) -> SafeString:
    return format_html('<pre class="kept-text">{}</pre>', text)
