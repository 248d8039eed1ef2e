"""Receipts: the whole trail of one alert, from what was posted to what was filled."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from orders import causes
from orders.models import Alert, AlertDuplicate, MissedAlert, OrderTransition
from orders.rest.fields import TimeText
from orders.rest.trails import AlertDetail, OrderTrail, fired_at
from orders.states import Event

_HIDDEN: dict[str, Any] = {
    "body": "",
    "content_type": "",
    "peer": "",
    "reading": {},
    "answer": None,
    "duplicates": [],
    "missed_alert": None,
}


def cancels_of(alert: Alert) -> QuerySet[OrderTransition]:
    """The steps in which orders were to be cancelled because of this alert, in their order."""
    asked_by = (causes.of_alert(alert.receipt), causes.of_exit(alert.receipt))
    steps = OrderTransition.objects.filter(event=Event.CANCEL_ASKED.value, cause__in=asked_by)
    return steps.select_related("order__account", "order__alert").order_by("id")


def missed_before(alert: Alert) -> MissedAlert | None:
    """What this alert shows to be lost, if anything."""
    revealed = MissedAlert.objects.filter(strategy=alert.strategy_id, receipt=alert.receipt)
    return revealed.order_by("id").first()


class Duplicate(serializers.ModelSerializer[AlertDuplicate]):
    """A copy that arrived again, and made no orders."""

    received_at = TimeText()

    class Meta:
        model = AlertDuplicate
        fields = ("received_at", "peer")
        read_only_fields = fields


class AskedCancel(serializers.ModelSerializer[OrderTransition]):
    """An order that this alert wanted cancelled; `status` is what it is by now."""

    order_id = serializers.IntegerField(read_only=True)
    client_order_id = serializers.CharField(source="order.client_order_id", read_only=True)
    receipt = serializers.CharField(source="order.alert.receipt", read_only=True)
    account_id = serializers.IntegerField(source="order.account_id", read_only=True)
    account_name = serializers.CharField(source="order.account.name", read_only=True)
    symbol = serializers.CharField(source="order.symbol", read_only=True)
    side = serializers.CharField(source="order.side", read_only=True)
    status = serializers.CharField(source="order.status", read_only=True)
    asked_at = TimeText(source="at")

    class Meta:
        model = OrderTransition
        fields = (
            "order_id",
            "client_order_id",
            "receipt",
            "account_id",
            "account_name",
            "symbol",
            "side",
            "status",
            "cause",
            "asked_at",
        )
        read_only_fields = fields


class Missed(serializers.ModelSerializer[MissedAlert]):
    """`told` is what this alert said that came before it, and `expected` what did."""

    expected = serializers.CharField(read_only=True)
    told = serializers.CharField(read_only=True)
    detected_at = TimeText()
    reviewed_at = TimeText(allow_null=True)

    class Meta:
        model = MissedAlert
        fields = (
            "market_type",
            "symbol",
            "expected",
            "told",
            "last_receipt",
            "detected_at",
            "reviewed_at",
        )
        read_only_fields = fields


class Receipt(AlertDetail):
    """`orders` and `cancels` are those of the reader's own accounts."""

    fired_at = serializers.SerializerMethodField()
    orders = serializers.SerializerMethodField()
    cancels = serializers.SerializerMethodField()
    duplicates = Duplicate(many=True, read_only=True)
    missed_alert = serializers.SerializerMethodField()

    class Meta(AlertDetail.Meta):
        fields = (
            *AlertDetail.Meta.fields,
            "fired_at",
            "orders",
            "cancels",
            "duplicates",
            "missed_alert",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "string", "nullable": True})
    def get_fired_at(self, alert: Alert) -> str | None:
        return fired_at(alert)

    @extend_schema_field(OrderTrail(many=True))
    def get_orders(self, alert: Alert) -> Any:
        own = self.context["orders"].filter(alert=alert).order_by("instruction", "id")
        return OrderTrail(own, many=True).data

    @extend_schema_field(AskedCancel(many=True))
    def get_cancels(self, alert: Alert) -> Any:
        own = cancels_of(alert).filter(order__account__owner=self.context["reader"])
        return AskedCancel(own, many=True).data

    @extend_schema_field(Missed(allow_null=True))
    def get_missed_alert(self, alert: Alert) -> Any:
        missed = missed_before(alert)
        return None if missed is None else Missed(missed).data

    def to_representation(self, instance: Alert) -> dict[str, Any]:
        """What another's strategy was sent is not for those who only follow it."""
        shown = super().to_representation(instance)
        return shown if self.context["owns_strategy"] else shown | _HIDDEN
