"""Orders: the history, one order's trail, and its cancel."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from orders import reasons
from orders.models import Order
from orders.rest import asking, refusals, scope
from orders.rest.filters import OrderFilter
from orders.rest.serializers import OrderDetail, OrderRow
from orders.rest.views import OwnList, OwnView
from orders.vocabulary import OPEN_STATUSES
from strategies.rest.openapi import ErrorShape

_OPEN = [status.value for status in OPEN_STATUSES]


@extend_schema(summary="Your orders, newest first")
class Orders(OwnList):
    serializer_class = OrderRow
    filterset_class = OrderFilter
    filename = "orders"
    orderings = (
        "-id",
        "id",
        "-created_at",
        "created_at",
        "-updated_at",
        "updated_at",
        "-symbol",
        "symbol",
        "-quantity",
        "quantity",
        "-status",
        "status",
    )
    queryset = Order.objects.none()

    def get_queryset(self) -> QuerySet[Order]:
        return scope.orders_of(self.user)


@extend_schema(summary="Your orders that are not finished")
class OpenOrders(Orders):
    filename = "open-orders"

    def get_queryset(self) -> QuerySet[Order]:
        return super().get_queryset().filter(status__in=_OPEN)


@extend_schema(summary="One order with every state it went through and its fills")
class OneOrder(OwnView, generics.RetrieveAPIView[Order]):
    serializer_class = OrderDetail
    queryset = Order.objects.none()

    def get_queryset(self) -> QuerySet[Order]:
        return scope.trails_of(self.user)


class CancelOrder(OwnView, generics.GenericAPIView[Order]):
    serializer_class = OrderRow
    queryset = Order.objects.none()

    def get_queryset(self) -> QuerySet[Order]:
        return scope.orders_of(self.user)

    @extend_schema(
        summary="Cancel an order",
        request=None,
        responses={
            200: OpenApiResponse(OrderRow, "Cancelled"),
            202: OpenApiResponse(OrderRow, "Asked for; its outcome is not known yet"),
            409: OpenApiResponse(ErrorShape, "It is finished, or the venue refused"),
            503: OpenApiResponse(ErrorShape, "The engine is not running"),
        },
    )
    def post(self, _request: Request, **_kwargs: Any) -> Response:
        order = self.get_object()
        if order.status not in OPEN_STATUSES:
            raise refusals.conflict(reasons.NOT_OPEN)
        cancelled = asking.cancel(order.pk, cause=f"rest: {self.user.get_username()}")
        order.refresh_from_db()
        return Response(self.get_serializer(order).data, status=200 if cancelled else 202)
