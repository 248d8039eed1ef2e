"""The journal: nothing is sent before it is stored here, and no result is lost on its way here.

Callers await on any running loop; three threads with a connection each do the work.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, TypeVar

import structlog

from orders import cancel_asks, events, known_alerts, reasons, write_ahead
from orders.added_orders import Added, Addition, Placing
from orders.changes import Change, Recorded
from orders.drafts import AlertDraft, CancelDraft, OrderDraft
from orders.events import NewEvent
from orders.exposure import Exposure
from orders.ledger_queries import OpenOrderRow, Standing
from orders.ledger_reads import LedgerReads
from orders.recorder import (
    AnnounceJob,
    AnswerJob,
    FlushJob,
    NoteJob,
    Recorder,
    RecordJob,
)
from orders.rows import Cursor
from orders.states import Event
from orders.wire import json_text
from orders.worker import JournalUnavailable, Reply
from orders.write_ahead import Entry, Stored
from orders.writer import (
    AddJob,
    ClaimJob,
    Committed,
    DoubtJob,
    DuplicateAlert,
    News,
    StoreJob,
    Writer,
    WriterJob,
)

__all__ = [
    "Added",
    "Committed",
    "DuplicateAlert",
    "Exposure",
    "Journal",
    "JournalUnavailable",
    "OpenOrderRow",
    "Standing",
]

log = structlog.get_logger(__name__)
T = TypeVar("T")

WAITING_AT_MOST = 2_000
REFUSALS_AT_MOST = 200
BACKLOG_AT_MOST = 20_000
ANSWERS_WITHIN = 5.0
HEARD_AT_MOST = 1_000
_UNTRIMMED: Mapping[int, Decimal] = MappingProxyType({})


class Journal(LedgerReads):
    """`process_id` names this process on the orders that it may send."""

    def __init__(
        self,
        database_url: str,
        process_id: int,
        *,
        waiting_at_most: int = WAITING_AT_MOST,
        refusals_at_most: int = REFUSALS_AT_MOST,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        super().__init__(database_url)
        self.process_id = process_id
        self._waiting_at_most = waiting_at_most
        self._answers_within = answers_within
        self._writer = Writer(
            database_url,
            process_id,
            News(
                stored=self._announce,
                found=self._never_sent,
                added=self._announce_added,
                found_added=self._never_sent_added,
            ),
            refusals_at_most=refusals_at_most,
        )
        self._recorder = Recorder(database_url)
        self._heard: deque[str] = deque(maxlen=HEARD_AT_MOST)

    @property
    def healthy(self) -> bool:
        """Whether an alert that came now would be taken, as far as is known without trying."""
        return self._writer.is_healthy and self._recorder.is_healthy and not self._is_full

    @property
    def _is_full(self) -> bool:
        return (
            self._writer.backlog >= self._waiting_at_most
            or self._recorder.backlog >= BACKLOG_AT_MOST
        )

    async def start(self) -> None:
        """A database that is away does not stop the start: it is reached for with each alert."""
        await asyncio.gather(self._recorder.start(), self._reader.start(), self._writer.start())

    async def stop(self) -> None:
        """What was taken is still written; what cannot be is logged with the orders' ids."""
        await self._writer.stop()
        await self._reader.stop()
        await self._recorder.stop()

    async def write_ahead(
        self,
        alert: AlertDraft,
        orders: Sequence[OrderDraft],
        claimed: Container[str],
        cancels: Sequence[CancelDraft] = (),
    ) -> Committed:
        """Returns after the durable commit; `cancels` are then the caller's to carry out. Raises
        DuplicateAlert for a copy of an alert that is stored; and JournalUnavailable, and then
        nothing may be sent: should the commit come through all the same, the orders end as
        FAILED, and the alert's key is free again.
        """
        entry = Entry(alert=alert, orders=tuple(orders), claimed=claimed, cancels=tuple(cancels))
        reply: Reply[Committed] = Reply.here(lambda late: self._left_behind(entry, late))
        committed = None
        try:
            committed = await self._ask_the_writer(StoreJob(entry=entry, reply=reply), reply)
        finally:
            if committed is None and reply.future.cancelled():
                self._given_up(entry)
        self._heard.append(alert.receipt)
        return committed

    async def take_over(self, receipt: str) -> None:
        """The alert was never sent, and the key that it still has is free for a copy of it.
        Raises JournalUnavailable when that could not be written in time.
        """

        def release(cursor: Cursor) -> Sequence[NewEvent]:
            known_alerts.release(cursor, receipt)
            return ()

        self.note(release)
        try:
            async with asyncio.timeout(self._answers_within):
                await self.written()
        except TimeoutError:
            raise JournalUnavailable("the database did not answer in time") from None

    def has_heard(self, receipt: str) -> bool:
        """Whether the alert was stored here lately and its caller knows: it is carried out."""
        return receipt in self._heard

    async def write_refused(self, alert: AlertDraft) -> Committed:
        """Keep an alert that makes no orders. Strangers may send any number of these, so that
        few of them may wait; beyond those it raises JournalUnavailable at once.
        """
        reply: Reply[Committed] = Reply.here()
        job = StoreJob(entry=Entry(alert=alert), reply=reply, is_refusal=True)
        return await self._ask_the_writer(job, reply)

    async def add_orders(self, orders: Sequence[OrderDraft], claimed: Container[str]) -> Added:
        """More orders of alerts that are stored, by the drafts' receipts. Those that have a row
        already (of this client order id) are named, and are not to be sent again. Raises
        JournalUnavailable as `write_ahead` does.
        """
        addition = Addition(orders=tuple(orders), claimed=claimed)
        if len({draft.client_order_id for draft in orders}) != len(orders):
            raise ValueError("two of these orders have the same client order id")
        if not orders:
            return Added(order_ids=(), known=frozenset(), committed_at=datetime.now(UTC))
        reply: Reply[Added] = Reply.here(lambda late: self._added_late(addition, late))
        return await self._ask_the_writer(AddJob(addition=addition, reply=reply), reply)

    async def claim(
        self, order_ids: Collection[int], quantities: Mapping[int, Decimal] = _UNTRIMMED
    ) -> frozenset[int]:
        """PENDING -> SUBMITTING, durably: those that are now this process's to send. `quantities`
        are what some of them are trimmed to in the same commit; an order is never enlarged.

        Raises JournalUnavailable; the orders may be claimed by then, but are not to be sent.
        """
        if not order_ids:
            return frozenset()
        if any(quantity <= 0 for quantity in quantities.values()):
            raise ValueError("an order cannot be trimmed to nothing")
        reply: Reply[frozenset[int]] = Reply.here()
        job = ClaimJob(order_ids=tuple(order_ids), quantities=quantities, reply=reply)
        return await self._ask_the_writer(job, reply)

    async def record(self, change: Change) -> Recorded:
        """Returns after the commit, however long the database is away. Raises JournalUnavailable
        only when it cannot ever be written: the change is impossible, or the journal was stopped.
        """
        reply: Reply[Recorded] = Reply.here()
        self._recorder.put(RecordJob(change=change, reply=reply))
        return await reply.future

    async def answered(self, alert_id: int, http_status: int, answer: Mapping[str, Any]) -> None:
        """Queued: an answer does not wait for its own record. See `written`."""
        self._recorder.put(
            AnswerJob(alert_id=alert_id, http_status=http_status, answer=json_text(answer))
        )

    def note(self, write: Callable[[Cursor], Sequence[NewEvent]]) -> None:
        """Queued: what else is to be kept, with the events that tell of it. See `NoteJob`."""
        self._recorder.put(NoteJob(write=write))

    def duplicated(self, receipt: str, received_at: datetime, peer: str) -> None:
        """A copy of that alert arrived. Queued as answers are. Raises JournalUnavailable only
        after the journal was stopped.
        """

        def keep(cursor: Cursor) -> Sequence[NewEvent]:
            known_alerts.duplicated(cursor, receipt, received_at, peer)
            return ()

        self.note(keep)

    async def written(self) -> None:
        """Returns when all that was queued before has been written."""
        reply: Reply[None] = Reply.here()
        self._recorder.put(FlushJob(reply=reply))
        await reply.future

    async def _ask_the_writer(self, job: WriterJob, reply: Reply[T]) -> T:
        if self._is_full:
            raise JournalUnavailable("too much is waiting to be written")
        self._writer.put(job)
        try:
            await asyncio.wait((reply.future,), timeout=self._answers_within)
        except asyncio.CancelledError:
            reply.abandon()
            raise
        if not reply.future.done():
            reply.abandon()
            raise JournalUnavailable("the database did not answer in time")
        return reply.future.result()

    def _announce(self, entries: Sequence[Entry], stored: Stored) -> None:
        """In the writer's thread, so that no change of an order is queued before its creation."""
        at = datetime.now(UTC)
        self._recorder.put(AnnounceJob(news=lambda: _news(entries, stored, at)))

    def _announce_added(self, addition: Addition, placing: Placing) -> None:
        at = datetime.now(UTC)
        self._recorder.put(AnnounceJob(news=lambda: _news_of(addition, placing.new, at)))

    def _given_up(self, entry: Entry) -> None:
        """Queued before its sender can be told, and so before any copy that the sender sends."""
        with suppress(JournalUnavailable):
            self._writer.put(DoubtJob(entry=entry))

    def _left_behind(self, entry: Entry, late: Committed) -> None:
        """The key must be free before a copy is looked at, so the writer is the one to do it."""
        try:
            self._writer.put(DoubtJob(entry=entry))
        except JournalUnavailable:  # it takes no copy any more
            self._never_sent(entry, late)

    def _never_sent(self, entry: Entry, late: Committed) -> None:
        """The caller had gone when the commit came through, so nobody will send these. Called in
        the caller's loop or in the writer's thread.
        """
        log.warning("stored_too_late", receipt=entry.alert.receipt, alert_id=late.alert_id)

        def release(cursor: Cursor) -> Sequence[NewEvent]:
            write_ahead.release(cursor, [entry.alert])
            cancel_asks.withdraw(cursor, late.alert_id, datetime.now(UTC))
            return ()

        with suppress(JournalUnavailable):
            self.note(release)
        self._fail(zip(entry.orders, late.order_ids, strict=True))

    def _added_late(self, addition: Addition, late: Added) -> None:
        new = [d for d in addition.orders if d.client_order_id not in late.known]
        self._fail(zip(new, late.order_ids, strict=True))

    def _never_sent_added(self, addition: Addition, placing: Placing) -> None:
        new = [d for d in addition.orders if d.client_order_id in placing.new]
        self._fail(zip(new, placing.order_ids(addition), strict=True))

    def _fail(self, orders: Iterable[tuple[OrderDraft, int]]) -> None:
        at = datetime.now(UTC)
        for draft, order_id in orders:
            change = Change(order_id=order_id, event=Event.FAILED, at=at, reason=reasons.NEVER_SENT)
            if draft.failure is None:
                with suppress(JournalUnavailable):
                    self._recorder.put(RecordJob(change=change))


def _news(entries: Sequence[Entry], stored: Stored, at: datetime) -> list[NewEvent]:
    news = []
    for entry in entries:
        alert = events.of_alert(entry.alert)
        if alert is not None:
            news.append(alert)
        news += _news_of(entry, stored.orders, at)
    return news


def _news_of(
    stored: Entry | Addition, order_ids: Mapping[str, int], at: datetime
) -> list[NewEvent]:
    return [
        events.of_draft(draft, order_ids[draft.client_order_id], stored.birth(draft), at)
        for draft in stored.orders
        if draft.client_order_id in order_ids
    ]
