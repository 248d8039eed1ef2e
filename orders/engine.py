"""The engine: what is committed goes out, each lane in its order and all lanes at once."""

import asyncio
import time
from collections.abc import Callable, Container, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import structlog

from exchanges.errors import Reason
from orders.cancels import CancelOutcome, Cancels
from orders.drafts import AlertDraft, OrderDraft
from orders.exchanges import OpenExchanges
from orders.flights import Execution, Flight
from orders.journal import Committed, Journal, JournalUnavailable
from orders.lanes import Lanes, Place
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
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_stopping = False
        self._cancels = Cancels(
            journal=journal,
            exchanges=exchanges,
            ledger=ledger,
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

    async def execute(self, alert: AlertDraft, orders: Sequence[OrderDraft]) -> Execution:
        """Commit, then launch. Raises JournalUnavailable when nothing was stored, nor sent."""
        if self._is_stopping:
            raise JournalUnavailable("the bridge is stopping")
        return await asyncio.shield(self._own(self._execute(alert, orders)))

    async def cancel(self, order_ids: Sequence[int], cause: str) -> list[CancelOutcome]:
        """One outcome an order, in the order asked."""
        return await asyncio.shield(self._own(self._cancels.cancel(order_ids, cause)))

    def resume(self, orders: Sequence[LedgerOrder]) -> list[Flight]:
        """Take over PENDING orders of a process that died; each is claimed before it is sent."""
        flights = []
        for order in orders:
            if self._is_stopping or order.order_id in self._held:
                continue
            place, _ = self._lanes.enter(order.lane)
            flight = self._flight(
                order.draft, order.order_id, OrderStatus.PENDING, time.monotonic()
            )
            flights.append(flight)
            self._launch(self._lanes.board(place, flight))
        return flights

    async def stop(self, *, patience: float = 5.0) -> None:
        """Waits for what is on the wire; what waits in a lane stays PENDING for recovery."""
        self._is_stopping = True
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=patience)
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=LAST_WORDS_TAKE_AT_MOST)
        for flight in self._held.values():
            flight.done.cancel()

    async def _execute(self, alert: AlertDraft, orders: Sequence[OrderDraft]) -> Execution:
        places, claimed = self._enter(orders)
        try:
            committed = await self._journal.write_ahead(alert, orders, claimed)
        except BaseException:
            for place in places:
                if place is not None:
                    self._launch(self._lanes.withdraw(place))
            raise
        flights = await self._board(orders, places, claimed, committed)
        return Execution(
            alert_id=committed.alert_id, committed_at=committed.committed_at, flights=flights
        )

    def _enter(self, orders: Sequence[OrderDraft]) -> tuple[list[Place | None], set[str]]:
        """A place for each order that is to be sent; the first of an idle lane is claimed."""
        places: list[Place | None] = []
        claimed = set()
        for draft in orders:
            if draft.failure is not None:
                places.append(None)
                continue
            place, is_first = self._lanes.enter((draft.account.id, draft.symbol))
            places.append(place)
            if is_first:
                claimed.add(draft.client_order_id)
        return places, claimed

    async def _board(
        self,
        orders: Sequence[OrderDraft],
        places: Sequence[Place | None],
        claimed: Container[str],
        committed: Committed,
    ) -> list[Flight]:
        """The first order is on the wire before the flight of the second is even made."""
        flights: list[Flight] = []
        moment = time.monotonic()
        for draft, place, order_id in zip(orders, places, committed.order_ids, strict=True):
            if len(flights) == 1:
                await asyncio.sleep(0)
            if place is None:
                flight = self._flight(draft, order_id, OrderStatus.FAILED, moment)
                flight.reason = draft.failure
                self._land(flight)
            else:
                is_claimed = draft.client_order_id in claimed
                status = OrderStatus.SUBMITTING if is_claimed else OrderStatus.PENDING
                flight = self._flight(draft, order_id, status, moment)
                self._launch(self._lanes.board(place, flight))
            flights.append(flight)
        return flights

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
        if flight is not None and not self._is_stopping:
            self._own(self._run(flight))

    async def _run(self, flight: Flight) -> None:
        try:
            await self._sender.fly(flight)
        except Exception:
            log.exception("order_not_settled", order_id=flight.order_id)
        self._land(flight)
        self._launch(self._lanes.finish(flight))

    def _land(self, flight: Flight) -> None:
        del self._held[flight.order_id]
        log_line(flight)
        self._on_settled(flight)
        flight.land()

    def _own(self, coroutine: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
