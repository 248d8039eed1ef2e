"""What one change makes of one order, its trades and its position, before it is written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial

import structlog

from orders import events
from orders.changes import Change, Recorded
from orders.events import NewEvent
from orders.fills import Booked, Fills
from orders.positions import Holding, after_fill, after_repricing, total
from orders.rows import OrderRow, PositionKey
from orders.states import TERMINAL, Event, next_status
from orders.vocabulary import OrderStatus

log = structlog.get_logger(__name__)

_ZERO = Decimal(0)
_PROVES_IT_EXISTS = frozenset(
    {Event.ACCEPTED, Event.PARTLY_FILLED, Event.FILLED, Event.CANCELLED, Event.EXPIRED}
)
_NOT_SENT_YET = frozenset({OrderStatus.PENDING, OrderStatus.SUBMITTING})
_ALIVE = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED, OrderStatus.FILLED})
# The subscriber learns of a claim by what comes of it.
_SILENT = frozenset({Event.CLAIMED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A transition that is to be written."""

    order_id: int
    from_status: str
    to_status: str
    event: str
    cause: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a part of a fill realised on the order's position; negative for a loss."""

    order: OrderRow
    amount: Decimal
    at: datetime


@dataclass(slots=True, kw_only=True)
class Booking:
    """One batch: rows under lock go in, changed rows and what is to be said of them come out."""

    orders: Mapping[int, OrderRow]
    fills: Mapping[int, Fills]
    positions: dict[PositionKey, Holding]
    steps: list[Step] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    traded: set[int] = field(default_factory=set)
    moved: set[PositionKey] = field(default_factory=set)
    gains: list[Gain] = field(default_factory=list)

    def take(self, change: Change) -> Recorded:
        order = self.orders[change.order_id]
        before, filled = order.status, order.filled_quantity
        booked = self._book_fills(order, change)
        learned = _learn(order, change)
        status = _status_after(order, change)
        applied = bool(booked) or learned or status is not before
        if applied:
            self._write_down(order, change, status)
        if status is not before or order.filled_quantity != filled:
            self._tell(order, change)
        self._tell_trades(order, booked, change.at)
        return Recorded(
            order_id=order.id,
            before=before,
            status=order.status,
            applied=applied,
            exchange_order_id=order.exchange_order_id,
            filled_quantity=order.filled_quantity,
            average_price=order.average_price,
        )

    def _book_fills(self, order: OrderRow, change: Change) -> list[Booked]:
        fills, report = self.fills.get(order.id), change.report
        if fills is None or report is None:
            return []
        booked = fills.book(report)
        if not booked:
            return []
        for part in booked:
            self._move(order, part)
        self.traded.add(order.id)
        order.filled_quantity = fills.quantity
        order.average_price = fills.average_price(report)
        return booked

    def _move(self, order: OrderRow, part: Booked) -> None:
        before = holding = self.positions[order.position]
        price, size, new = part.fill.price, order.contract_size, part.quantity
        if part.instead_of is not None:
            holding = after_repricing(
                holding, order.side, new, part.instead_of, price, contract_size=size
            )
            new = _ZERO
        fee = part.fee if order.trades_in(part.fill.fee_currency) else _ZERO
        after = after_fill(holding, order.side, new, price, fee=fee, contract_size=size)
        self.positions[order.position] = after
        self.moved.add(order.position)
        gain = total((after.realized_pnl, -before.realized_pnl))
        if gain:
            self.gains.append(Gain(order=order, amount=gain, at=part.fill.executed_at))

    def _write_down(self, order: OrderRow, change: Change, status: OrderStatus) -> None:
        before, order.status = order.status, status
        self.changed.add(order.id)
        if status is not before:
            order.finished_at = change.at if status in TERMINAL else None
        _explain(order, change, before)
        self.steps.append(
            Step(
                order_id=order.id,
                from_status=before.value,
                to_status=status.value,
                event=change.event.value,
                cause=_cause(change),
                at=change.at,
            )
        )

    def _tell(self, order: OrderRow, change: Change) -> None:
        if change.event not in _SILENT:
            self._say(lambda: events.of_order(order, change.at))

    def _tell_trades(self, order: OrderRow, booked: list[Booked], at: datetime) -> None:
        for part in booked:
            if part.instead_of is None:
                self._say(partial(events.of_trade, order, part.fill, part.quantity))
        if booked:
            holding = self.positions[order.position]
            self._say(lambda: events.of_position(order, holding, at))

    def _say(self, event: Callable[[], NewEvent]) -> None:
        """What cannot be told must still be recorded."""
        try:
            self.events.append(event())
        except Exception:
            log.exception("event_not_made")


def _status_after(order: OrderRow, change: Change) -> OrderStatus:
    if not _applies(order, change):
        return order.status
    status = next_status(order.status, change.event) or order.status
    if status is OrderStatus.NEW and order.filled_quantity > 0:
        return OrderStatus.PARTIALLY_FILLED
    return status


def _applies(order: OrderRow, change: Change) -> bool:
    """By our own clock only what was never sent expires, and what the venue once showed is not
    proved absent by not being found any more."""
    if change.event is Event.EXPIRED and change.report is None:
        never_sent = order.sent_at is None and change.sent_at is None
        return never_sent and order.status in _NOT_SENT_YET
    if change.event is Event.ABSENT:
        return order.acknowledged_at is None and order.filled_quantity == 0
    return True


def _learn(order: OrderRow, change: Change) -> bool:
    """Facts that count whatever the status is: when it was sent, that the venue has it, its id."""
    learned = False
    if change.sent_at is not None and order.sent_at is None:
        order.sent_at = change.sent_at
        learned = True
    if change.report is None:
        return learned
    exchange_order_id = change.report.ref.exchange_order_id
    if exchange_order_id and not order.exchange_order_id:
        order.exchange_order_id = exchange_order_id
        learned = True
    if change.event in _PROVES_IT_EXISTS and order.acknowledged_at is None:
        order.acknowledged_at = change.at
        learned = True
    return learned


def _explain(order: OrderRow, change: Change, before: OrderStatus) -> None:
    """The reason for where the order is now; an order that lives or filled needs none."""
    if order.status is before:
        return
    reason = change.reason or (change.report.reason if change.report else None)
    if reason is not None:
        order.error_code, order.error_ko, order.error_en = reason.code, reason.ko, reason.en
    elif order.status in _ALIVE:
        order.error_code = order.error_ko = order.error_en = ""


def _cause(change: Change) -> str:
    if change.cause:
        return change.cause
    if change.report is not None:
        return f"venue: {change.report.status.value}"
    return change.reason.code if change.reason else ""
