"""The journal: nothing is sent before it is stored here, and no result is lost on its way here.

Callers await on any running loop; three threads with a connection each do the work.
"""

import asyncio
from collections.abc import Callable, Collection, Container, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

import structlog

from exchanges.vocabulary import MarketType, Side
from orders import events, ledger_queries, reasons
from orders.changes import Change, Recorded
from orders.drafts import AlertDraft, OrderDraft
from orders.events import NewEvent
from orders.ledger_queries import OpenOrderQuery, OpenOrderRow, Reader, ReadJob
from orders.recorder import AnnounceJob, AnswerJob, FlushJob, Recorder, RecordJob
from orders.rows import Cursor
from orders.states import Event
from orders.wire import json_text
from orders.worker import JournalUnavailable, Reply
from orders.write_ahead import Entry, Stored
from orders.writer import ClaimJob, Committed, StoreJob, Writer

__all__ = ["Committed", "Journal", "JournalUnavailable"]

log = structlog.get_logger(__name__)
T = TypeVar("T")

WAITING_AT_MOST = 2_000
REFUSALS_AT_MOST = 200
BACKLOG_AT_MOST = 20_000
ANSWERS_WITHIN = 5.0


class Journal:
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
        self.process_id = process_id
        self._waiting_at_most = waiting_at_most
        self._answers_within = answers_within
        self._writer = Writer(
            database_url,
            process_id,
            self._announce,
            self._never_sent,
            refusals_at_most=refusals_at_most,
        )
        self._recorder = Recorder(database_url)
        self._reader = Reader(database_url)

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
        self, alert: AlertDraft, orders: Sequence[OrderDraft], claimed: Container[str]
    ) -> Committed:
        """Returns after the durable commit. Raises JournalUnavailable, and then nothing may be
        sent: should the commit come through all the same, the orders end as FAILED.
        """
        entry = Entry(alert=alert, orders=tuple(orders), claimed=claimed)
        reply: Reply[Committed] = Reply.here(lambda late: self._never_sent(entry, late))
        return await self._ask_the_writer(StoreJob(entry=entry, reply=reply), reply)

    async def write_refused(self, alert: AlertDraft) -> Committed:
        """Keep an alert that makes no orders. Strangers may send any number of these, so that
        few of them may wait; beyond those it raises JournalUnavailable at once.
        """
        reply: Reply[Committed] = Reply.here()
        job = StoreJob(entry=Entry(alert=alert), reply=reply, is_refusal=True)
        return await self._ask_the_writer(job, reply)

    async def claim(self, order_ids: Collection[int]) -> frozenset[int]:
        """PENDING -> SUBMITTING, durably: those that are now this process's to send.

        Raises JournalUnavailable; the orders may be claimed by then, but are not to be sent.
        """
        if not order_ids:
            return frozenset()
        reply: Reply[frozenset[int]] = Reply.here()
        return await self._ask_the_writer(ClaimJob(order_ids=tuple(order_ids), reply=reply), reply)

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

    async def written(self) -> None:
        """Returns when all that was queued before has been written."""
        reply: Reply[None] = Reply.here()
        self._recorder.put(FlushJob(reply=reply))
        await reply.future

    async def positions(
        self,
        strategy_id: int,
        account_ids: Sequence[int],
        market_type: MarketType,
        symbol: str,
    ) -> dict[int, Decimal]:
        """Signed, one for each account asked for. Raises JournalUnavailable, never a zero guess."""
        return await self._read(
            lambda cursor: ledger_queries.positions(
                cursor, strategy_id, account_ids, market_type, symbol
            )
        )

    async def open_orders(
        self,
        strategy_id: int,
        account_ids: Sequence[int] | None = None,
        *,
        symbol: str | None = None,
        side: Side | None = None,
        created_before: datetime | None = None,
    ) -> list[OpenOrderRow]:
        """The strategy's unfinished orders. Raises JournalUnavailable."""
        query = OpenOrderQuery(
            strategy_id=strategy_id,
            account_ids=account_ids,
            symbol=symbol,
            side=side,
            created_before=created_before,
        )
        return await self._read(lambda cursor: ledger_queries.open_orders(cursor, query))

    async def _ask_the_writer(self, job: StoreJob | ClaimJob, reply: Reply[T]) -> T:
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

    async def _read(self, read: Callable[[Cursor], T]) -> T:
        job = ReadJob(read=read)
        self._reader.put(job)
        answer: T = await job.reply.future
        return answer

    def _announce(self, entries: Sequence[Entry], stored: Stored) -> None:
        """In the writer's thread, so that no change of an order is queued before its creation."""
        at = datetime.now(UTC)
        self._recorder.put(AnnounceJob(news=lambda: _news(entries, stored, at)))

    def _never_sent(self, entry: Entry, late: Committed) -> None:
        """The caller had gone when the commit came through, so nobody will send these. Called in
        the caller's loop or in the writer's thread.
        """
        log.warning("stored_too_late", receipt=entry.alert.receipt, alert_id=late.alert_id)
        at = datetime.now(UTC)
        for draft, order_id in zip(entry.orders, late.order_ids, strict=True):
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
        news += [
            events.of_draft(draft, stored.orders[draft.client_order_id], entry.birth(draft), at)
            for draft in entry.orders
        ]
    return news
