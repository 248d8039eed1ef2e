"""The scripted venue itself: its script, its book, and its stream."""

import asyncio
import itertools
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, auto

from exchanges.errors import (
    NotOffered,
    NotPlaced,
    OutcomeUnknown,
    RateLimited,
    ReadFailed,
    Reason,
)
from exchanges.messages import (
    OrderRef,
    OrderReport,
    OrderRequest,
    TradeReport,
)
from exchanges.vocabulary import (
    MarketType,
    OrderType,
    ReportStatus,
)

PRICE = Decimal(100)
PATIENCE = 10.0
_OPEN = frozenset({ReportStatus.NEW, ReportStatus.PARTIALLY_FILLED})


class Act(Enum):
    """What the venue does with a call."""

    REST = auto()  # accept, and leave it in the book
    FILL = auto()  # accept, and fill it at once
    PARTIAL = auto()  # accept, and fill half of it
    REFUSE = auto()  # NotPlaced
    NOT_OFFERED = auto()
    LIMIT_RATE = auto()  # RateLimited
    HANG = auto()  # say nothing until released, then accept
    HANG_AFTER_ACCEPT = auto()  # accept, and say so only when released
    TIME_OUT = auto()  # OutcomeUnknown, and the order is in the book
    VANISH = auto()  # OutcomeUnknown, and the order is not in the book
    BREAK = auto()  # a bug: ValueError, and the order is in the book
    FAIL_TO_READ = auto()  # ReadFailed


def reason(code: str) -> Reason:
    return Reason(code=code, ko=f"{code} (시험)", en=f"{code} (test)")


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An order as it arrived; `at` is monotonic."""

    account_id: int
    request: OrderRequest
    at: float


@dataclass(kw_only=True)
class _Standing:
    account_id: int
    request: OrderRequest
    exchange_order_id: str
    status: ReportStatus = ReportStatus.NEW
    trades: list[TradeReport] = field(default_factory=list)
    yielded: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return self.request.quantity - self.filled - self.yielded

    @property
    def filled(self) -> Decimal:
        return sum((trade.quantity for trade in self.trades), Decimal(0))

    def report(self) -> OrderReport:
        return OrderReport(
            ref=replace(self.request.ref, exchange_order_id=self.exchange_order_id),
            status=self.status,
            side=self.request.side,
            order_type=self.request.order_type,
            quantity=self.request.quantity,
            filled_quantity=self.filled,
            at=datetime.now(UTC),
            price=self.request.price,
            average_price=PRICE if self.trades else None,
            trades=tuple(self.trades),
            stop_price=self.request.stop_price,
        )

    def is_twin_of(self, other: "_Standing") -> bool:
        mine, theirs = self.request, other.request
        is_named = mine.linked_to == theirs.client_order_id
        is_linked = is_named or theirs.linked_to == mine.client_order_id
        return self.account_id == other.account_id and self is not other and is_linked


class ScriptedVenue:
    """One venue with one book for all accounts. Its commands may come from any thread."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.release()
        self.book: list[Arrival] = []
        self.cancels: list[OrderRef] = []
        self.asked: list[OrderRef] = []
        self.on_arrival: Callable[[OrderRequest], None] = lambda _: None
        self.shows_trades = True
        self.opening_fails = False
        self.is_deaf = False
        self._by_symbol: dict[str, Act] = {}
        self._by_account: dict[int, Act] = {}
        self._next: deque[Act] = deque()
        self._on_cancel: deque[Act] = deque()
        self._on_fetch: deque[Act] = deque()
        self._hidden: set[str] = set()
        self._standing: dict[tuple[int, str], _Standing] = {}
        self._ids = itertools.count(1)
        self._released = threading.Event()
        self._hanging: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
        self._watchers: dict[int, list[Watcher]] = defaultdict(list)
        self._changed = threading.Condition()

    def act(self, act: Act, *, symbol: str = "", account_id: int | None = None) -> None:
        """From now on, for one symbol or one account."""
        if symbol:
            self._by_symbol[symbol] = act
        if account_id is not None:
            self._by_account[account_id] = act

    def next(self, *acts: Act) -> None:
        """For the next orders, whatever their symbol."""
        self._next.extend(acts)

    def next_cancel(self, *acts: Act) -> None:
        """REST: nothing changes yet. TIME_OUT and BREAK: it was done. VANISH: it was not."""
        self._on_cancel.extend(acts)

    def next_fetch(self, *acts: Act) -> None:
        """FAIL_TO_READ or BREAK; VANISH: no such order, once; HANG."""
        self._on_fetch.extend(acts)

    def hide(self, client_order_id: str) -> None:
        """Deny that the order exists, cleanly."""
        self._hidden.add(client_order_id)

    def show(self, client_order_id: str) -> None:
        self._hidden.discard(client_order_id)

    def release(self) -> None:
        """Let everything that hangs go on."""
        for loop, released in getattr(self, "_hanging", []):
            if not loop.is_closed():
                loop.call_soon_threadsafe(released.set)
        self._hanging = []

    def fill(self, client_order_id: str, quantity: Decimal | None = None) -> OrderReport:
        """Fill the rest, or some of it, also of an order that was cancelled; watchers hear it.

        A linked order's twin gives up as much, and ends when nothing is left of it.
        """
        standing = self._find(client_order_id)
        self._trade(standing, quantity or standing.left)
        return self._tell(standing)

    def end(self, client_order_id: str, status: ReportStatus) -> OrderReport:
        """The venue ends the order by itself."""
        standing = self._find(client_order_id)
        standing.status = status
        return self._tell(standing)

    def holds(self, client_order_id: str) -> bool:
        return any(client_order_id == key[1] for key in self._standing)

    def filled(self, client_order_id: str) -> Decimal:
        return self._find(client_order_id).filled

    def is_filled(self, client_order_id: str) -> bool:
        return self._find(client_order_id).status is ReportStatus.FILLED

    def calm(self) -> None:
        """No more faults: everything that hangs goes on, and all that comes is accepted."""
        for script in (self._next, self._on_cancel, self._on_fetch):
            script.clear()
        self._by_symbol.clear()
        self._by_account.clear()
        self.release()

    def arrivals(self, client_order_id: str) -> int:
        return sum(1 for a in self.book if a.request.client_order_id == client_order_id)

    def wait_for(self, fact: Callable[["ScriptedVenue"], bool]) -> None:
        """Until the fact is true of the venue; AssertionError after a while."""
        with self._changed:
            assert self._changed.wait_for(lambda: fact(self), PATIENCE), "the venue waited in vain"

    async def take(self, account_id: int, request: OrderRequest) -> OrderReport:
        self.on_arrival(request)
        self._arrive(account_id, request)
        act = self._act_for(account_id, request)
        _raise_refusal(act)
        if act is Act.HANG:
            await self._hang()
        if act is Act.VANISH:
            raise OutcomeUnknown(reason("timeout"))
        report = self._stand(account_id, request, act)
        if act is Act.TIME_OUT:
            raise OutcomeUnknown(reason("timeout"))
        if act is Act.BREAK:
            raise ValueError("the adapter has a bug")
        if act is Act.HANG_AFTER_ACCEPT:
            await self._hang()
        return report

    def accept(self, account_id: int, request: OrderRequest, act: Act) -> OrderReport:
        """An order that came from elsewhere, or from a process that died. REST, FILL or PARTIAL."""
        self._arrive(account_id, request)
        return self._stand(account_id, request, act)

    async def cancel(self, account_id: int, ref: OrderRef) -> OrderReport:
        with self._changed:
            self.cancels.append(ref)
            self._changed.notify_all()
        act = self._on_cancel.popleft() if self._on_cancel else Act.FILL
        _raise_refusal(act)
        if act is Act.HANG:
            await self._hang()
        if act is Act.VANISH:
            raise OutcomeUnknown(reason("timeout"))
        standing = self._standing.get((account_id, ref.client_order_id))
        if standing is None:
            raise NotPlaced(reason("order_not_found"))
        if standing.status in _OPEN and act is not Act.REST:
            standing.status = ReportStatus.CANCELLED
        if act is Act.TIME_OUT:
            raise OutcomeUnknown(reason("timeout"))
        if act is Act.BREAK:
            raise ValueError("the adapter has a bug")
        return standing.report()

    async def fetch(self, account_id: int, ref: OrderRef) -> OrderReport | None:
        with self._changed:
            self.asked.append(ref)
            self._changed.notify_all()
        act = self._on_fetch.popleft() if self._on_fetch else Act.FILL
        if act is Act.HANG:
            await self._hang()
        if act is Act.FAIL_TO_READ:
            raise ReadFailed(reason("read_failed"))
        if act is Act.BREAK:
            raise ValueError("the adapter has a bug")
        standing = self._standing.get((account_id, ref.client_order_id))
        if standing is None or act is Act.VANISH or ref.client_order_id in self._hidden:
            return None
        report = standing.report()
        return report if self.shows_trades else replace(report, trades=())

    def open_reports(self, account_id: int, market_type: MarketType) -> list[OrderReport]:
        return [
            standing.report()
            for (owner, _), standing in self._standing.items()
            if owner == account_id
            and standing.status in _OPEN
            and standing.request.market_type is market_type
        ]

    def trades_of(self, account_id: int, ref: OrderRef) -> list[TradeReport]:
        standing = self._standing.get((account_id, ref.client_order_id))
        return list(standing.trades) if standing else []

    def watch(self, account_id: int) -> "Watcher":
        watcher = Watcher()
        with self._changed:
            self._watchers[account_id].append(watcher)
            self._changed.notify_all()
        return watcher

    def unwatch(self, account_id: int, watcher: "Watcher") -> None:
        with self._changed:
            if watcher in self._watchers[account_id]:
                self._watchers[account_id].remove(watcher)
            self._changed.notify_all()

    def is_watched(self, account_id: int) -> bool:
        return bool(self._watchers[account_id])

    def _act_for(self, account_id: int, request: OrderRequest) -> Act:
        if self._next:
            return self._next.popleft()
        usual = Act.FILL if request.order_type is OrderType.MARKET else Act.REST
        return self._by_account.get(account_id, self._by_symbol.get(request.symbol, usual))

    def _arrive(self, account_id: int, request: OrderRequest) -> None:
        with self._changed:
            self.book.append(Arrival(account_id=account_id, request=request, at=time.monotonic()))
            self._changed.notify_all()

    def _stand(self, account_id: int, request: OrderRequest, act: Act) -> OrderReport:
        standing = _Standing(
            account_id=account_id, request=request, exchange_order_id=f"V{next(self._ids)}"
        )
        with self._changed:
            self._standing[account_id, request.client_order_id] = standing
            if act is Act.FILL:
                self._trade(standing, request.quantity)
            if act is Act.PARTIAL:
                self._trade(standing, request.quantity / 2)
            self._changed.notify_all()
        return standing.report()

    async def _hang(self) -> None:
        released = asyncio.Event()
        self._hanging.append((asyncio.get_running_loop(), released))
        await released.wait()

    def _trade(self, standing: _Standing, quantity: Decimal) -> None:
        standing.trades.append(
            TradeReport(
                exchange_trade_id=f"T{next(self._ids)}",
                quantity=quantity,
                price=standing.request.price or standing.request.stop_price or PRICE,
                fee=Decimal(0),
                fee_currency="",
                at=datetime.now(UTC),
            )
        )
        is_full = standing.filled >= standing.request.quantity
        if is_full:
            standing.status = ReportStatus.FILLED
        elif standing.status in _OPEN:
            is_open = standing.left > 0
            standing.status = ReportStatus.PARTIALLY_FILLED if is_open else ReportStatus.CANCELLED
        for twin in list(self._standing.values()):
            if twin.status in _OPEN and twin.is_twin_of(standing):
                self._give_up(twin, max(twin.left - standing.left, Decimal(0)))

    def _give_up(self, twin: _Standing, quantity: Decimal) -> None:
        twin.yielded += quantity
        if twin.left <= 0:
            twin.status = ReportStatus.CANCELLED
            self._tell(twin)

    def _find(self, client_order_id: str) -> _Standing:
        return next(s for key, s in self._standing.items() if key[1] == client_order_id)

    def _tell(self, standing: _Standing) -> OrderReport:
        report = standing.report()
        for watcher in [] if self.is_deaf else list(self._watchers[standing.account_id]):
            watcher.hear(report)
        return report


class Watcher:
    """One subscription to the venue's stream."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard: asyncio.Queue[OrderReport | None] = asyncio.Queue()

    def hear(self, report: OrderReport | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._heard.put_nowait, report)

    async def next(self) -> OrderReport | None:
        return await self._heard.get()


def _raise_refusal(act: Act) -> None:
    if act is Act.REFUSE:
        raise NotPlaced(reason("insufficient_balance"))
    if act is Act.NOT_OFFERED:
        raise NotOffered(reason("not_offered"))
    if act is Act.LIMIT_RATE:
        raise RateLimited(reason("rate_limited"), retry_after=1.0)
