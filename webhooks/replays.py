"""A stored alert tried out again: what it would do if it fired just now."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from orders import reasons, runtime
from orders.journal import JournalUnavailable
from orders.models import Alert
from orders.rest import refusals, scope
from orders.rest.trails import AlertRow
from orders.rest.views import OwnView
from strategies.rest.openapi import ErrorShape
from webhooks import preview
from webhooks.answers import Answer
from webhooks.arrivals import Arrival

_TAKES_AT_MOST = 35.0
_RECEIPT_LENGTH = 26


class ReplayView(OwnView, generics.GenericAPIView[Alert]):
    """Nothing is sent or kept. The body is the stored one, whose secrets are masked: as the owner
    you need none. Its age does not matter here, nor that it was received before.
    """

    serializer_class = AlertRow
    queryset = Alert.objects.none()

    def get_queryset(self) -> QuerySet[Alert]:
        return scope.alerts_of(self.user)

    def get_object(self) -> Alert:
        """By its receipt; by its number where it is too short to be one."""
        named = self.kwargs["alert"]
        by = (
            "pk"
            if named.isascii() and named.isdigit() and len(named) < _RECEIPT_LENGTH
            else "receipt"
        )
        found: Alert = generics.get_object_or_404(self.get_queryset(), **{by: named})
        return found

    @extend_schema(
        operation_id="alert_preview",
        summary="What a stored alert of yours would do now",
        parameters=[
            OpenApiParameter("alert", str, OpenApiParameter.PATH, description="Its id or receipt")
        ],
        request=None,
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "The same answer as a preview's"),
            422: OpenApiResponse(OpenApiTypes.OBJECT, "It would be refused"),
            503: OpenApiResponse(ErrorShape, "The engine is not running"),
        },
    )
    def post(self, request: Request, **_kwargs: Any) -> Response:
        answer = _replayed(self.get_object(), request.headers.get("Accept-Language", ""))
        return Response(answer.body, status=answer.http_status, headers=answer.headers)


def _replayed(alert: Alert, accept_language: str) -> Answer:
    arrival = Arrival(
        body=alert.body.encode(),
        content_type=alert.content_type,
        accept_language=accept_language,
        peer="",
    )
    name = alert.strategy.group_name if alert.strategy is not None else alert.group_name
    try:
        running = runtime.current()
        return runtime.call(
            preview.of_strategy(arrival, name, running, is_replay=True), _TAKES_AT_MOST
        )
    except runtime.NotRunning:
        raise refusals.not_running() from None
    except (JournalUnavailable, TimeoutError):
        raise refusals.unreachable(reasons.JOURNAL_UNAVAILABLE) from None
