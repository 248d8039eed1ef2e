"""Cancels: asked for once, and believed only when the venue says so."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from exchanges.base import Exchange
from exchanges.errors import NotPlaced, Reason
from exchanges.messages import OrderRef
from orders import cancel_asks, outcomes, reasons
from orders.changes import Change, Recorded
from orders.drafts import CancelDraft
from orders.events import NewEvent
from orders.exchanges import ExchangeUnavailable, OpenExchanges
from orders.flights import CancelOutcome, Flight
from orders.journal import Journal, JournalUnavailable
from orders.ledger import LedgerOrder
from orders.outcomes import Outcome
from orders.rows import Cursor
from orders.states import TERMINAL, Event, next_status
from orders.unknowns import UnknownOutcomes
from orders.vocabulary import OrderStatus

__all__ = ["CancelOutcome", "Cancels", "promised"]

log = structlog.get_logger(__name__)

CANCELLING_TAKES_AT_MOST = 30.0
_ON_THE_WIRE = frozenset({OrderStatus.PENDING, OrderStatus.SUBMITTING})
_AT_THE_VENUE = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})
_NOT_CERTAIN = frozenset({reasons.STOPPED, reasons.JOURNAL_UNAVAILABLE, reasons.CANCEL_UNKNOWN})
_WHY_NOT_CANCELLED = {
    OrderStatus.PENDING: reasons.ON_ITS_WAY,
    OrderStatus.SUBMITTING: reasons.ON_ITS_WAY,
    OrderStatus.CANCELLING: reasons.CANCEL_PENDING,
}


class Cancels:
    """`held` are the orders that this process is sending just now."""

    def __init__(
        self,
        *,
        journal: Journal,
        exchanges: OpenExchanges,
        clock: Callable[[], datetime],
        unknowns: UnknownOutcomes,
        held: Mapping[int, Flight],
    ) -> None:
        self._journal = journal
        self._exchanges = exchanges
        self._clock = clock
        self._unknowns = unknowns
        self._held = held
        self._asking: Counter[int] = Counter()

    def is_asking(self, order_id: int) -> bool:
        return self._asking[order_id] > 0

    async def cancel(
        self, order_id: int, order: LedgerOrder | None, cause: str, *, again: bool = False
    ) -> CancelOutcome:
        """Never raises, since the venue may have been asked by then. `order` is None when the
        ledger has no such order. `again` asks for one that is being cancelled already.
        """
        if order is None:
            return _outcome(order_id, OrderStatus.FAILED, reasons.NOT_FOUND)
        self._asking[order_id] += 1
        try:
            outcome = await self._attempt(order, cause, again)
            if _is_certain(outcome):
                self._note_settled(order_id)
        finally:
            self._asking[order_id] -= 1
            self._asking += Counter()  # forgets what is zero
        return outcome

    def promise(self, cancels: Sequence[CancelDraft]) -> None:
        """They outlive this process once anything is recorded behind them."""
        at = self._clock()

        def ask(cursor: Cursor) -> Sequence[NewEvent]:
            cancel_asks.ask(cursor, cancels, self._journal.process_id, at)
            return ()

        if cancels:
            self._journal.note(ask)

    def _note_settled(self, order_id: int) -> None:
        at = self._clock()

        def settle(cursor: Cursor) -> Sequence[NewEvent]:
            cancel_asks.settle(cursor, [order_id], self._journal.process_id, at)
            return ()

        with suppress(JournalUnavailable):
            self._journal.note(settle)

    async def _attempt(self, order: LedgerOrder, cause: str, again: bool) -> CancelOutcome:
        order_id = order.order_id
        try:
            return await self._cancel(order, cause, again)
        except JournalUnavailable:
            return _outcome(order_id, order.status, reasons.JOURNAL_UNAVAILABLE)
        except asyncio.CancelledError:
            return _outcome(order_id, order.status, reasons.STOPPED)
        except Exception:
            log.exception("cancel_failed", order_id=order_id)
            return _outcome(order_id, order.status, reasons.CANCEL_UNKNOWN)

    async def _cancel(self, order: LedgerOrder, cause: str, again: bool) -> CancelOutcome:
        """The cancel of an order that may not even be at the venue is sent all the same."""
        asked = await self._ask(order, cause)
        is_asked = (asked.applied or again) and asked.status is OrderStatus.CANCELLING
        if not is_asked and asked.status is not OrderStatus.UNKNOWN:
            return _outcome(order.order_id, asked.status, None)
        outcome = await self._send(order, asked)
        status = await self._settle(order, asked, outcome, cause)
        _log_line(order, status, outcome)
        is_unclear = outcome.event is Event.UNCLEAR
        return _outcome(
            order.order_id, status, reasons.CANCEL_UNKNOWN if is_unclear else outcome.reason
        )

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
        except asyncio.CancelledError:
            return _refused(reasons.STOPPED)
        if not (asked.exchange_order_id or exchange.capabilities.client_order_ids):
            return _refused(reasons.OUTCOME_UNKNOWN)  # no name that the venue would know it by
        ref = OrderRef(
            market_type=order.draft.market_type,
            symbol=order.draft.symbol,
            client_order_id=order.draft.client_order_id,
            exchange_order_id=asked.exchange_order_id,
        )
        return await _answer(exchange, ref)

    async def _settle(
        self, order: LedgerOrder, asked: Recorded, outcome: Outcome, cause: str
    ) -> OrderStatus:
        """What the venue said is told even when it cannot be recorded."""
        try:
            if asked.status is OrderStatus.UNKNOWN:
                return await self._settle_unknown(order, outcome, cause)
            if outcome.event is Event.UNCLEAR:
                self._unknowns.add(order.order_id, order.lane)
            return await self._record(order, outcome)
        except (JournalUnavailable, asyncio.CancelledError):
            log.warning("cancel_not_recorded", order_id=order.order_id, outcome=outcome.event.value)
            return next_status(asked.status, outcome.event) or asked.status

    async def _settle_unknown(
        self, order: LedgerOrder, outcome: Outcome, cause: str
    ) -> OrderStatus:
        """Only a report is evidence; "no such order" is none while the order may be on its way."""
        if outcome.report is None:
            return OrderStatus.UNKNOWN
        status = await self._record(order, outcome)
        if status in _AT_THE_VENUE:  # it is there, and its cancel was asked for
            return (await self._record_asked(order.order_id, cause)).status
        return status

    async def _record(self, order: LedgerOrder, outcome: Outcome) -> OrderStatus:
        recorded = await self._journal.record(
            Change(
                order_id=order.order_id,
                event=outcome.event,
                at=self._clock(),
                cause=outcome.cause,
                report=outcome.report,
                reason=outcome.reason,
            )
        )
        self._unknowns.settle(order.order_id, order.lane, recorded.status)
        return recorded.status


def promised(orders: Mapping[int, LedgerOrder], causes: Mapping[int, str]) -> list[CancelDraft]:
    """What another process must ask for should this one die; a finished order needs no asking."""
    return [
        CancelDraft(order_id=order_id, cause=cause)
        for order_id, cause in causes.items()
        if order_id in orders and orders[order_id].status not in TERMINAL
    ]


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


def _outcome(order_id: int, status: OrderStatus, reason: Reason | None) -> CancelOutcome:
    why: Reason | None = reason or _WHY_NOT_CANCELLED.get(status, reasons.NOT_OPEN)
    if status is OrderStatus.CANCELLED:
        why = None
    elif status is OrderStatus.FILLED:
        why = reasons.FILLED_FIRST
    return CancelOutcome(
        order_id=order_id, cancelled=status is OrderStatus.CANCELLED, status=status, reason=why
    )


def _is_certain(outcome: CancelOutcome) -> bool:
    """The order has ended, or the venue has said that it will not end it."""
    is_refused = outcome.status in _AT_THE_VENUE and outcome.reason not in _NOT_CERTAIN
    return outcome.status in TERMINAL or is_refused


def _log_line(order: LedgerOrder, status: OrderStatus, outcome: Outcome) -> None:
    account = order.draft.account
    log.info(
        "cancel",
        receipt=order.draft.receipt,
        order_id=order.order_id,
        account_id=account.id,
        account=account.name,
        exchange=account.exchange,
        symbol=order.draft.symbol,
        status=status.value,
        code=outcome.reason.code if outcome.reason else "",
    )
