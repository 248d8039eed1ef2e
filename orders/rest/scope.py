"""Whose rows are whose. Everything that REST and the admin show begins here."""

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from orders.models import Alert, Order, OrderTransition, Position, Trade


def orders_of(user: User) -> QuerySet[Order]:
    """Orders of accounts that the user owns, whoever's strategy they came from."""
    return Order.objects.filter(account__owner=user).select_related("alert", "strategy", "account")


def trails_of(user: User) -> QuerySet[Order]:
    """The same with every state and fill, in their order, and with what protects an entry."""
    return (
        orders_of(user)
        .select_related("protection")
        .prefetch_related(
            Prefetch("transitions", OrderTransition.objects.order_by("id")),
            Prefetch("trades", Trade.objects.order_by("id")),
        )
    )


def trades_of(user: User) -> QuerySet[Trade]:
    return Trade.objects.filter(account__owner=user).select_related(
        "account", "order__alert", "order__strategy"
    )


def positions_of(user: User) -> QuerySet[Position]:
    return Position.objects.filter(account__owner=user).select_related("strategy", "account")


def alerts_of(user: User) -> QuerySet[Alert]:
    """Alerts of strategies that the user owns."""
    return Alert.objects.filter(strategy__owner=user).select_related("strategy")


def receipts_of(user: User) -> QuerySet[Alert]:
    """Also those of others' strategies that traded on the user's accounts."""
    traded = Exists(Order.objects.filter(alert=OuterRef("pk"), account__owner=user))
    return Alert.objects.filter(Q(strategy__owner=user) | traded).select_related("strategy")
