"""Alerts, and what became of their orders: every state and time, and what it cost."""

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from exchanges.precision import EXACT
from exchanges.vocabulary import Side
from orders.models import Alert, Order, Protection
from orders.rest.fields import DecimalText, Error, ErrorText, TimeText
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


class Times(serializers.Serializer[Any]):
    """When the alert fired, if it said so, and arrived, and what became of the order then."""

    fired = serializers.DateTimeField(allow_null=True)
    received = serializers.DateTimeField()
    committed = serializers.DateTimeField()
    sent = serializers.DateTimeField(allow_null=True)
    acknowledged = serializers.DateTimeField(allow_null=True)
    first_filled = serializers.DateTimeField(allow_null=True)
    last_filled = serializers.DateTimeField(allow_null=True)
    finished = serializers.DateTimeField(allow_null=True)


def fired_at(alert: Alert) -> str | None:
    """When the sender says that it fired; what cannot be read as a time is repeated as it is."""
    said = alert.reading.get("time") if isinstance(alert.reading, dict) else None
    if not said:
        return None
    try:
        return time_text(datetime.fromisoformat(str(said)))
    except ValueError:
        return str(said)


def times_of(order: Order) -> dict[str, str | None]:
    """With the trades that were fetched along."""
    filled = sorted(trade.executed_at for trade in order.trades.all())
    return {
        "fired": fired_at(order.alert),
        "received": time_text(order.alert.received_at),
        "committed": time_text(order.created_at),
        "sent": _optional(order.sent_at),
        "acknowledged": _optional(order.acknowledged_at),
        "first_filled": _optional(filled[0] if filled else None),
        "last_filled": _optional(filled[-1] if filled else None),
        "finished": _optional(order.finished_at),
    }


def _optional(moment: datetime | None) -> str | None:
    return None if moment is None else time_text(moment)


class Guarded(serializers.ModelSerializer[Protection]):
    """How far an entry's fills are protected by the exits that its alert attached to it."""

    guarded = DecimalText()
    error = ErrorText(allow_null=True)

    class Meta:
        model = Protection
        fields = ("status", "guarded", "error")
        read_only_fields = fields


class OrderTrail(OrderDetail):
    """`protection` is null until something of an entry with attached exits was filled."""

    slippage = serializers.SerializerMethodField()
    first_filled_at = serializers.SerializerMethodField()
    times = serializers.SerializerMethodField()
    protection = serializers.SerializerMethodField()

    class Meta(OrderDetail.Meta):
        fields = (*OrderDetail.Meta.fields, "slippage", "first_filled_at", "times", "protection")
        read_only_fields = fields

    @extend_schema_field(Slippage(allow_null=True))
    def get_slippage(self, order: Order) -> dict[str, str] | None:
        return slippage_of(order)

    @extend_schema_field({"type": "string", "format": "date-time", "nullable": True})
    def get_first_filled_at(self, order: Order) -> str | None:
        return times_of(order)["first_filled"]

    @extend_schema_field(Times)
    def get_times(self, order: Order) -> dict[str, str | None]:
        return times_of(order)

    @extend_schema_field(Guarded(allow_null=True))
    def get_protection(self, order: Order) -> Any:
        protection = getattr(order, "protection", None)
        return None if protection is None else Guarded(protection).data
