"""What an alert asks for, typed."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from exchanges.errors import Reason
from exchanges.vocabulary import MarketType, OrderType, Side, TimeInForce
from orders.wire import time_text
from webhooks import refusals
from webhooks.own_tokens import mask_tokens
from webhooks.refusals import AlertRefused, Refusal

_LIMITED = frozenset(OrderType) - {OrderType.MARKET, OrderType.STOP_MARKET}


class MarketPosition(StrEnum):
    LONG = "LONG"
    SHORT = "SHORT"
    FLAT = "FLAT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Which accounts of the strategy an instruction is for. `index` is its place in the batch."""

    index: int = 0
    market_type: MarketType
    exchange: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInstruction(Addressed):
    """Exactly one of `qty_per`, `qty` and `target_position` is set.

    A negative `qty_per` is an exit. `written_symbol` and `venue` are what the sender wrote.
    """

    symbol: str
    order_type: OrderType
    side: Side | None
    price: Decimal | None = None
    stop_price: Decimal | None = None
    qty_per: Decimal | None = None
    qty: Decimal | None = None
    target_position: Decimal | None = None
    time_in_force: TimeInForce | None = None
    reduce_only: bool = False
    post_only: bool = False
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    trail: Decimal | None = None
    written_symbol: str = ""
    venue: str | None = None

    @property
    def is_exit(self) -> bool:
        return self.qty_per is not None and self.qty_per < 0

    @property
    def limit_price(self) -> Decimal | None:
        """What the venue is told as the price; elsewhere `price` is only what to size by."""
        return self.price if self.order_type in _LIMITED else None

    @property
    def known_price(self) -> Decimal | None:
        """At about which price it will trade, as far as the alert says it."""
        return self.limit_price or self.stop_price or self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelInstruction(Addressed):
    """Names one order, by the venue's id or by ours."""

    order_id: str | None
    client_order_id: str | None
    symbol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAllInstruction(Addressed):
    """Without `symbol` or `side` it means every symbol or both sides.

    It is for one market only where `names_market`: BTC/USDT is written alike in two of them.
    """

    symbol: str | None
    side: Side | None
    names_market: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadInstruction:
    """One of a batch that cannot be carried out as it is written; the others go on."""

    index: int
    refusal: Refusal


Instruction = OrderInstruction | CancelInstruction | CancelAllInstruction

_AHEAD_AT_MOST = 60.0
KINDS = {
    OrderInstruction: "ORDER",
    CancelInstruction: "CANCEL",
    CancelAllInstruction: "CANCEL_ALL_ORDER",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`instructions` stand in the order in which they are to be carried out.

    `market_type` is the first one's as it was sent; all are of one family.
    """

    market_type: MarketType
    instructions: tuple[Instruction, ...]
    unread: tuple[UnreadInstruction, ...] = ()
    is_batch: bool = False
    alert_id: str | None = None
    time: datetime | None = None
    prev_market_position: MarketPosition | None = None
    market_position: MarketPosition | None = None
    warnings: tuple[Reason, ...] = ()

    def refuse_when_stale(self, now: datetime, max_age: float) -> None:
        """Raises AlertRefused when the sender's own time is more than `max_age` seconds ago.

        A time far ahead is no proof of being young: its clock or its zone is wrong.
        """
        if self.time is None:
            return
        age = (now - self.time).total_seconds()
        if age > max_age:
            raise AlertRefused(refusals.stale(max_age))
        if age < -_AHEAD_AT_MOST:
            raise AlertRefused(refusals.ahead_of_time())

    def as_json(self) -> dict[str, object]:
        """For people and for the ledger: what was read, without what is absent."""
        return {
            "market_type": self.market_type.value,
            "alert_id": None if self.alert_id is None else mask_tokens(self.alert_id),
            "time": time_text(self.time) if self.time else None,
            "instructions": [_as_json(instruction) for instruction in self.instructions],
        } | self._told()

    def _told(self) -> dict[str, object]:
        """What few alerts have."""
        told: dict[str, object] = {}
        if self.prev_market_position is not None:
            told["prev_market_position"] = self.prev_market_position.value
        if self.market_position is not None:
            told["market_position"] = self.market_position.value
        if self.unread:
            told["unread"] = [_unread_as_json(each) for each in self.unread]
        return told


def _as_json(instruction: Instruction) -> dict[str, object]:
    shown: dict[str, object] = {"kind": KINDS[type(instruction)]}
    for field in fields(instruction):
        value = getattr(instruction, field.name)
        if value is None or value is False or value == "":
            continue
        shown[field.name] = _plain(value)
    return shown


def _unread_as_json(unread: UnreadInstruction) -> dict[str, object]:
    refusal = unread.refusal
    return {"index": unread.index, "code": refusal.reason.code, "field": refusal.field}


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, StrEnum):
        return value.value
    return mask_tokens(value) if isinstance(value, str) else value
