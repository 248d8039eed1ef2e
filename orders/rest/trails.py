"""Alerts, and their receipts: the whole trail from what was posted to what was filled."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from exchanges.precision import EXACT
from exchanges.vocabulary import Side
from orders.models import Alert, Order
from orders.rest.fields import DecimalText, Error, TimeText
from orders.rest.serializers import OrderDetail
from orders.wire import decimal_text, time_text

_PERCENT_STEP = Decimal("0.000001")


class AlertRow(serializers.ModelSerializer[Alert]):
    strategy = serializers.CharField(source="group_name", read_only=True)
    error = serializers.SerializerMethodField()
    received_at = TimeText()

    class Meta:
        model = Alert
        fields: tuple[str, ...] = (
            "id",
            "receipt",
            "strategy",
            "status",
            "market_type",
            "http_status",
            "error",
            "warnings",
            "received_at",
        )
        read_only_fields = fields

    @extend_schema_field(Error(allow_null=True))
    def get_error(self, alert: Alert) -> dict[str, str] | None:
        """In the language in which the sender was answered."""
        if not alert.error_code:
            return None
        error = {"code": alert.error_code, "message": alert.error_message}
        return error | {"field": alert.error_field} if alert.error_field else error


class AlertDetail(AlertRow):
    """`body` has its secrets masked, since before it was stored."""

    class Meta(AlertRow.Meta):
        fields = (*AlertRow.Meta.fields, "body", "content_type", "peer", "reading", "answer")
        read_only_fields = fields


class Slippage(serializers.Serializer[Any]):
    """Against the price the order was sized by; positive is worse than that price."""

    reference_price = DecimalText()
    average_price = DecimalText()
    price = serializers.CharField()
    percent = serializers.CharField()


def slippage_of(order: Order) -> dict[str, str] | None:
    """None while nothing was filled, and where there was no price to compare with."""
    reference, average = order.reference_price, order.average_price
    if not reference or not average or not order.filled_quantity:
        return None
    worse = (average - reference) * Side(order.side).sign
    percent = EXACT.divide(worse * 100, reference)
    return {
        "reference_price": decimal_text(reference),
        "average_price": decimal_text(average),
        "price": decimal_text(worse),
        "percent": decimal_text(percent.quantize(_PERCENT_STEP, ROUND_HALF_EVEN)),
    }


class OrderTrail(OrderDetail):
    slippage = serializers.SerializerMethodField()
    first_filled_at = serializers.SerializerMethodField()

    class Meta(OrderDetail.Meta):
        fields = (*OrderDetail.Meta.fields, "slippage", "first_filled_at")
        read_only_fields = fields

    @extend_schema_field(Slippage(allow_null=True))
    def get_slippage(self, order: Order) -> dict[str, str] | None:
        return slippage_of(order)

    @extend_schema_field({"type": "string", "format": "date-time", "nullable": True})
    def get_first_filled_at(self, order: Order) -> str | None:
        times = [trade.executed_at for trade in order.trades.all()]
        return time_text(min(times)) if times else None


class Receipt(AlertDetail):
    """`orders` are those of the reader's own accounts."""

    fired_at = serializers.SerializerMethodField()
    orders = serializers.SerializerMethodField()

    class Meta(AlertDetail.Meta):
        fields = (*AlertDetail.Meta.fields, "fired_at", "orders")
        read_only_fields = fields

    @extend_schema_field({"type": "string", "nullable": True})
    def get_fired_at(self, alert: Alert) -> str | None:
        """When the sender says that it fired, if it said so."""
        time = alert.reading.get("time") if isinstance(alert.reading, dict) else None
        return str(time) if time else None

    @extend_schema_field(OrderTrail(many=True))
    def get_orders(self, alert: Alert) -> Any:
        own = self.context["orders"].filter(alert=alert).order_by("id")
        return OrderTrail(own, many=True).data

    def to_representation(self, instance: Alert) -> dict[str, Any]:
        """What another's strategy was sent is not for those who only follow it."""
        shown = super().to_representation(instance)
        if not self.context["owns_strategy"]:
            shown |= {"body": "", "content_type": "", "peer": "", "reading": {}, "answer": None}
        return shown
