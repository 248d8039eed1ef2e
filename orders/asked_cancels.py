"""Cancels whose process died are asked for again: a cancel repeated does no harm, unlike an order.

They have no age at which they expire: whoever asked for one does not want the order.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import structlog

from orders import cancel_asks
from orders.cancel_asks import AskedCancel
from orders.engine import Engine
from orders.events import NewEvent
from orders.flights import CancelFlight
from orders.journal import Journal
from orders.ledger import Ledger, LedgerOrder
from orders.rows import Cursor
from orders.states import TERMINAL
from orders.vocabulary import OrderStatus

log = structlog.get_logger(__name__)

OWN_ASKS_ARE_LEFT_FOR = timedelta(seconds=15)
_AT_THE_VENUE = frozenset({OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED})


class AskedCancels:
    """Every process looks; that one of them takes an ask over lets only this one ask again."""

    def __init__(
        self,
        *,
        journal: Journal,
        ledger: Ledger,
        engine: Engine,
        process_id: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._journal = journal
        self._ledger = ledger
        self._engine = engine
        self._process_id = process_id
        self._clock = clock
        self._taken_over: dict[int, CancelFlight | None] = {}
        self._ahead: dict[tuple[str, int], list[asyncio.Future[None]]] = {}
        self._elsewhere: set[tuple[str, int]] = set()

    async def see_to(self, asks: Sequence[AskedCancel], dead: Collection[int | None]) -> None:
        """`asks` are all that are not settled, and `dead` the processes that have died."""
        unsettled = {ask.ask_id for ask in asks}
        kept = {key: flight for key, flight in self._taken_over.items() if key in unsettled}
        self._taken_over = kept
        taken = await self._take([ask for ask in asks if ask.asked_by in dead])
        self._taken_over |= dict.fromkeys(taken)
        self._close([ask.ask_id for ask in asks if self._is_over(ask)])
        await self._ask_again([ask for ask in asks if self._is_to_be_asked(ask)])
        self._ahead = {}
        for ask in asks:
            flight = self._taken_over.get(ask.ask_id)
            if flight is not None:
                self._ahead.setdefault(ask.batch, []).append(flight.done)
        self._elsewhere = {ask.batch for ask in asks if not self._is_ours(ask)}

    def is_cancelled_elsewhere_first(self, order: LedgerOrder) -> bool:
        """Another process sees to cancels that go before this order, and so to the order."""
        return (order.draft.receipt, order.draft.account.id) in self._elsewhere

    def ahead_of(self, order: LedgerOrder) -> "Sequence[asyncio.Future[None]]":
        """The cancels of the same alert and account, which go first."""
        return self._ahead.get((order.draft.receipt, order.draft.account.id), ())

    def _is_ours(self, ask: AskedCancel) -> bool:
        return ask.asked_by == self._process_id or ask.ask_id in self._taken_over

    def _is_over(self, ask: AskedCancel) -> bool:
        """A cancel of this process whose outcome was unclear has been told so, and is not repeated
        when the order turns out to rest.
        """
        if not self._is_ours(ask):
            return False
        if ask.status in TERMINAL:
            return True
        is_young = self._clock() - ask.asked_at < OWN_ASKS_ARE_LEFT_FOR
        is_at_work = is_young or self._engine.is_cancelling(ask.order_id)
        is_taken_over = ask.ask_id in self._taken_over
        return not is_taken_over and not is_at_work and ask.status in _AT_THE_VENUE

    def _is_to_be_asked(self, ask: AskedCancel) -> bool:
        """Once taken over; and again when the order turns out to rest at the venue after all."""
        if ask.ask_id not in self._taken_over or ask.status in TERMINAL:
            return False
        flight = self._taken_over[ask.ask_id]
        return flight is None or (flight.done.done() and ask.status in _AT_THE_VENUE)

    async def _take(self, asks: Sequence[AskedCancel]) -> frozenset[int]:
        taken: frozenset[int] = frozenset()
        if not asks:
            return taken

        def take(cursor: Cursor) -> Sequence[NewEvent]:
            nonlocal taken
            taken = cancel_asks.take(cursor, asks, self._process_id)
            return ()

        self._journal.note(take)
        await self._journal.written()
        return taken

    def _close(self, ask_ids: Sequence[int]) -> None:
        if not ask_ids:
            return
        at = self._clock()

        def close(cursor: Cursor) -> Sequence[NewEvent]:
            cancel_asks.close(cursor, ask_ids, at)
            return ()

        self._journal.note(close)

    async def _ask_again(self, asks: Sequence[AskedCancel]) -> None:
        """An order is asked for once, however many wanted it cancelled."""
        orders = await self._ledger.orders({ask.order_id for ask in asks})
        flights: dict[int, CancelFlight] = {}
        for ask in asks:
            if ask.order_id not in flights:
                flights[ask.order_id] = self._engine.cancel_again(ask, orders.get(ask.order_id))
                log.warning("cancel_asked_again", order_id=ask.order_id, receipt=ask.receipt)
            self._taken_over[ask.ask_id] = flights[ask.order_id]
