"""Cancels: asked for once, and believed only when the venue says so."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from exchanges.base import Exchange
from exchanges.errors import NotPlaced, Reason
from exchanges.messages import OrderRef
from orders import outcomes, reasons
from orders.changes import Change, Recorded
from orders.exchanges import ExchangeUnavailable, OpenExchanges
from orders.flights import Flight
from orders.journal import Journal
from orders.ledger import Ledger, LedgerOrder
from orders.outcomes import Outcome
from orders.states import Event
from orders.unknowns import UnknownOutcomes
from orders.vocabulary import OrderStatus

log = structlog.get_logger(__name__)

CANCELLING_TAKES_AT_MOST = 30.0
_ON_THE_WIRE = frozenset({OrderStatus.PENDING, OrderStatus.SUBMITTING})
_STILL_OPEN = {
    OrderStatus.CANCELLING: reasons.CANCEL_PENDING,
    OrderStatus.FILLED: reasons.FILLED_FIRST,
    OrderStatus.UNKNOWN: reasons.CANCEL_UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOutcome:
    """`cancelled` only when it is certain; otherwise `reason` says what is known instead."""

    order_id: int
    cancelled: bool
    status: OrderStatus
    reason: Reason | None


class Cancels:
    """`held` are the orders that this process is sending just now."""

    def __init__(
        self,
        *,
        journal: Journal,
        exchanges: OpenExchanges,
        ledger: Ledger,
        clock: Callable[[], datetime],
        unknowns: UnknownOutcomes,
        held: Mapping[int, Flight],
    ) -> None:
        self._journal = journal
        self._exchanges = exchanges
        self._ledger = ledger
        self._clock = clock
        self._unknowns = unknowns
        self._held = held

    async def cancel(self, order_ids: Sequence[int], cause: str) -> list[CancelOutcome]:
        orders = await self._ledger.orders(order_ids)
        return list(
            await asyncio.gather(
                *(self._one(order_id, orders.get(order_id), cause) for order_id in order_ids)
            )
        )

    async def _one(self, order_id: int, order: LedgerOrder | None, cause: str) -> CancelOutcome:
        if order is None:
            return CancelOutcome(
                order_id=order_id,
                cancelled=False,
                status=OrderStatus.FAILED,
                reason=reasons.NOT_FOUND,
            )
        asked = await self._ask(order, cause)
        if asked.status is not OrderStatus.CANCELLING or not asked.applied:
            return _outcome(asked, reasons.NOT_OPEN)
        outcome = await self._send(order, asked)
        if outcome.event is Event.UNCLEAR:
            self._unknowns.add(order_id, order.lane)
        recorded = await self._journal.record(
            Change(
                order_id=order_id,
                event=outcome.event,
                at=self._clock(),
                cause=outcome.cause,
                report=outcome.report,
                reason=outcome.reason,
            )
        )
        self._unknowns.settle(order_id, order.lane, recorded.status)
        log.info(
            "cancel",
            receipt=order.draft.receipt,
            order_id=order_id,
            account_id=order.draft.account.id,
            account=order.draft.account.name,
            exchange=order.draft.account.exchange,
            symbol=order.draft.symbol,
            status=recorded.status.value,
            code=outcome.reason.code if outcome.reason else "",
        )
        return _outcome(recorded, outcome.reason)

    async def _ask(self, order: LedgerOrder, cause: str) -> Recorded:
        """An order that is on the wire just now is cancelled once its outcome is known."""
        asked = await self._record_asked(order.order_id, cause)
        flight = self._held.get(order.order_id)
        if asked.applied or asked.status not in _ON_THE_WIRE or flight is None:
            return asked
        await asyncio.wait({flight.done})
        return await self._record_asked(order.order_id, cause)

    async def _record_asked(self, order_id: int, cause: str) -> Recorded:
        return await self._journal.record(
            Change(order_id=order_id, event=Event.CANCEL_ASKED, at=self._clock(), cause=cause)
        )

    async def _send(self, order: LedgerOrder, asked: Recorded) -> Outcome:
        try:
            exchange = await self._exchanges.of(order.draft.account)
        except ExchangeUnavailable as error:
            return _refused(error.reason)
        ref = OrderRef(
            market_type=order.draft.market_type,
            symbol=order.draft.symbol,
            client_order_id=order.draft.client_order_id,
            exchange_order_id=asked.exchange_order_id,
        )
        return await _answer(exchange, ref)


async def _answer(exchange: Exchange, ref: OrderRef) -> Outcome:
    try:
        async with asyncio.timeout(CANCELLING_TAKES_AT_MOST):
            report = await exchange.cancel_order(ref)
    except NotPlaced as error:
        return _refused(error.reason)
    except (Exception, asyncio.CancelledError) as error:
        outcome = outcomes.of_error(error)
        if outcome.bug is not None:
            log.exception("cancel_failed_in_the_adapter", client_order_id=ref.client_order_id)
        return outcome
    return outcomes.of_report(report, "cancel")


def _refused(reason: Reason) -> Outcome:
    return Outcome(event=Event.CANCEL_REFUSED, cause=reason.code, reason=reason)


def _outcome(recorded: Recorded, reason: Reason | None) -> CancelOutcome:
    cancelled = recorded.status is OrderStatus.CANCELLED
    return CancelOutcome(
        order_id=recorded.order_id,
        cancelled=cancelled,
        status=recorded.status,
        reason=None if cancelled else _STILL_OPEN.get(recorded.status, reason or reasons.NOT_OPEN),
    )
