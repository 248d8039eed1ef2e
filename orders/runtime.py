"""What a process runs to take orders: journal, routes, engine, recovery, follower and guard."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import structlog

from exchanges.base import Resources
from exchanges.errors import Reason
from exchanges.messages import ExchangeAccount
from orders.drafts import OrderDraft
from orders.engine import Engine
from orders.exchanges import OpenExchanges
from orders.flights import Flight
from orders.follower import Follower
from orders.guard import Guard
from orders.housekeeping import Housekeeping
from orders.journal import Journal
from orders.leadership import Leadership
from orders.ledger import Ledger
from orders.recovery import Recovery
from orders.resolver import Resolver
from orders.sending import SENDING_TAKES_AT_MOST
from orders.switches import Switches
from orders.transitions import UNKNOWN_ORDERS
from orders.vocabulary import OrderStatus
from orders.waiting import Sleep, ended
from strategies.notifications import Listener
from strategies.snapshot import RoutesKeeper

log = structlog.get_logger(__name__)
T = TypeVar("T")
Handler = Callable[[str], None]

_WARM_SECONDS = 1.0
_PROCESS_IDS = 2**31 - 1


class NotRunning(RuntimeError):
    """The bridge has not been started in this process."""


class Runtime:
    """Belongs to the event loop that starts it. Starting and stopping twice is harmless.

    `clock` and `sleep` are the time of follower, guard, recovery and adapters, handed in by tests.
    """

    def __init__(
        self,
        database_url: str,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Sleep = asyncio.sleep,
        may_send: Callable[[OrderDraft], Reason | None] | None = None,
        sending_takes_at_most: float = SENDING_TAKES_AT_MOST,
    ) -> None:
        self._database_url = database_url
        self.process_id = secrets.randbelow(_PROCESS_IDS) + 1
        self.clock = clock
        self.routes = RoutesKeeper(database_url)
        self.journal = Journal(database_url, self.process_id)
        self.ledger = Ledger(database_url)
        self.exchanges = OpenExchanges(Resources(database_url=database_url, clock=clock))
        self.leadership = Leadership(database_url, self.process_id, self._leadership_changed)
        may_send = may_send or Switches(lambda: self.routes.routes).may_send
        self.engine = Engine(
            self.journal,
            self.exchanges,
            self.ledger,
            clock=clock,
            may_send=may_send,
            sending_takes_at_most=sending_takes_at_most,
            on_settled=self._settled,
        )
        self.follower = Follower(
            journal=self.journal,
            exchanges=self.exchanges,
            ledger=self.ledger,
            clock=clock,
            sleep=sleep,
        )
        self.guard = self._new_guard(sleep, may_send)
        self._housekeeping = Housekeeping(journal=self.journal, clock=clock, sleep=sleep)
        self.resolver = self._new_resolver(sleep)
        self.recovery = self._new_recovery(sleep)
        self._handlers: dict[str, list[Handler]] = defaultdict(list)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._leadership_moved = asyncio.Event()
        self._is_running = False
        self.listener: Listener | None = None
        self.subscribe("routes", self.routes.refresh)
        self.subscribe("order_events", self._events_committed)
        self.subscribe(UNKNOWN_ORDERS, self._unknowns_changed)

    def _new_guard(self, sleep: Sleep, may_send: Callable[[OrderDraft], Reason | None]) -> Guard:
        return Guard(
            self._database_url,
            engine=self.engine,
            exchanges=self.exchanges,
            ledger=self.ledger,
            may_send=may_send,
            clock=self.clock,
            sleep=sleep,
        )

    def _new_resolver(self, sleep: Sleep) -> Resolver:
        return Resolver(
            journal=self.journal,
            exchanges=self.exchanges,
            follower=self.follower,
            unknowns=self.engine.unknowns,
            clock=self.clock,
            sleep=sleep,
        )

    def _new_recovery(self, sleep: Sleep) -> Recovery:
        return Recovery(
            journal=self.journal,
            ledger=self.ledger,
            engine=self.engine,
            resolver=self.resolver,
            process_id=self.process_id,
            is_leader=lambda: self.leadership.is_leader,
            clock=self.clock,
            sleep=sleep,
        )

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise NotRunning("the bridge is not running")
        return self._loop

    def subscribe(self, channel: str, handler: Handler) -> None:
        """Before the start. Called in the listener's thread; "" says look for yourself."""
        if self._is_running:
            raise RuntimeError("subscribe before the runtime is started")
        self._handlers[channel].append(handler)

    async def start(self) -> None:
        """Returns once what earlier processes left behind is known; raises when it cannot be."""
        if await self._started(self._start):
            log.info("bridge_started", process_id=self.process_id)

    async def start_reading(self) -> None:
        """To look and to plan only: routes, the ledger, and adapters as they are asked for. Nothing
        is swept, followed or guarded, and other processes do not see this one.
        """
        await self._started(self._start_reading)

    async def stop(self) -> None:
        """The reverse. The process lock goes last: until then nobody takes our orders for left."""
        if not self._is_running:
            return
        self._is_running = False
        await ended(*self._tasks)
        await self._stop_leading()
        await self.engine.stop()
        await self.exchanges.stop()
        if self.listener is not None:
            await asyncio.to_thread(self.listener.stop)
        await asyncio.to_thread(self.routes.stop)
        await self.journal.stop()
        await asyncio.to_thread(self.leadership.stop)
        await asyncio.to_thread(self.ledger.stop)
        self._loop = None
        if self.listener is not None:  # one that only read never was a bridge
            log.info("bridge_stopped", process_id=self.process_id)

    def ready(self) -> dict[str, bool]:
        return {
            "database": self.leadership.is_alive,
            "journal": self.journal.healthy,
            "engine": self._is_running and self.engine.is_running,
        }

    async def _started(self, start: Callable[[], Awaitable[None]]) -> bool:
        """False when it runs already. Raises what `start` raises, with everything stopped again."""
        if self._is_running:
            return False
        self._is_running = True
        self._loop = asyncio.get_running_loop()
        try:
            await start()
        except BaseException:
            await self.stop()
            raise
        return True

    async def _start_reading(self) -> None:
        await self.journal.start()
        await asyncio.to_thread(self.routes.start)

    async def _start(self) -> None:
        await self._start_reading()
        await asyncio.to_thread(self.leadership.start)
        self.listener = Listener(
            self._database_url,
            {channel: partial(_each, handlers) for channel, handlers in self._handlers.items()},
        )
        self.listener.start()
        await self.recovery.sweep(at_start=True)
        for duty in (self._keep_warm(), self._lead_while_leading(), self.recovery.run()):
            self._tasks.append(asyncio.create_task(duty))

    async def _keep_warm(self) -> None:
        """Open the adapters of all active accounts, now and whenever the routes change."""
        warmed: object = None
        while True:
            strategies = self.routes.routes.strategies
            if strategies is not warmed:
                warmed = strategies
                await self.exchanges.warm(self._active_accounts())
            await asyncio.sleep(_WARM_SECONDS)

    def _active_accounts(self) -> list[ExchangeAccount]:
        links = (
            link
            for strategy in self.routes.routes.strategies.values()
            if strategy.is_active
            for link in strategy.links
            if link.is_active
        )
        return list({link.account.id: link.account for link in links}.values())

    async def _lead_while_leading(self) -> None:
        while True:
            if self.leadership.is_leader:
                self.follower.start()
                self.guard.start()
                self._housekeeping.start()
                self.recovery.wake()
            else:
                await self._stop_leading()
            await self._leadership_moved.wait()
            self._leadership_moved.clear()

    async def _stop_leading(self) -> None:
        await self._housekeeping.stop()
        await self.guard.stop()
        await self.resolver.stop()
        await self.follower.stop()

    def _settled(self, flight: Flight) -> None:
        self.follower.settled(flight)
        if flight.status is OrderStatus.UNKNOWN:
            self.recovery.wake()

    def _leadership_changed(self, is_leader: bool) -> None:  # noqa: ARG002
        self._in_the_loop(self._leadership_moved.set)

    def _events_committed(self, _payload: str) -> None:
        self._in_the_loop(self._look_at_the_ledger)

    def _look_at_the_ledger(self) -> None:
        self.follower.wake()
        self.guard.wake()

    def _unknowns_changed(self, _payload: str) -> None:
        """In whichever process it was: opening orders wait for it here too, and no longer."""
        self._in_the_loop(self.recovery.wake)

    def _in_the_loop(self, call: Callable[[], None]) -> None:
        """From another thread. A loop that is closed has nothing left to wake."""
        if self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(call)


def _each(handlers: list[Handler], payload: str) -> None:
    for handler in handlers:
        handler(payload)


_current: Runtime | None = None


def install(runtime: Runtime | None) -> None:
    """Make it the process' runtime, or nobody."""
    global _current  # noqa: PLW0603 - one bridge a process, for code that Django calls
    _current = runtime


def current() -> Runtime:
    if _current is None:
        raise NotRunning("the bridge is not running in this process")
    return _current


def call(coroutine: Coroutine[Any, Any, T], timeout: float) -> T:
    """For synchronous threads. Raises TimeoutError; what was begun goes on all the same."""
    try:
        loop = current().loop
    except NotRunning:
        coroutine.close()
        raise
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result(timeout)
