"""Thin views: authenticate, parse, call one function, answer. Another user's object is a 404."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from strategies import checking, deletion, services
from strategies.models import Account, Strategy, StrategyAccount
from strategies.rest import openapi
from strategies.rest.parameters import KnownParameters
from strategies.rest.serializers import (
    AccountCheckSerializer,
    AccountSerializer,
    IssuedTokenSerializer,
    LinkSerializer,
    NewStrategySerializer,
    RotationSerializer,
    StrategySerializer,
)

NEVER_STORED = {"Cache-Control": "no-store"}
_REFUSED = {
    400: openapi.ErrorShape,
    403: openapi.ErrorShape,
    404: openapi.ErrorShape,
}
_KEPT = {204: None, 404: openapi.ErrorShape, 409: openapi.ErrorShape}
_CHECK_FAILED = {404: openapi.ErrorShape, 422: openapi.ErrorShape}
_MICROSECONDS = 1_000_000


def owner_of(request: Request) -> User:
    if not isinstance(request.user, User):
        raise TypeError("a view of one's own things was reached without a user")
    return request.user


class KnownFilters(KnownParameters):
    """A list can be filtered; nothing else can."""

    def known_parameters(self) -> frozenset[str]:
        listed = getattr(self, "action", None) == "list"
        filters = getattr(self, "filterset_fields", ()) if listed else ()
        return self.parameters | frozenset(filters)


@extend_schema_view(
    list=extend_schema(summary="Your accounts"),
    retrieve=extend_schema(summary="One account"),
    create=extend_schema(summary="Open an account", responses={201: AccountSerializer, **_REFUSED}),
    update=extend_schema(summary="Change all of an account"),
    partial_update=extend_schema(summary="Change an account"),
    destroy=extend_schema(summary="Delete an account without a history", responses=_KEPT),
)
class AccountViewSet(KnownFilters, viewsets.ModelViewSet[Account]):
    """One's accounts at exchanges and brokers. Credentials go in and never come out."""

    queryset = Account.objects.none()
    serializer_class = AccountSerializer
    filterset_fields = ("account_type", "exchange", "is_demo", "is_active")
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[Account]:
        return Account.objects.filter(owner=owner_of(self.request))

    def perform_create(self, serializer: BaseSerializer[Account]) -> None:
        serializer.save(owner=owner_of(self.request))

    def perform_destroy(self, instance: Account) -> None:
        deletion.delete(row=instance)

    @extend_schema(
        summary="Check an account at its exchange",
        request=None,
        responses={200: AccountCheckSerializer, **_CHECK_FAILED},
    )
    @action(detail=True, methods=["post"], filterset_fields=())
    def check(self, *_args: Any, **_kwargs: Any) -> Response:
        """Logs in, reads the balance, and says what the exchange offers."""
        checked = checking.check_account(self.get_object())
        return Response(AccountCheckSerializer(_as_answer(checked)).data)


@extend_schema_view(
    list=extend_schema(summary="Your strategies"),
    retrieve=extend_schema(summary="One strategy"),
    create=extend_schema(
        summary="Make a strategy; its token is answered this once",
        responses={201: NewStrategySerializer, **_REFUSED},
    ),
    update=extend_schema(summary="Change all of a strategy"),
    partial_update=extend_schema(summary="Change a strategy"),
    destroy=extend_schema(summary="Delete a strategy without a history", responses=_KEPT),
)
class StrategyViewSet(KnownFilters, viewsets.ModelViewSet[Strategy]):
    """One's strategies: what alerts name."""

    queryset = Strategy.objects.none()
    serializer_class = StrategySerializer
    filterset_fields = ("group_name", "market_type", "is_active", "is_public")
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[Strategy]:
        return Strategy.objects.filter(owner=owner_of(self.request)).select_related("risk")

    def create(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Answers with the token, this once."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        strategy, token = services.create_strategy(
            owner=owner_of(request), **serializer.validated_data
        )
        answer = {**self.get_serializer(strategy).data, "token": token}
        return Response(answer, status=status.HTTP_201_CREATED, headers=NEVER_STORED)

    def perform_destroy(self, instance: Strategy) -> None:
        deletion.delete(row=instance)

    @extend_schema(
        summary="Give a strategy a new token",
        request=RotationSerializer,
        responses={200: IssuedTokenSerializer, **_REFUSED},
    )
    @action(detail=True, methods=["post"], url_path="rotate-token", filterset_fields=())
    def rotate_token(self, request: Request, **_kwargs: Any) -> Response:
        """A new token, answered this once; the old ones work until the overlap ends."""
        strategy = self.get_object()
        asked = RotationSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        overlap = asked.validated_data["overlap"]
        token = services.rotate_token(
            strategy=strategy, overlap=timedelta(microseconds=int(overlap * _MICROSECONDS))
        )
        answer = IssuedTokenSerializer({"token": token, "overlap": overlap})
        return Response(answer.data, headers=NEVER_STORED)


@extend_schema_view(
    list=extend_schema(summary="The accounts that a strategy trades on"),
    retrieve=extend_schema(summary="One link of a strategy and an account"),
    create=extend_schema(
        summary="Link an account to a strategy", responses={201: LinkSerializer, **_REFUSED}
    ),
    update=extend_schema(summary="Change all of a link"),
    partial_update=extend_schema(summary="Change a link"),
    destroy=extend_schema(summary="Unlink an account", responses=_KEPT),
)
class LinkViewSet(KnownFilters, viewsets.ModelViewSet[StrategyAccount]):
    """Which accounts a strategy trades on, and with how much."""

    queryset = StrategyAccount.objects.none()
    serializer_class = LinkSerializer
    filterset_fields = ("is_active",)
    lookup_value_regex = r"\d{1,18}"

    def get_queryset(self) -> QuerySet[StrategyAccount]:
        links = StrategyAccount.objects.filter(strategy=self._strategy())
        return links.select_related("account", "risk")

    def get_serializer_context(self) -> dict[str, Any]:
        context = super().get_serializer_context()
        user = getattr(self.request, "user", None)
        return {**context, "owner": user} if isinstance(user, User) else dict(context)

    def perform_create(self, serializer: BaseSerializer[StrategyAccount]) -> None:
        serializer.save(strategy=self._strategy())

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A strategy that is not one's own is missing before its body is looked at."""
        self._strategy()
        return super().create(request, *args, **kwargs)

    def _strategy(self) -> Strategy:
        own = Strategy.objects.filter(owner=owner_of(self.request))
        return get_object_or_404(own, pk=self.kwargs["strategy_pk"])


def _as_answer(checked: checking.AccountCheck) -> dict[str, Any]:
    offers = checked.offers
    return {
        "success": True,
        "balances": checked.balances,
        "offers": {
            "market_types": sorted(offers.market_types),
            "order_types": sorted(offers.order_types),
            "times_in_force": sorted(offers.times_in_force),
            "reduce_only": offers.reduce_only,
            "post_only": offers.post_only,
            "demo": offers.demo,
        },
    }
