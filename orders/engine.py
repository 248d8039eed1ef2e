"""The engine: what is committed goes out, each lane in its order and all lanes at once."""

import asyncio
import time
from collections.abc import (
    Awaitable,
    Callable,
    Container,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from exchanges.errors import Reason
from orders.cancels import CancelOutcome, Cancels
from orders.drafts import AlertDraft, OrderDraft
from orders.exchanges import OpenExchanges
from orders.flights import Execution, Flight
from orders.journal import Committed, Journal, JournalUnavailable
from orders.lanes import Lanes, Place, Turns
from orders.ledger import Ledger, LedgerOrder
from orders.sending import SENDING_TAKES_AT_MOST, Sender, log_line
from orders.unknowns import UnknownOutcomes
from orders.vocabulary import OrderStatus

log = structlog.get_logger(__name__)
T = TypeVar("T")

LAST_WORDS_TAKE_AT_MOST = 5.0


class Engine:
    """Belongs to one event loop. Its tasks are its own: a caller that hangs up stops nothing."""

    def __init__(
        self,
        journal: Journal,
        exchanges: OpenExchanges,
        ledger: Ledger,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        may_send: Callable[[OrderDraft], Reason | None] = lambda _: None,
        sending_takes_at_most: float = SENDING_TAKES_AT_MOST,
        on_settled: Callable[[Flight], None] = lambda _: None,
    ) -> None:
        self.unknowns = UnknownOutcomes()
        self._journal = journal
        self._on_settled = on_settled
        self._lanes = Lanes()
        self._held: dict[int, Flight] = {}
        self._ledger = ledger
        self._tasks: set[asyncio.Task[Any]] = set()
        self._talking: set[asyncio.Task[Any]] = set()
        self._is_stopping = False
        self._is_grounded = False
        self._cancels = Cancels(
            journal=journal,
            exchanges=exchanges,
            clock=clock,
            unknowns=self.unknowns,
            held=self._held,
        )
        self._sender = Sender(
            journal=journal,
            exchanges=exchanges,
            ledger=ledger,
            unknowns=self.unknowns,
            clock=clock,
            may_send=may_send,
            takes_at_most=sending_takes_at_most,
        )

    @property
    def is_idle(self) -> bool:
        return not (self._held or self._tasks or self._lanes)

    @property
    def is_running(self) -> bool:
        return not self._is_stopping

    def holds(self, order_id: int) -> bool:
        """Whether this process is working on the order."""
        return order_id in self._held

    def queue(self, account_ids: Iterable[int]) -> Turns:
        """Places at the end of these accounts' lanes, before it is known what will take them."""
        return Turns(self._lanes, account_ids, self._leave)

    async def execute(
        self, alert: AlertDraft, orders: Sequence[OrderDraft], turns: Turns | None = None
    ) -> Execution:
        """Commit, then launch. Raises JournalUnavailable when nothing was stored, nor sent.

        The places of `turns` are the engine's from now on, used or not.
        """
        if self._is_stopping:
            raise JournalUnavailable("the bridge is stopping")
        places = dict(turns.handed_over()) if turns is not None else {}
        for draft in orders:
            if draft.failure is None and draft.account.id not in places:
                places[draft.account.id] = self._lanes.enter(draft.account.id)
        committing = self._own(self._execute(alert, orders, places))
        # Not in the task itself, which may be cancelled before its first step.
        committing.add_done_callback(lambda _: self._leave(places.values()))
        return await asyncio.shield(committing)

    async def cancel(self, order_ids: Sequence[int], cause: str) -> list[CancelOutcome]:
        """One outcome an order, in the order asked. Raises JournalUnavailable only while no venue
        has been asked anything.
        """
        return await asyncio.shield(self._own(self._cancel(order_ids, cause)))

    def resume(self, orders: Sequence[LedgerOrder]) -> list[Flight]:
        """Take over PENDING orders of a process that died; each is claimed before it is sent."""
        flights = []
        for order in orders:
            if self._is_stopping or order.order_id in self._held:
                continue
            place = self._lanes.enter(order.draft.account.id)
            flight = self._flight(
                order.draft, order.order_id, OrderStatus.PENDING, time.monotonic()
            )
            flights.append(flight)
            self._launch(self._lanes.board(place, flight))
            self._leave([place])
        return flights

    async def stop(self, *, patience: float = 5.0) -> None:
        """Waits for what was committed to be sent, and for what is on the wire. What waits in a
        lane stays PENDING for recovery; what is late is not sent, and recorded so.
        """
        self._is_stopping = True
        await self._quiet(patience)
        self._is_grounded = True
        await asyncio.sleep(0)  # a task that has not begun would not hear of its cancellation
        for task in list(self._talking):
            task.cancel()
        await self._quiet(LAST_WORDS_TAKE_AT_MOST)
        for flight in self._held.values():
            flight.done.cancel()

    async def _quiet(self, within: float) -> None:
        """What ends may begin something new, so it is not enough to wait for what there is now."""
        until = time.monotonic() + within
        while self._tasks and (left := until - time.monotonic()) > 0:
            await asyncio.wait(set(self._tasks), timeout=left)

    async def _cancel(self, order_ids: Sequence[int], cause: str) -> list[CancelOutcome]:
        orders = await self._ledger.orders(order_ids)
        return await asyncio.gather(
            *(
                self._talk(self._cancels.cancel(order_id, orders.get(order_id), cause))
                for order_id in order_ids
            )
        )

    async def _execute(
        self, alert: AlertDraft, orders: Sequence[OrderDraft], places: Mapping[int, Place]
    ) -> Execution:
        claimed = self._claimed(orders, places)
        committed = await self._journal.write_ahead(alert, orders, claimed)
        flights = await self._board(orders, places, claimed, committed)
        return Execution(
            alert_id=committed.alert_id, committed_at=committed.committed_at, flights=flights
        )

    def _claimed(self, orders: Sequence[OrderDraft], places: Mapping[int, Place]) -> frozenset[str]:
        """Those that start at once: each account's first order, where nothing is before it now."""
        first: dict[int, OrderDraft] = {}
        for draft in orders:
            if draft.failure is None:
                first.setdefault(draft.account.id, draft)
        return frozenset(
            draft.client_order_id
            for account_id, draft in first.items()
            if self._lanes.is_first(places[account_id])
        )

    async def _board(
        self,
        orders: Sequence[OrderDraft],
        places: Mapping[int, Place],
        claimed: Container[str],
        committed: Committed,
    ) -> list[Flight]:
        """The first order is on the wire before the flight of the second is even made."""
        flights: list[Flight] = []
        moment = time.monotonic()
        for draft, order_id in zip(orders, committed.order_ids, strict=True):
            if len(flights) == 1:
                await asyncio.sleep(0)
            if draft.failure is not None:
                flight = self._flight(draft, order_id, OrderStatus.FAILED, moment)
                flight.reason = draft.failure
                self._land(flight)
            else:
                is_claimed = draft.client_order_id in claimed
                status = OrderStatus.SUBMITTING if is_claimed else OrderStatus.PENDING
                flight = self._flight(draft, order_id, status, moment)
                self._launch(self._lanes.board(places[draft.account.id], flight))
            flights.append(flight)
        return flights

    def _leave(self, places: Iterable[Place]) -> None:
        for place in places:
            self._launch(self._lanes.leave(place))

    def _flight(
        self, draft: OrderDraft, order_id: int, status: OrderStatus, committed: float
    ) -> Flight:
        flight = Flight(
            draft=draft,
            order_id=order_id,
            status=status,
            committed_monotonic=committed,
            done=asyncio.get_running_loop().create_future(),
        )
        self._held[order_id] = flight
        return flight

    def _launch(self, flight: Flight | None) -> None:
        if flight is None:
            return
        if self._is_grounded and flight.status is OrderStatus.SUBMITTING:
            self._own(self._run(flight, self._sender.ground))
        elif not self._is_stopping or flight.status is OrderStatus.SUBMITTING:
            self._talk(self._run(flight, self._sender.fly))

    async def _run(self, flight: Flight, fly: Callable[[Flight], Awaitable[None]]) -> None:
        """Whatever becomes of the flight, its lane goes on."""
        try:
            await fly(flight)
        except Exception:
            log.exception("order_not_settled", order_id=flight.order_id)
        finally:
            self._launch(self._lanes.finish(flight))
        self._land(flight)

    def _land(self, flight: Flight) -> None:
        del self._held[flight.order_id]
        flight.land()
        try:
            log_line(flight)
            self._on_settled(flight)
        except Exception:
            log.exception("outcome_not_told", order_id=flight.order_id)

    def _own(self, coroutine: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _talk(self, coroutine: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """It may wait for a venue, so it is cut short when the bridge stops."""
        task = self._own(coroutine)
        self._talking.add(task)
        task.add_done_callback(self._talking.discard)
        return task
