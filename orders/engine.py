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
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import structlog

from exchanges.errors import Reason
from orders.cancel_asks import AskedCancel
from orders.cancels import CancelOutcome, Cancels, promised
from orders.drafts import AlertDraft, OrderDraft
from orders.exchanges import OpenExchanges
from orders.flights import CancelFlight, Execution, Flight, Placed
from orders.journal import Journal, JournalUnavailable
from orders.lanes import Lanes, Place, Turns
from orders.last_look import first_leg_of
from orders.ledger import Ledger, LedgerOrder
from orders.sending import SENDING_TAKES_AT_MOST, Sender, log_line
from orders.unknowns import UnknownOutcomes
from orders.vocabulary import OrderStatus

log = structlog.get_logger(__name__)
T = TypeVar("T")

LAST_WORDS_TAKE_AT_MOST = 5.0
CANCELS_HOLD_UP_AT_MOST = 3.0
_NONE: Mapping[int, Sequence[int]] = MappingProxyType({})
Ended = Sequence["asyncio.Future[None]"]
_UNCLAIMED = OrderStatus.PENDING


class _Cancel(NamedTuple):
    order_id: int
    account_id: int
    cause: str


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
            held=self._held,
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
        self,
        alert: AlertDraft,
        orders: Sequence[OrderDraft],
        turns: Turns | None = None,
        cancels: Mapping[int, Sequence[int]] = _NONE,
        cause: str | Mapping[int, str] = "",
    ) -> Execution:
        """Commit, then launch. Raises JournalUnavailable when nothing was stored, nor sent, and
        DuplicateAlert when the alert is a copy.

        `cancels` are orders by their account: all are asked for at once, and the account's own
        orders go once each of these has ended, however, or has taken too long. `cause` is for all
        of them, or by order.
        The places of `turns` are the engine's from now on, used or not.
        """
        wanted = [
            _Cancel(order_id, account_id, cause if isinstance(cause, str) else cause[order_id])
            for account_id, order_ids in cancels.items()
            for order_id in dict.fromkeys(order_ids)
        ]
        places = dict(turns.handed_over()) if turns is not None else {}
        return await self._committed(
            orders, places, lambda: self._execute(alert, orders, places, wanted)
        )

    async def place(self, orders: Sequence[OrderDraft]) -> Placed:
        """Orders of alerts that are stored already; those that are there too are not sent again.
        Raises JournalUnavailable when nothing was stored, nor sent.
        """
        places: dict[int, Place] = {}
        return await self._committed(orders, places, lambda: self._place(orders, places))

    async def cancel(self, order_ids: Sequence[int], cause: str) -> list[CancelOutcome]:
        """One outcome an order, in the order asked. Raises JournalUnavailable only while no venue
        has been asked anything.
        """
        return await asyncio.shield(self._own(self._cancel(order_ids, cause)))

    def is_cancelling(self, order_id: int) -> bool:
        """Whether this process is asking for the cancel just now."""
        return self._cancels.is_asking(order_id)

    def cancel_again(self, ask: AskedCancel, order: LedgerOrder | None) -> CancelFlight:
        """Take over a cancel of a process that died, whether it was sent or not."""
        return self._cancel_now(_Cancel(ask.order_id, ask.account_id, ask.cause), order, again=True)

    def resume(
        self, orders: Sequence[LedgerOrder], ahead_of: Callable[[LedgerOrder], Ended] = lambda _: ()
    ) -> list[Flight]:
        """Take over PENDING orders of a process that died; each is claimed before it is sent, and
        goes once the cancels ahead of it have ended.
        """
        flights = []
        for order in orders:
            if self._is_stopping or order.order_id in self._held:
                continue
            place = self._lanes.enter(order.draft.account.id)
            flight = self._flight(
                order.draft, order.order_id, OrderStatus.PENDING, time.monotonic()
            )
            flights.append(flight)
            if ended := ahead_of(order):
                self._board_behind(ended, place, [flight])
            else:
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
        self._cancels.promise(promised(orders, dict.fromkeys(order_ids, cause)))
        return await asyncio.gather(
            *(
                self._talk(self._cancels.cancel(order_id, orders.get(order_id), cause))
                for order_id in order_ids
            )
        )

    async def _committed(
        self,
        orders: Sequence[OrderDraft],
        places: dict[int, Place],
        commit: Callable[[], Coroutine[Any, Any, T]],
    ) -> T:
        """What the commit has not taken out of `places` is left at its end, whatever that is."""
        if self._is_stopping:
            self._leave(places.values())
            raise JournalUnavailable("the bridge is stopping")
        for draft in orders:
            if draft.failure is None and draft.account.id not in places:
                places[draft.account.id] = self._lanes.enter(draft.account.id)
        committing = self._own(commit())
        # Not in the task itself, which may be cancelled before its first step.
        committing.add_done_callback(lambda _: self._leave(places.values()))
        return await asyncio.shield(committing)

    async def _execute(
        self,
        alert: AlertDraft,
        orders: Sequence[OrderDraft],
        places: dict[int, Place],
        wanted: Sequence[_Cancel],
    ) -> Execution:
        """What is to be cancelled is read first: behind the commit nothing may be left undone."""
        doomed = await self._ledger.orders([cancel.order_id for cancel in wanted])
        claimed = self._claimed(orders, places, {cancel.account_id for cancel in wanted})
        asked = promised(doomed, {cancel.order_id: cancel.cause for cancel in wanted})
        committed = await self._journal.write_ahead(alert, orders, claimed, asked)
        cancels = [self._cancel_now(cancel, doomed.get(cancel.order_id)) for cancel in wanted]
        flights = await self._board(orders, committed.order_ids, claimed, places, cancels)
        return Execution(
            alert_id=committed.alert_id,
            committed_at=committed.committed_at,
            flights=flights,
            cancels=cancels,
        )

    async def _place(self, orders: Sequence[OrderDraft], places: dict[int, Place]) -> Placed:
        claimed = self._claimed(orders, places, ())
        added = await self._journal.add_orders(orders, claimed)
        new = [draft for draft in orders if draft.client_order_id not in added.known]
        flights = await self._board(new, added.order_ids, claimed, places, ())
        return Placed(flights=flights, known=added.known)

    def _claimed(
        self, orders: Sequence[OrderDraft], places: Mapping[int, Place], waiting: Container[int]
    ) -> frozenset[str]:
        """Those that start at once: each account's first order, where nothing is before it now."""
        first: dict[int, OrderDraft] = {}
        for draft in orders:
            if draft.failure is None:
                first.setdefault(draft.account.id, draft)
        return frozenset(
            draft.client_order_id
            for account_id, draft in first.items()
            if account_id not in waiting
            and not first_leg_of(draft)
            and self._lanes.is_first(places[account_id])
        )

    async def _board(
        self,
        orders: Sequence[OrderDraft],
        order_ids: Sequence[int],
        claimed: Container[str],
        places: dict[int, Place],
        cancels: Sequence[CancelFlight],
    ) -> list[Flight]:
        """The first order is on the wire before the flight of the second is even made."""
        flights: list[Flight] = []
        waiting: dict[int, list[Flight]] = {cancel.account_id: [] for cancel in cancels}
        moment = time.monotonic()
        for draft, order_id in zip(orders, order_ids, strict=True):
            if len(flights) == 1:
                await asyncio.sleep(0)
            status = OrderStatus.SUBMITTING if draft.client_order_id in claimed else _UNCLAIMED
            flight = self._flight(draft, order_id, status, moment)
            flights.append(flight)
            if draft.failure is not None:
                flight.status, flight.reason = OrderStatus.FAILED, draft.failure
                self._land(flight)
            elif draft.account.id in waiting:
                waiting[draft.account.id].append(flight)
            else:
                self._launch(self._lanes.board(places[draft.account.id], flight))
        for account_id, held_back in waiting.items():
            if held_back:
                ended = [cancel.done for cancel in cancels if cancel.account_id == account_id]
                self._board_behind(ended, places.pop(account_id), held_back)
        return flights

    def _board_behind(
        self,
        cancels: "Sequence[asyncio.Future[None]]",
        place: Place,
        flights: Sequence[Flight],
    ) -> None:
        """The place is kept meanwhile, so that nothing overtakes what waits. Orders must not grow
        too old behind a venue that is silent: its cancel goes on by itself.
        """

        async def wait_and_board() -> None:
            await asyncio.wait(cancels, timeout=CANCELS_HOLD_UP_AT_MOST)
            for flight in flights:
                self._launch(self._lanes.board(place, flight))

        self._own(wait_and_board()).add_done_callback(lambda _: self._leave([place]))

    def _cancel_now(
        self, wanted: _Cancel, order: LedgerOrder | None, *, again: bool = False
    ) -> CancelFlight:
        cancel = CancelFlight(
            order_id=wanted.order_id,
            account_id=wanted.account_id,
            done=asyncio.get_running_loop().create_future(),
        )

        async def fly() -> None:
            cancel.outcome = await self._cancels.cancel(
                wanted.order_id, order, wanted.cause, again=again
            )

        self._talk(fly()).add_done_callback(lambda _: cancel.land())
        return cancel

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
