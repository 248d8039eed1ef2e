"""The trail of one alert: what came, what was read, and what became of each order."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db.models import QuerySet

from orders.models import (
    Alert,
    AlertDuplicate,
    MissedAlert,
    Order,
    OrderTransition,
    Protection,
    Trade,
)
from orders.rest import scope
from orders.rest.trails import slippage_of
from tradingbridge.desk.board import visible_alerts
from tradingbridge.desk.lines import AlertLine


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTrail:
    order: Order
    transitions: tuple[OrderTransition, ...]
    trades: tuple[Trade, ...]
    slippage: Mapping[str, str] | None
    protection: Protection | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedInstruction:
    """One of a batch of which no order came, as its sender was told."""

    place: str
    code: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """`message` and what follows from it are for the strategy's owner: a follower's are empty."""

    alert: Alert
    line: AlertLine
    is_own: bool
    message: str
    reading: str
    answer: str
    fired_at: datetime | None
    failed: tuple[FailedInstruction, ...]
    orders: tuple[OrderTrail, ...]
    duplicates: tuple[AlertDuplicate, ...]
    missed: tuple[MissedAlert, ...]


def of(receipt: str, viewer: User) -> Trail | None:
    """None also for an alert that is not the viewer's: nobody learns that it exists."""
    own = visible_alerts(viewer).select_related("strategy").filter(receipt=receipt).first()
    alert = own or scope.receipts_of(viewer).filter(receipt=receipt).first()
    if alert is None:
        return None
    return Trail(
        alert=alert,
        line=AlertLine.of(alert),
        is_own=own is not None,
        message=own.body if own else "",
        reading=_written(own.reading) if own else "",
        answer=_written(own.answer) if own else "",
        fired_at=_moment(own.reading.get("time")) if own else None,
        failed=tuple(_failed(own.answer)) if own else (),
        orders=tuple(
            _order(order)
            for order in scope.trails_of(viewer).filter(alert=alert).order_by("instruction", "id")
        ),
        duplicates=tuple(alert.duplicates.all()) if own else (),
        missed=tuple(_revealed(own)) if own else (),
    )


def _order(order: Order) -> OrderTrail:
    return OrderTrail(
        order=order,
        transitions=tuple(order.transitions.all()),
        trades=tuple(order.trades.all()),
        slippage=slippage_of(order),
        protection=getattr(order, "protection", None),
    )


def _revealed(alert: Alert) -> QuerySet[MissedAlert]:
    """The alerts that must have been lost before this one."""
    return MissedAlert.objects.filter(strategy=alert.strategy_id, receipt=alert.receipt)


def _moment(said: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(said))
    except ValueError:
        return None


def _failed(answer: object) -> Iterator[FailedInstruction]:
    told = answer.get("instructions", ()) if isinstance(answer, dict) else ()
    for each in told:
        if not each.get("success") and each.get("error"):
            place = each.get("field") or f"orders[{each.get('instruction')}]"
            yield FailedInstruction(place=place, code=each.get("code", ""), error=each["error"])


def _written(kept: object) -> str:
    return json.dumps(kept, ensure_ascii=False, indent=2) if kept else ""
