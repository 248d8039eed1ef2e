"""Running bridges for tests: in the test's own loop, or in a thread of their own."""

import asyncio
import itertools
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth.models import User

from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import AccountType, OrderType, Side
from orders import runtime as runtimes
from orders.cancels import CancelOutcome
from orders.client_ids import client_order_id
from orders.drafts import AlertDraft, OrderDraft
from orders.flights import Execution, Flight
from orders.runtime import Runtime
from orders.vocabulary import AlertStatus
from strategies.models import Account, Strategy
from tests import worlds
from tests.venues import NAME
from tests.worlds import Market

T = TypeVar("T")
PATIENCE = 10.0
_receipts = itertools.count(1)


class ManualTime:
    """A clock that a test moves; whoever sleeps by it wakes when it is moved far enough."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)
        self._lock = threading.Lock()
        self._sleepers: list[tuple[datetime, asyncio.AbstractEventLoop, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        due = asyncio.Event()
        with self._lock:
            moment = self._now + timedelta(seconds=seconds)
            self._sleepers.append((moment, asyncio.get_running_loop(), due))
        await due.wait()

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._now += timedelta(seconds=seconds)
            woken = [sleeper for sleeper in self._sleepers if sleeper[0] <= self._now]
            self._sleepers = [s for s in self._sleepers if s[0] > self._now]
        for _, loop, due in woken:
            if not loop.is_closed():
                loop.call_soon_threadsafe(due.set)


class RunningBridge:
    """A Runtime on a loop in its own thread, for synchronous tests."""

    def __init__(self, database_url: str, time: ManualTime | None = None, **options: Any) -> None:
        self.time = time or ManualTime()
        self.loop = asyncio.new_event_loop()
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="bridge")
        self._thread.start()
        options = {"clock": self.time.now, "sleep": self.time.sleep} | options
        self.runtime = Runtime(database_url, **options)
        self.runtime.subscribe("order_events", self._heard)

    def start(self) -> "RunningBridge":
        try:
            self.call(self.runtime.start(), timeout=30)
        except BaseException:
            self._end()
            raise
        runtimes.install(self.runtime)
        return self

    def stop(self) -> None:
        """Safe to call twice."""
        if self._thread.is_alive():
            runtimes.install(None)
            try:
                self.call(self.runtime.stop(), timeout=30)
            finally:
                self._end()

    def kill(self) -> None:
        """As good as kill -9: nothing that was on its way is recorded, and the locks are lost."""
        runtimes.install(None)
        self.call(_abandoned(self.runtime), timeout=30)
        self._end()

    def call(self, coroutine: Coroutine[Any, Any, T], timeout: float = PATIENCE) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout)

    def launch(self, *orders: OrderDraft) -> Execution:
        """Commit and launch the orders of one alert; their outcomes may be open yet."""
        return self.call(self.runtime.engine.execute(alert_for(orders), orders))

    def execute(self, *orders: OrderDraft) -> list[Flight]:
        """Launch, and wait for every outcome to be recorded."""
        return self.landed(self.launch(*orders).flights)

    def landed(self, flights: Sequence[Flight]) -> list[Flight]:
        self.call(_landed(flights))
        return list(flights)

    def cancel(self, *order_ids: int) -> list[CancelOutcome]:
        return self.call(self.runtime.engine.cancel(order_ids, "test"))

    def wait_until(self, fact: Callable[[], bool], *, step: float = 0) -> None:
        """Until the fact is true; the manual clock moves by `step` seconds between two looks."""
        looks = itertools.count()
        while not fact():
            assert next(looks) < PATIENCE / 0.02, "waited in vain"
            if step:
                self.time.advance(step)
            with self._news:
                self._news.wait(0.02)

    def _heard(self, _payload: str) -> None:
        with self._news:
            self._news.notify_all()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def _end(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


async def _abandoned(runtime: Runtime) -> None:
    """Every task ends without its last word; then the threads and connections go."""
    journal = runtime.journal
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    async def silence(*_: object) -> Any:
        raise asyncio.CancelledError

    vars(journal)["record"] = silence
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await runtime.stop()


async def _landed(flights: Sequence[Flight]) -> None:
    if flights:
        _, waiting = await asyncio.wait({f.done for f in flights}, timeout=PATIENCE)
        assert not waiting, "an order has no outcome"


@asynccontextmanager
async def bridge_in_this_loop(database_url: str, **options: Any) -> AsyncIterator[Runtime]:
    """A Runtime in the test's own loop, current while it runs."""
    runtime = Runtime(database_url, **options)
    await runtime.start()
    runtimes.install(runtime)
    try:
        yield runtime
    finally:
        runtimes.install(None)
        await runtime.stop()


@dataclass(kw_only=True)
class Desk:
    """A strategy of one market with accounts at the scripted venue, and orders to draft."""

    market: Market
    owner: User
    strategy: Strategy
    exchange: str = NAME
    accounts: list[Account] = field(default_factory=list)

    def open_account(self, name: str) -> Account:
        account = worlds.make_account(
            self.owner, self.market.account_type, name=name, exchange=self.exchange
        )
        worlds.link(self.strategy, account)
        self.accounts.append(account)
        return account

    def draft(self, account: Account | None = None, **changes: Any) -> OrderDraft:
        """A limit order to buy ten lots; `changes` replace fields."""
        account = account or self.accounts[0]
        receipt = changes.pop("receipt", "") or new_receipt()
        instruction = changes.pop("instruction", 0)
        drafted = OrderDraft(
            account=exchange_account(account),
            owner_id=self.owner.pk,
            strategy_id=self.strategy.pk,
            group_name=self.strategy.group_name,
            receipt=receipt,
            instruction=instruction,
            client_order_id=client_order_id(receipt, instruction, account.pk),
            market_type=self.market.market_type,
            symbol=self.market.symbol,
            side=Side.BUY,
            order_type=OrderType.LIMIT,
            quantity=self.market.lot * 10,
            price=self.market.price,
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
        return replace(drafted, **changes)

    def batch(self, count: int, account: Account | None = None, **changes: Any) -> list[OrderDraft]:
        """Several instructions of one alert, for one account."""
        receipt = new_receipt()
        return [
            self.draft(account, receipt=receipt, instruction=number, **changes)
            for number in range(count)
        ]

    def fan_out(self, **changes: Any) -> list[OrderDraft]:
        """One instruction for every account."""
        receipt = new_receipt()
        return [self.draft(account, receipt=receipt, **changes) for account in self.accounts]


def make_desk(market: Market, *, accounts: int = 1, exchange: str = NAME) -> Desk:
    owner = worlds.make_user()
    desk = Desk(
        market=market,
        owner=owner,
        strategy=worlds.make_strategy(owner, market),
        exchange=exchange,
    )
    for number in range(accounts):
        desk.open_account(f"A{number + 1}")
    return desk


def new_receipt() -> str:
    return f"{next(_receipts):026d}"


def exchange_account(account: Account) -> ExchangeAccount:
    return ExchangeAccount(
        id=account.pk,
        name=account.name,
        account_type=AccountType(account.account_type),
        exchange=account.exchange,
        is_demo=account.is_demo,
        base_url=account.base_url,
    )


def alert_for(orders: Sequence[OrderDraft]) -> AlertDraft:
    first = orders[0]
    return AlertDraft(
        receipt=first.receipt,
        strategy_id=first.strategy_id,
        owner_id=first.owner_id,
        group_name=first.group_name,
        status=AlertStatus.ACCEPTED,
        body="{}",
        received_at=datetime.now(UTC),
        market_type=first.market_type.value,
    )
