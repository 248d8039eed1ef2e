"""Rows of the desk, with the names of the event stream, so that the script can write them too."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from orders.models import Alert, Order, Position

# An alert that was accepted, and none of whose orders were.
NOTHING_PLACED = "NOTHING_PLACED"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    client_order_id: str = ""
    timestamp: datetime | None = None
    strategy: str = ""
    account_name: str = ""
    symbol: str = ""
    side: str = ""
    order_type: str = ""
    status: str = ""
    quantity: Decimal | None = None
    filled_quantity: Decimal | None = None
    price: Decimal | None = None
    average_price: Decimal | None = None
    stop_price: Decimal | None = None
    role: str = ""
    receipt: str = ""
    error_ko: str = ""
    error_en: str = ""

    @classmethod
    def of(cls, order: Order) -> "OrderLine":
        return cls(
            client_order_id=order.client_order_id,
            timestamp=order.created_at,
            strategy=order.strategy.group_name,
            account_name=order.account.name,
            symbol=order.symbol,
            side=order.side,
            order_type=order.order_type,
            status=order.status,
            quantity=order.quantity,
            filled_quantity=order.filled_quantity,
            price=order.price,
            average_price=order.average_price,
            stop_price=order.stop_price,
            role=order.role,
            receipt=order.alert.receipt,
            error_ko=order.error_ko,
            error_en=order.error_en,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLine:
    key: str = ""
    strategy: str = ""
    account_name: str = ""
    symbol: str = ""
    market_type: str = ""
    quantity: Decimal | None = None
    average_price: Decimal | None = None
    realized_pnl: Decimal | None = None

    @classmethod
    def of(cls, position: Position) -> "PositionLine":
        strategy = position.strategy.group_name
        place = (strategy, str(position.account_id), position.market_type, position.symbol)
        return cls(
            key="|".join(place),
            strategy=strategy,
            account_name=position.account.name,
            symbol=position.symbol,
            market_type=position.market_type,
            quantity=position.quantity,
            average_price=position.average_price,
            realized_pnl=position.realized_pnl,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLine:
    receipt: str = ""
    timestamp: datetime | None = None
    strategy: str = ""
    status: str = ""
    message: str = ""
    code: str = ""

    @classmethod
    def of(cls, alert: Alert) -> "AlertLine":
        answer = alert.answer if isinstance(alert.answer, dict) else {}
        return cls(
            receipt=alert.receipt,
            timestamp=alert.received_at,
            strategy=alert.group_name,
            status=NOTHING_PLACED if answer.get("success") is False else alert.status,
            message=alert.error_message or _told(answer),
            code=alert.error_code,
        )


def _told(answer: Mapping[str, Any]) -> str:
    """The answer's message again, in the reader's language; the sender had it in their own."""
    summary = answer.get("summary")
    if isinstance(summary, dict):
        failed = summary.get("failed_orders", 0) + summary.get("failed_instructions", 0)
        counts = {"placed": summary.get("successful_orders", 0), "failed": failed}
        return gettext("%(placed)s placed, %(failed)s failed") % counts
    if "cancelled_orders" in answer:
        counts = {"cancelled": answer["cancelled_orders"], "failed": answer.get("failed_orders", 0)}
        return gettext("%(cancelled)s cancelled, %(failed)s failed") % counts
    return str(answer.get("message", ""))
