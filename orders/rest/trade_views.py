"""Trades and positions."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from orders.models import Position, Trade
from orders.rest import asking, closing, refusals, scope
from orders.rest.filters import PositionFilter, TradeFilter
from orders.rest.serializers import OrderRow, PositionRow, TradeRow
from orders.rest.views import OwnList, OwnView
from strategies.rest.openapi import ErrorShape


@extend_schema(summary="Your fills, newest first")
class Trades(OwnList):
    serializer_class = TradeRow
    filterset_class = TradeFilter
    filename = "trades"
    orderings = ("-id", "id", "-executed_at", "executed_at")
    queryset = Trade.objects.none()

    def get_queryset(self) -> QuerySet[Trade]:
        return scope.trades_of(self.user)


@extend_schema(summary="Your positions, as the sum of your trades")
class Positions(OwnList):
    serializer_class = PositionRow
    filterset_class = PositionFilter
    filename = "positions"
    orderings = ("-id", "id", "-updated_at", "updated_at", "-symbol", "symbol")
    queryset = Position.objects.none()

    def get_queryset(self) -> QuerySet[Position]:
        return scope.positions_of(self.user)


class ClosePosition(OwnView, generics.GenericAPIView[Any]):
    serializer_class = OrderRow
    queryset = Position.objects.none()

    def get_queryset(self) -> QuerySet[Position]:
        return scope.positions_of(self.user)

    @extend_schema(
        summary="Close a position at the market",
        request=None,
        responses={
            201: OpenApiResponse(OrderRow, "The closing order; its status says how it went"),
            409: OpenApiResponse(ErrorShape, "Flat already, or being closed"),
            503: OpenApiResponse(ErrorShape, "The engine or the venue does not answer"),
        },
    )
    def post(self, request: Request, **_kwargs: Any) -> Response:
        position = self.get_object()
        if position.quantity == 0:
            raise refusals.nothing_to_close()
        peer = request.META.get("REMOTE_ADDR", "")
        order_id = asking.close_position(closing.closing_of(position, peer))
        order = scope.orders_of(self.user).get(pk=order_id)
        return Response(self.get_serializer(order).data, status=201)
