"""The recording thread: results, answers and events in batched commits, until they are written."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg2
import structlog

from orders import events, transitions
from orders.changes import Change, Recorded
from orders.events import NewEvent
from orders.rows import Cursor, columns_of
from orders.worker import (
    HELD_UP,
    SESSION_LOST,
    TOO_MUCH,
    JournalUnavailable,
    Link,
    Replies,
    Reply,
    Worker,
    refusal,
    said,
)

log = structlog.get_logger(__name__)

DRAIN_WITHIN = 10.0
PATIENCE = 0.01
LOCK_TIMEOUT = 2_000
_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
_SET_LOCK_TIMEOUT = "SET lock_timeout = {}"
_XID = "SELECT pg_current_xact_id_if_assigned()::text"
_OUTCOME = "SELECT pg_xact_status(%s::xid8)"
_ANSWERS = """
UPDATE orders_alert a SET http_status = n.http_status, answer = n.answer::jsonb
FROM unnest(%s::bigint[], %s::smallint[], %s::text[]) AS n(id, http_status, answer)
WHERE a.id = n.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordJob:
    change: Change
    reply: Reply[Recorded] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnounceJob:
    """`news` is called in the recording thread, away from the sends."""

    news: Callable[[], Sequence[NewEvent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerJob:
    """`answer` is JSON text."""

    alert_id: int
    http_status: int
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteJob:
    """`write` is called in the recording thread and transaction, again when that is repeated; what
    it returns is told once it is committed.
    """

    write: Callable[[Cursor], Sequence[NewEvent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlushJob:
    """Answered once everything queued before it is written."""

    reply: Reply[None]


RecorderJob = RecordJob | AnnounceJob | AnswerJob | NoteJob | FlushJob


@dataclass(slots=True, kw_only=True)
class Batch:
    changes: list[RecordJob] = field(default_factory=list)
    announcements: list[AnnounceJob] = field(default_factory=list)
    answers: list[AnswerJob] = field(default_factory=list)
    notes: list[NoteJob] = field(default_factory=list)
    flushes: list[FlushJob] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.changes or self.announcements or self.answers or self.notes)

    @classmethod
    def of(cls, jobs: Sequence[RecorderJob]) -> "Batch":
        batch = cls()
        for job in jobs:
            match job:
                case RecordJob():
                    batch.changes.append(job)
                case AnnounceJob():
                    batch.announcements.append(job)
                case AnswerJob():
                    batch.answers.append(job)
                case NoteJob():
                    batch.notes.append(job)
                case FlushJob():
                    batch.flushes.append(job)
        return batch


class Recorder(Worker[RecorderJob]):
    """Keeps what it could not write and tries until the database is back. A commit that got no
    answer is asked for by its transaction id, so that nothing is applied twice.
    """

    patience = PATIENCE

    def __init__(self, database_url: str) -> None:
        super().__init__("journal-recorder", database_url, _SET_LOCK_TIMEOUT.format(LOCK_TIMEOUT))
        self._pause = threading.Event()
        self._give_up_at: float | None = None

    def can_wait(self, job: RecorderJob) -> bool:
        return isinstance(job, AnnounceJob | AnswerJob | NoteJob)

    def work(self, jobs: Sequence[RecorderJob]) -> None:
        batch, replies = Batch.of(jobs), Replies()
        try:
            self._write(jobs, replies)
            for flush in batch.flushes:
                replies.add(flush.reply, None)
        finally:
            replies.deliver()

    def _write(self, jobs: Sequence[RecorderJob], replies: Replies) -> None:
        try:
            recorded = self._persist(Batch.of(jobs))
        except Exception as error:  # noqa: BLE001 - passed on to each job that is to blame
            self._write_one_by_one(jobs, error, replies)
        else:
            for job, record in zip(Batch.of(jobs).changes, recorded, strict=True):
                if job.reply is not None:
                    replies.add(job.reply, record)

    def _write_one_by_one(
        self, jobs: Sequence[RecorderJob], error: Exception, replies: Replies
    ) -> None:
        """One result that the database does not take must not hold up the others."""
        if len(jobs) > 1 and not isinstance(error, JournalUnavailable):
            for job in jobs:
                self._write([job], replies)
            return
        for job in jobs:
            _log_lost(job, error)
            if isinstance(job, RecordJob) and job.reply is not None:
                replies.add(job.reply, refusal(error))

    def _persist(self, batch: Batch) -> list[Recorded]:
        """Until it is written. Raises what a repetition would not cure, and JournalUnavailable
        when the bridge stops and the database stays away.
        """
        if batch.is_empty:
            return []
        failures = 0
        while True:
            attempt = _Attempt(batch)
            try:
                recorded = attempt.run(self.link)
            except TOO_MUCH:
                self._roll_back()
                raise
            except HELD_UP as error:
                self._roll_back()
                self._wait(failures, error)
                failures += 1
                continue
            except SESSION_LOST as error:
                self.is_stuck.set()
                if attempt.is_in_doubt and self._went_through(attempt.xid):
                    recorded = attempt.recorded
                else:
                    self._reconnect(failures, error)
                    failures += 1
                    continue
            except BaseException:
                self._roll_back()
                raise
            self.is_stuck.clear()
            return recorded

    def _went_through(self, xid: str) -> bool:
        failures = 0
        while True:
            try:
                with self.link.cursor() as cursor:
                    cursor.execute(_OUTCOME, (xid,))
                    (outcome,) = cursor.fetchone() or (None,)
            except SESSION_LOST as error:
                self._reconnect(failures, error)
            else:
                if outcome != "in progress":
                    return bool(outcome == "committed")
                self._pause.wait(_PAUSES[0])
            failures += 1

    def _reconnect(self, failures: int, error: Exception) -> None:
        self.link.drop()
        self._wait(failures, error)

    def _wait(self, failures: int, error: Exception) -> None:
        """Before the next attempt. Raises JournalUnavailable when there is to be none."""
        if self.stopping.is_set():
            now = time.monotonic()
            self._give_up_at = self._give_up_at or now + DRAIN_WITHIN
            if now >= self._give_up_at:
                raise JournalUnavailable(said(error)) from error
        if failures == 0:
            log.warning("journal_interrupted", error=said(error), backlog=self.backlog)
        self._pause.wait(_PAUSES[min(failures, len(_PAUSES) - 1)])

    def _roll_back(self) -> None:
        try:
            with self.link.cursor() as cursor:
                cursor.execute("ROLLBACK")
        except psycopg2.Error:
            self.link.drop()


class _Attempt:
    """One transaction of a batch. In doubt from the moment it asks for the commit."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self.recorded: list[Recorded] = []
        self.xid = ""
        self.is_in_doubt = False

    def run(self, link: Link) -> list[Recorded]:
        connection = link.connection()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            self._write(cursor)
            cursor.execute(_XID)
            (xid,) = cursor.fetchone() or (None,)
            self.xid = xid or ""
            self.is_in_doubt = xid is not None
            cursor.execute("COMMIT")
        return self.recorded

    def _write(self, cursor: Cursor) -> None:
        batch = self._batch
        self.recorded, news = transitions.carry_out(cursor, [job.change for job in batch.changes])
        if batch.answers:
            cursor.execute(
                _ANSWERS,
                columns_of(batch.answers, ("alert_id", "http_status", "answer")),
            )
        noted = [event for note in batch.notes for event in note.write(cursor)]
        told = [*_announced(batch.announcements), *news, *noted]
        events.publish(cursor, told, datetime.now(UTC))


def _announced(jobs: Sequence[AnnounceJob]) -> list[NewEvent]:
    """What cannot be told must not hold up what is to be recorded with it."""
    announced: list[NewEvent] = []
    for job in jobs:
        try:
            announced += job.news()
        except Exception:
            log.exception("events_not_made")
    return announced


def _log_lost(job: RecorderJob, error: Exception) -> None:
    match job:
        case RecordJob():
            change = job.change
            log.error(
                "result_not_recorded",
                order_id=change.order_id,
                order_event=change.event.value,
                cause=change.cause,
                error=said(error),
            )
        case AnswerJob():
            log.error("answer_not_recorded", alert_id=job.alert_id, error=said(error))
        case NoteJob():
            log.error("note_not_recorded", error=said(error))
        case AnnounceJob():
            log.error("events_not_written", error=said(error))
        case FlushJob():
            pass
