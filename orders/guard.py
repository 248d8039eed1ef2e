"""The guard: attached exits are placed as their entry fills, and taken back with the position.

The bridge's leader runs it, for all entries, whoever sent them. What is to be done is planned in
`orders.protection.planning` from one look at the ledger; nothing has to be remembered here, so a
guard that starts anew goes on where another one stopped.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from exchanges.errors import Reason
from orders import causes
from orders.drafts import OrderDraft
from orders.engine import Engine
from orders.exchanges import OpenExchanges
from orders.journal import JournalUnavailable
from orders.ledger import Ledger, LedgerOrder
from orders.protection import drafting, planning
from orders.protection.shapes import Group, GroupKey, Plan
from orders.protection.store import ProtectionStore
from orders.protection.venue_terms import VenueTerms
from orders.vocabulary import OrderStatus
from orders.waiting import Sleep, ended, pause
from orders.wire import decimal_text

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
EVERYTHING_EVERY = timedelta(seconds=60)
ASK_AGAIN_AFTER = timedelta(seconds=10)
# Orders get their ids before they are committed, so that a lower one may appear later.
_IDS_IN_FLIGHT = 1_000
_LOOKS_APART = 0.05
_ON_THEIR_WAY = frozenset({OrderStatus.PENDING, OrderStatus.SUBMITTING})


class Guard:
    """Runs between `start` and `stop`, that is while this process leads. `may_send` are the
    switches, which the engine asks as well.
    """

    def __init__(
        self,
        database_url: str,
        *,
        engine: Engine,
        exchanges: OpenExchanges,
        ledger: Ledger,
        may_send: Callable[[OrderDraft], Reason | None],
        clock: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._store = ProtectionStore(database_url)
        self._engine = engine
        self._terms = VenueTerms(exchanges, clock)
        self._ledger = ledger
        self._may_send = may_send
        self._clock = clock
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy: set[GroupKey] = set()
        self._overlooked: set[GroupKey] = set()
        self._settled: dict[GroupKey, Group] = {}
        self._cancelling: dict[int, datetime] = {}
        self._since = 0
        self._everything_at: datetime | None = None

    def start(self) -> None:
        if self._looking is None:
            self._everything_at = None
            self._looking = asyncio.create_task(self._look_forever())

    async def stop(self) -> None:
        """What was asked of the engine goes on there; the next guard sees what became of it."""
        if self._looking is None:
            return
        looking, self._looking = self._looking, None
        await ended(looking)
        await ended(*self._tasks)
        self._settled.clear()
        self._cancelling.clear()
        await self._store.stop()

    def wake(self) -> None:
        """Something changed in the ledger, perhaps in another process."""
        self._wake.set()

    async def _look_forever(self) -> None:
        while True:
            try:
                await self._look()
            except JournalUnavailable as error:
                self._failed()
                log.warning("protections_not_read", error=str(error))
            except Exception:
                self._failed()
                log.exception("protections_not_read")
            await asyncio.sleep(_LOOKS_APART)  # of a burst of news only the last is worth a look
            await pause(LOOK_SECONDS, self._wake, self._sleep)

    async def _look(self) -> None:
        groups = await self._read()
        self._settled = {g.key: g for g in groups if self._settled.get(g.key) == g}
        news = [group for group in groups if group.key not in self._settled]
        entries = await self._ledger.orders([group.entries[0].order_id for group in news])
        for group in news:
            if group.key in self._busy:
                self._overlooked.add(group.key)
            else:
                self._busy.add(group.key)
                self._begin(self._guard(group, entries[group.entries[0].order_id]))

    async def _read(self) -> list[Group]:
        """Mostly of what is new; now and then of everything, also what was missed or settled."""
        now = self._clock()
        if self._everything_at is not None and now - self._everything_at < EVERYTHING_EVERY:
            return await self._store.read(self._since)
        self._settled.clear()
        groups, since = await self._store.read_everything()
        self._everything_at, self._since = now, max(since - _IDS_IN_FLIGHT, 0)
        return groups

    async def _guard(self, group: Group, entry: LedgerOrder) -> None:
        """Each position by itself: one that fails, or a venue that is slow, stops no other."""
        try:
            await self._attend(group, entry)
        except JournalUnavailable as error:
            self._failed()
            log.warning("position_not_guarded", order_id=entry.order_id, error=str(error))
        except Exception:
            self._failed()
            log.exception("position_not_guarded", order_id=entry.order_id)
        finally:
            self._busy.discard(group.key)
            if group.key in self._overlooked:
                self._overlooked.discard(group.key)
                self._wake.set()

    async def _attend(self, group: Group, entry: LedgerOrder) -> None:
        account = entry.draft.account
        terms = self._terms.known(group.key, account)
        if terms is None and group.held > 0 and await self._terms.learn(group.key, account):
            self._wake.set()  # by now the ledger may say something else
            return
        is_off = self._may_send(entry.draft) is not None
        plan = planning.plan(group, terms, self._clock(), is_switched_off=is_off)
        if not plan.is_nothing:
            await self._carry_out(plan)
        elif not plan.is_waiting and (terms is not None or group.held == 0):
            self._settled[group.key] = group

    async def _carry_out(self, plan: Plan) -> None:
        """The rows first: what others have closed must not be forgotten."""
        self._cancel(plan.cancels)
        about = {new.entry_id for new in plan.places} | {each.entry_id for each in plan.keeps}
        entries = await self._ledger.orders(about)
        now = self._clock()
        if plan.keeps:
            news = [
                drafting.bridge_state(each, entries[each.entry_id].draft, now)
                for each in plan.keeps
                if each.told is not None
            ]
            await self._store.keep(plan.keeps, news, now)
            _log_lines(plan, entries)
        for entry_id in dict.fromkeys(new.entry_id for new in plan.places):
            exits = [new for new in plan.places if new.entry_id == entry_id]
            await self._engine.place(drafting.drafts(exits, entries[entry_id].draft, now))

    def _cancel(self, order_ids: Sequence[int]) -> None:
        """Not waited for: a venue that is slow to cancel holds up nothing else. A cancel that had
        no effect is asked for again, but not at once.
        """
        now = self._clock()
        self._cancelling = {
            order_id: at for order_id, at in self._cancelling.items() if now - at < ASK_AGAIN_AFTER
        }
        for order_id in order_ids:
            if order_id not in self._cancelling:
                self._cancelling[order_id] = now
                self._begin(self._cancel_one(order_id))

    async def _cancel_one(self, order_id: int) -> None:
        try:
            (outcome,) = await self._engine.cancel([order_id], causes.GUARD)
        except JournalUnavailable as error:
            log.warning("exit_not_cancelled", order_id=order_id, error=str(error))
            return
        except Exception:
            log.exception("exit_not_cancelled", order_id=order_id)
            return
        if outcome.status in _ON_THEIR_WAY:  # its landing will be heard of
            self._cancelling.pop(order_id, None)

    def _begin(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _failed(self) -> None:
        """What was to be kept may not have been, so the next look takes in everything."""
        self._everything_at = None


def _log_lines(plan: Plan, entries: Mapping[int, LedgerOrder]) -> None:
    for each in plan.keeps:
        draft = entries[each.entry_id].draft
        log.info(
            "protection",
            receipt=draft.receipt,
            order_id=each.entry_id,
            account_id=draft.account.id,
            symbol=draft.symbol,
            status=each.kept.status.value,
            guarded=decimal_text(each.kept.guarded),
            code=each.kept.error.code if each.kept.error else "",
        )
