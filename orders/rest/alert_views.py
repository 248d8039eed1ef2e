"""Alerts and receipts."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request
from rest_framework.response import Response

from orders.models import Alert
from orders.rest import scope
from orders.rest.bearers import Bearer, StrategyTokenAuthentication
from orders.rest.filters import AlertFilter
from orders.rest.receipts import Receipt
from orders.rest.trails import AlertDetail, AlertRow
from orders.rest.views import OwnList, OwnView
from strategies.authentication import ApiTokenAuthentication


@extend_schema(summary="The alerts of your strategies, newest first")
class Alerts(OwnList):
    serializer_class = AlertRow
    filterset_class = AlertFilter
    filename = "alerts"
    orderings = ("-id", "id", "-received_at", "received_at")
    queryset = Alert.objects.none()

    def get_queryset(self) -> QuerySet[Alert]:
        return scope.alerts_of(self.user)


@extend_schema(summary="One alert as it was received and answered")
class OneAlert(OwnView, generics.RetrieveAPIView[Alert]):
    serializer_class = AlertDetail
    queryset = Alert.objects.none()

    def get_queryset(self) -> QuerySet[Alert]:
        return scope.alerts_of(self.user)


class OneReceipt(OwnView, generics.GenericAPIView[Alert]):
    """Also for who has the strategy's own token, and then of that strategy alone."""

    authentication_classes = (
        ApiTokenAuthentication,
        StrategyTokenAuthentication,
        SessionAuthentication,
    )
    serializer_class = Receipt
    queryset = Alert.objects.none()
    lookup_field = "receipt"

    @property
    def user(self) -> User:
        who: object = self.request.user
        return who.owner if isinstance(who, Bearer) else super().user

    def get_queryset(self) -> QuerySet[Alert]:
        who: object = self.request.user
        if isinstance(who, Bearer):
            return scope.alerts_of(who.owner).filter(strategy=who.strategy)
        return scope.receipts_of(self.user)

    @extend_schema(
        summary="An alert's whole trail",
        responses=Receipt,
    )
    def get(self, _request: Request, **_kwargs: Any) -> Response:
        alert = self.get_object()
        owner = alert.strategy.owner_id if alert.strategy is not None else None
        context = {
            "orders": scope.trails_of(self.user),
            "reader": self.user,
            "owns_strategy": owner == self.user.pk,
        }
        return Response(Receipt(alert, context=context).data)
