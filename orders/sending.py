"""One order's way out: the last checks, the one send, and the record of what came back."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import structlog

from exchanges.base import Exchange
from exchanges.errors import NotPlaced, Reason
from exchanges.messages import OrderRequest
from orders import outcomes, reasons
from orders.changes import Change
from orders.drafts import OrderDraft
from orders.exchanges import OpenExchanges
from orders.flights import Flight
from orders.journal import Journal, JournalUnavailable
from orders.last_look import LastLook
from orders.ledger import Ledger
from orders.outcomes import Outcome
from orders.states import Event
from orders.unknowns import UnknownOutcomes
from orders.vocabulary import OrderStatus

log = structlog.get_logger(__name__)

SENDING_TAKES_AT_MOST = 30.0


class _NotSent(Exception):
    """Why the order stays here; no outcome when it is not ours to end."""

    def __init__(self, outcome: Outcome | None) -> None:
        super().__init__()
        self.outcome = outcome


class Sender:
    """`may_send` is asked right before each send, so that a switch-off holds for what waits.
    `held` are the orders that this process is working on.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        exchanges: OpenExchanges,
        ledger: Ledger,
        unknowns: UnknownOutcomes,
        held: Mapping[int, Flight],
        clock: Callable[[], datetime],
        may_send: Callable[[OrderDraft], Reason | None],
        takes_at_most: float = SENDING_TAKES_AT_MOST,
    ) -> None:
        self._journal = journal
        self._exchanges = exchanges
        self._ledger = ledger
        self._last_look = LastLook(journal, ledger)
        self._unknowns = unknowns
        self._held = held
        self._clock = clock
        self._may_send = may_send
        self._takes_at_most = takes_at_most

    async def fly(self, flight: Flight) -> None:
        """Returns once the outcome is in the ledger."""
        try:
            outcome = await self._attempt(flight)
        except asyncio.CancelledError:
            if flight.status is OrderStatus.PENDING:
                raise
            outcome = outcomes.failed(reasons.STOPPED)
        if outcome is None:
            await self._look_up(flight)
        else:
            await self._settle(flight, outcome)

    async def ground(self, flight: Flight) -> None:
        """It was committed as being sent, and will not be."""
        await self._settle(flight, outcomes.failed(reasons.STOPPED))

    async def _attempt(self, flight: Flight) -> Outcome | None:
        """None when somebody else has taken or ended the order."""
        try:
            exchange, request = await self._cleared(flight)
        except _NotSent as stop:
            return stop.outcome
        return await self._send(flight, exchange, request)

    async def _cleared(self, flight: Flight) -> tuple[Exchange, OrderRequest]:
        """Everything that is to be had and checked before a byte leaves."""
        try:
            exchange = self._exchanges.ready(flight.draft.account)
            if exchange is None:
                exchange = await self._exchanges.of(flight.draft.account)
            request = flight.draft.request(exchange.capabilities)
            if flight.status is OrderStatus.PENDING:
                await self._take(flight, exchange)
                request = flight.draft.request(exchange.capabilities)
        except ValueError as error:
            raise _NotSent(outcomes.failed(reasons.invalid_order(error))) from error
        except NotPlaced as error:
            raise _NotSent(outcomes.failed(error.reason)) from error
        except JournalUnavailable as error:
            raise _NotSent(outcomes.failed(reasons.JOURNAL_UNAVAILABLE)) from error
        self._check(flight.draft)  # behind the claim too, since its commit took time
        return exchange, request

    async def _take(self, flight: Flight, exchange: Exchange) -> None:
        """For an order that had to wait: look again at what it stands on, and claim it."""
        draft = flight.draft
        await self._last_look.at_first_leg(draft)
        self._check(draft)
        quantity = await self._last_look.quantity(exchange, draft, self._not_claimed(flight))
        await self._claim(flight, quantity)

    def _not_claimed(self, flight: Flight) -> set[int]:
        """It and what goes behind it in its lane, which will be looked at again by itself."""
        return {
            other.order_id
            for other in self._held.values()
            if other.status is OrderStatus.PENDING and other.key == flight.key
        }

    def _check(self, draft: OrderDraft) -> None:
        if draft.expires_at <= self._clock():
            raise _NotSent(outcomes.expired())
        reason = self._may_send(draft)
        if reason is not None:
            raise _NotSent(outcomes.failed(reason))
        if not draft.reduce_only and self._unknowns.blocks((draft.account.id, draft.symbol)):
            raise _NotSent(outcomes.failed(reasons.OUTCOME_UNKNOWN_PENDING))

    async def _claim(self, flight: Flight, quantity: Decimal) -> None:
        """The row and the flight have the new quantity from here on."""
        trimmed = {flight.order_id: quantity} if quantity != flight.draft.quantity else {}
        try:
            claimed = await self._journal.claim([flight.order_id], trimmed)
        except asyncio.CancelledError:  # it may be claimed by now, and nobody would send it
            raise _NotSent(outcomes.failed(reasons.STOPPED)) from None
        if flight.order_id not in claimed:
            raise _NotSent(None)
        flight.status = OrderStatus.SUBMITTING
        if trimmed:
            flight.draft = replace(flight.draft, quantity=quantity)

    async def _send(self, flight: Flight, exchange: Exchange, request: OrderRequest) -> Outcome:
        """The one place where an order leaves. No retry: whatever is not proved is UNCLEAR."""
        flight.sent_at = self._clock()
        flight.sent_monotonic = time.monotonic()
        try:
            async with asyncio.timeout(self._takes_at_most):
                report = await exchange.create_order(request)
        except (Exception, asyncio.CancelledError) as error:
            outcome = outcomes.of_error(error)
            if outcome.bug is not None:
                log.exception("send_failed_in_the_adapter", order_id=flight.order_id)
        else:
            outcome = outcomes.of_report(report, "acknowledged")
        if outcome.event is not Event.UNCLEAR:
            flight.acknowledged_at = self._clock()
            flight.acknowledged_monotonic = time.monotonic()
        return outcome

    async def _settle(self, flight: Flight, outcome: Outcome) -> None:
        if outcome.event is Event.UNCLEAR:
            self._unknowns.add(flight.order_id, flight.key)
        change = Change(
            order_id=flight.order_id,
            event=outcome.event,
            at=flight.acknowledged_at or self._clock(),
            cause=outcome.cause,
            report=outcome.report,
            reason=outcome.reason,
            sent_at=flight.sent_at,
        )
        flight.take(await self._journal.record(change), outcome.reason)
        self._unknowns.settle(flight.order_id, flight.key, flight.status)

    async def _look_up(self, flight: Flight) -> None:
        found = await self._ledger.orders([flight.order_id])
        order = found[flight.order_id]
        flight.status = order.status
        flight.exchange_order_id = order.exchange_order_id
        flight.filled_quantity = order.filled_quantity


def log_line(flight: Flight) -> None:
    """One line an order, once its outcome is recorded."""
    draft, account = flight.draft, flight.draft.account
    log.info(
        "order",
        receipt=draft.receipt,
        order_id=flight.order_id,
        account_id=account.id,
        account=account.name,
        exchange=account.exchange,
        symbol=draft.symbol,
        side=draft.side.value,
        type=draft.order_type.value,
        status=flight.status.value,
        code=flight.reason.code if flight.reason else "",
        queue_ms=_milliseconds(flight.committed_monotonic, flight.sent_monotonic),
        venue_ms=_milliseconds(flight.sent_monotonic, flight.acknowledged_monotonic),
    )


def _milliseconds(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else round((end - start) * 1000, 3)
