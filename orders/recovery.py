"""Recovery: what a process left behind when it died gets its outcome, and never twice.

What it had promised to cancel is asked for before anything of the same alert is sent.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import structlog

from orders import causes, reasons
from orders.asked_cancels import AskedCancels
from orders.cancel_asks import AskedCancel
from orders.changes import Change
from orders.engine import Engine
from orders.journal import Journal, JournalUnavailable
from orders.leadership import PROCESS_LOCK_CLASS
from orders.ledger import Ledger, LedgerOrder
from orders.resolver import Resolver
from orders.states import Event
from orders.vocabulary import OrderStatus
from orders.waiting import Sleep, pause

log = structlog.get_logger(__name__)

SWEEP_SECONDS = 2.0
OWN_ORDERS_ARE_LEFT_FOR = timedelta(seconds=15)
MISSING_FOR = timedelta(seconds=SWEEP_SECONDS)
_SWEPT = (OrderStatus.PENDING, OrderStatus.SUBMITTING, OrderStatus.UNKNOWN)


class Recovery:
    """Every process sweeps; the conditional claim lets one of them send what was never sent."""

    def __init__(
        self,
        *,
        journal: Journal,
        ledger: Ledger,
        engine: Engine,
        resolver: Resolver,
        process_id: int,
        is_leader: Callable[[], bool],
        clock: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._journal = journal
        self._ledger = ledger
        self._engine = engine
        self._resolver = resolver
        self._process_id = process_id
        self._is_leader = is_leader
        self._clock = clock
        self._sleep = sleep
        self._missing_since: dict[int | None, datetime] = {}
        self._asked = AskedCancels(
            journal=journal, ledger=ledger, engine=engine, process_id=process_id, clock=clock
        )
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """An outcome became unknown, or known, perhaps in another process: sweep now."""
        self._wake.set()

    async def run(self) -> None:
        while True:
            await pause(SWEEP_SECONDS, self._wake, self._sleep)
            try:
                await self.sweep()
            except JournalUnavailable as error:
                log.warning("recovery_waits_for_the_ledger", error=str(error))
            except Exception:
                log.exception("recovery_failed")

    async def sweep(self, *, at_start: bool = False) -> None:
        asked = self._engine.unknowns.asking()
        orders = await self._ledger.by_status(_SWEPT)
        unknown = [order for order in orders if order.status is OrderStatus.UNKNOWN]
        self._engine.unknowns.replace(((order.order_id, order.lane) for order in unknown), asked)
        unsent = [order for order in orders if order.status is not OrderStatus.UNKNOWN]
        await self._adopt(unsent, await self._ledger.unsettled_cancels(), at_start)
        if self._is_leader():
            self._resolver.ask_for(unknown)

    async def _adopt(
        self, orders: Sequence[LedgerOrder], asks: Sequence[AskedCancel], at_start: bool
    ) -> None:
        for order in orders:
            if order.claimed_by == self._process_id:
                await self._own(order)
        holders = {order.claimed_by for order in orders} | {ask.asked_by for ask in asks}
        dead = await self._dead(holders - {self._process_id}, at_start)
        abandoned = [order for order in orders if order.claimed_by in dead]
        for order in abandoned:
            if order.status is OrderStatus.SUBMITTING:
                await self._unclear(order)
        await self._asked.see_to(asks, dead)
        await self._resume([order for order in abandoned if order.status is OrderStatus.PENDING])

    async def _resume(self, pending: Sequence[LedgerOrder]) -> None:
        for order in pending:
            if order.draft.role is not None:
                await self._take_back(order)
        ours = [
            order
            for order in pending
            if order.draft.role is None and not self._asked.is_cancelled_elsewhere_first(order)
        ]
        self._engine.resume(ours, self._asked.ahead_of)

    async def _dead(self, holders: Collection[int | None], at_start: bool) -> set[int | None]:
        """The processes are looked up after what they hold was read, so a new one is not missed.

        Later than at the start a process must be missing for a while: it may just have lost its
        connection, and takes its lock again.
        """
        living = await self._ledger.living(PROCESS_LOCK_CLASS) if holders else set()
        missing = set(holders) - living
        now = self._clock()
        self._missing_since = {each: self._missing_since.get(each, now) for each in missing}
        return {
            each
            for each, since in self._missing_since.items()
            if at_start or now - since >= MISSING_FOR
        }

    async def _own(self, order: LedgerOrder) -> None:
        """Committed although the commit seemed to fail, or lost by a bug: nobody works on it."""
        is_young = self._clock() - order.created_at < OWN_ORDERS_ARE_LEFT_FOR
        if is_young or self._engine.holds(order.order_id):
            return
        if order.status is OrderStatus.SUBMITTING:
            await self._unclear(order)
        else:
            await self._journal.record(
                Change(
                    order_id=order.order_id,
                    event=Event.FAILED,
                    at=self._clock(),
                    cause=reasons.NEVER_SENT.code,
                    reason=reasons.NEVER_SENT,
                )
            )

    async def _take_back(self, order: LedgerOrder) -> None:
        """An exit attached to an entry, for a position that may be gone by now. The guard places
        what is wanted today.
        """
        await self._journal.record(
            Change(
                order_id=order.order_id,
                event=Event.CANCEL_ASKED,
                at=self._clock(),
                cause=causes.GUARD,
            )
        )

    async def _unclear(self, order: LedgerOrder) -> None:
        self._engine.unknowns.add(order.order_id, order.lane)
        recorded = await self._journal.record(
            Change(
                order_id=order.order_id,
                event=Event.UNCLEAR,
                at=self._clock(),
                cause="left by a process that died",
                reason=reasons.PROCESS_DIED,
            )
        )
        self._engine.unknowns.settle(order.order_id, order.lane, recorded.status)
        log.warning("order_left_behind", order_id=order.order_id, status=recorded.status.value)
        self.wake()
