"""Missed alerts: what was lost between two alerts, and whether somebody has looked at it."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.models import MissedAlert
from orders.rest.fields import TimeText
from orders.rest.filters import Moment, Words
from orders.rest.serializers import MARKET_TYPES
from orders.rest.views import OwnList, OwnView
from orders.reviewing import review


class MissedAlertRow(serializers.ModelSerializer[MissedAlert]):
    """The alert `receipt` was sent from a position (`told`) that is not the one which the alert
    before it, `last_receipt`, had left (`expected`): LONG, SHORT or FLAT.
    """

    strategy = serializers.CharField(source="strategy.group_name", read_only=True)
    expected = serializers.CharField(read_only=True)
    told = serializers.CharField(read_only=True)
    detected_at = TimeText()
    reviewed_at = TimeText(allow_null=True)
    reviewed_by = serializers.SerializerMethodField()

    class Meta:
        model = MissedAlert
        fields = (
            "id",
            "strategy",
            "market_type",
            "symbol",
            "expected",
            "told",
            "last_receipt",
            "receipt",
            "detected_at",
            "reviewed_at",
            "reviewed_by",
        )
        read_only_fields = fields

    def get_reviewed_by(self, row: MissedAlert) -> str | None:
        return None if row.reviewed_by is None else row.reviewed_by.get_username()


class MissedAlertFilter(filters.FilterSet):  # type: ignore[misc]  # django-filter is not typed
    strategy = filters.CharFilter(field_name="strategy__group_name")
    symbol = filters.CharFilter()
    market_type = Words(choices=MARKET_TYPES)
    receipt = filters.CharFilter()
    reviewed = filters.BooleanFilter(
        field_name="reviewed_at", lookup_expr="isnull", exclude=True, label="Whether it was."
    )
    since = Moment(field_name="detected_at", lookup_expr="gte")
    until = Moment(field_name="detected_at", lookup_expr="lt")

    class Meta:
        model = MissedAlert
        fields: tuple[str, ...] = ()


class _Own(OwnView):
    def get_queryset(self) -> QuerySet[MissedAlert]:
        """Of strategies that the user owns."""
        rows = MissedAlert.objects.filter(strategy__owner=self.user)
        return rows.select_related("strategy", "reviewed_by")


@extend_schema(summary="The alerts that your strategies have missed, newest first")
class MissedAlerts(_Own, OwnList):
    serializer_class = MissedAlertRow
    filterset_class = MissedAlertFilter
    filename = "missed-alerts"
    orderings = ("-id", "id", "-detected_at", "detected_at")
    queryset = MissedAlert.objects.none()


class ReviewMissedAlert(_Own, generics.GenericAPIView[MissedAlert]):
    serializer_class = MissedAlertRow
    queryset = MissedAlert.objects.none()

    @extend_schema(
        summary="Mark a missed alert as reviewed",
        request=None,
        responses={
            200: OpenApiResponse(MissedAlertRow, "Reviewed, now or before; the first one is kept")
        },
    )
    def post(self, _request: Request, **_kwargs: Any) -> Response:
        row = self.get_object()
        review(MissedAlert.objects.filter(pk=row.pk), self.user)
        row.refresh_from_db()
        return Response(self.get_serializer(row).data)
