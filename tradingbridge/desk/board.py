"""What a trader's desk shows: their own strategies, orders, positions and alerts."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import (
    Case,
    IntegerField,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from exchanges.vocabulary import MarketType
from orders.models import Alert, MissedAlert, Order, OrderEvent, Protection
from orders.rest import scope
from orders.vocabulary import OPEN_STATUSES, OrderStatus, ProtectionStatus
from strategies.models import Strategy, StrategyAccount
from tradingbridge.desk import examples
from tradingbridge.desk.lines import AlertLine, OrderLine, PositionLine

LATEST = 30
ALARMS_AT_MOST = 5
OPEN_AT_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyCard:
    """`passed_by` are the links that its alerts skip: switched off, or of the other family."""

    strategy: Strategy
    traded: tuple[StrategyAccount, ...]
    passed_by: tuple[StrategyAccount, ...]
    last_alert: AlertLine | None
    to_try: str
    for_tradingview: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """`last_event_id` was read first: the stream goes on from there, and nothing falls between."""

    last_event_id: int
    strategies: tuple[StrategyCard, ...]
    open_orders: tuple[OrderLine, ...]
    has_more_open_orders: bool
    latest_orders: tuple[OrderLine, ...]
    positions: tuple[PositionLine, ...]
    alerts: tuple[AlertLine, ...]
    missed: tuple[MissedAlert, ...]
    broken: tuple[Protection, ...]
    latest: int = LATEST

    @property
    def unknown_count(self) -> int:
        return sum(order.status == OrderStatus.UNKNOWN for order in self.open_orders)

    # What the script copies for something that it hears of.
    @property
    def blank_order(self) -> OrderLine:
        return OrderLine()

    @property
    def blank_position(self) -> PositionLine:
        return PositionLine()

    @property
    def blank_alert(self) -> AlertLine:
        return AlertLine()


def of(viewer: User) -> Board:
    last_event_id = OrderEvent.objects.filter(user=viewer).aggregate(last=Max("id"))["last"]
    open_orders = _open_orders(viewer)
    latest_orders = scope.orders_of(viewer).order_by("-id")[:LATEST]
    positions = scope.positions_of(viewer).exclude(quantity=0)
    alerts = visible_alerts(viewer).order_by("-id")[:LATEST]
    return Board(
        last_event_id=last_event_id or 0,
        strategies=_strategies(viewer),
        open_orders=tuple(OrderLine.of(order) for order in open_orders[:OPEN_AT_MOST]),
        has_more_open_orders=len(open_orders) > OPEN_AT_MOST,
        latest_orders=tuple(OrderLine.of(order) for order in latest_orders),
        positions=tuple(PositionLine.of(position) for position in positions),
        alerts=tuple(AlertLine.of(alert) for alert in alerts),
        missed=tuple(_not_reviewed(viewer)),
        broken=tuple(_unprotected(viewer)),
    )


def visible_alerts(viewer: User) -> QuerySet[Alert]:
    """One's own strategies' alerts; those that named nobody's strategy are the operator's."""
    own = Q(strategy__owner=viewer)
    return Alert.objects.filter(own | Q(strategy=None) if viewer.is_superuser else own)


def _not_reviewed(viewer: User) -> QuerySet[MissedAlert]:
    own = MissedAlert.objects.filter(strategy__owner=viewer, reviewed_at=None)
    return own.select_related("strategy").order_by("-id")[:ALARMS_AT_MOST]


def _unprotected(viewer: User) -> QuerySet[Protection]:
    """Entries whose attached exits could not all be placed, while something of them is held."""
    broken = Protection.objects.filter(
        entry__in=scope.orders_of(viewer), status=ProtectionStatus.BROKEN, guarded__gt=0
    )
    entries = broken.select_related("entry__account", "entry__strategy", "entry__alert")
    return entries.order_by("-id")[:ALARMS_AT_MOST]


def _strategies(viewer: User) -> tuple[StrategyCard, ...]:
    newest = Alert.objects.filter(strategy=OuterRef("pk")).order_by("-id").values("pk")[:1]
    strategies = (
        Strategy.objects.filter(owner=viewer)
        .annotate(last_alert_id=Subquery(newest))
        .prefetch_related(Prefetch("links", StrategyAccount.objects.select_related("account")))
    )
    last_alerts = {strategy.pk: strategy.last_alert_id for strategy in strategies}
    alerts = Alert.objects.in_bulk([pk for pk in last_alerts.values() if pk])
    return tuple(_card(strategy, alerts.get(last_alerts[strategy.pk])) for strategy in strategies)


def _card(strategy: Strategy, last_alert: Alert | None) -> StrategyCard:
    market_type = MarketType(strategy.market_type)
    links: Mapping[bool, list[StrategyAccount]] = {True: [], False: []}
    for link in strategy.links.all():
        links[_trades(link, market_type)].append(link)
    return StrategyCard(
        strategy=strategy,
        traded=tuple(links[True]),
        passed_by=tuple(links[False]),
        last_alert=AlertLine.of(last_alert) if last_alert else None,
        to_try=examples.to_try(strategy.group_name, market_type),
        for_tradingview=examples.for_tradingview(strategy.group_name),
    )


def _trades(link: StrategyAccount, market_type: MarketType) -> bool:
    is_on = link.is_active and link.account.is_active
    return is_on and link.account.account_type == market_type.family


def _open_orders(viewer: User) -> list[Order]:
    """Those that need a person come first; one more than is shown tells that there are more."""
    unknown_first = Case(
        When(status=OrderStatus.UNKNOWN, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    still_open = scope.orders_of(viewer).filter(status__in=OPEN_STATUSES)
    return list(still_open.order_by(unknown_first, "-id")[: OPEN_AT_MOST + 1])
