"""What an alert asks for, typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchanges.vocabulary import MarketType, OrderType, Side, TimeInForce
from webhooks import refusals
from webhooks.refusals import AlertRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Which accounts of the strategy an instruction is for."""

    market_type: MarketType
    exchange: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInstruction(Addressed):
    """Exactly one of `qty_per` and `qty` is set. A negative `qty_per` is an exit."""

    index: int
    symbol: str
    order_type: OrderType
    side: Side | None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    qty_per: Decimal | None = None
    qty: Decimal | None = None
    time_in_force: TimeInForce | None = None
    reduce_only: bool = False
    post_only: bool = False

    @property
    def is_exit(self) -> bool:
        return self.qty_per is not None and self.qty_per < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAllInstruction(Addressed):
    """Without `symbol` or `side` it means every symbol or both sides."""

    symbol: str | None
    side: Side | None


Instruction = OrderInstruction | CancelAllInstruction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`fields` is what was read, for people; it never has a secret."""

    instruction: Instruction
    alert_id: str | None
    time: datetime | None
    warnings: tuple[str, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)

    def refuse_when_stale(self, now: datetime, max_age: float) -> None:
        """Raises AlertRefused when the sender's own time is more than `max_age` seconds ago."""
        if self.time is not None and (now - self.time).total_seconds() > max_age:
            raise AlertRefused(refusals.stale(max_age))
