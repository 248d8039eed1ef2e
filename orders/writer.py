"""The write-ahead thread: alerts that wait together share one statement and one durable commit."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import psycopg2
import structlog

from orders import transitions, write_ahead
from orders.worker import (
    HELD_UP,
    SESSION_LOST,
    SESSION_USELESS,
    TOO_MUCH,
    JournalUnavailable,
    Replies,
    Reply,
    Worker,
    said,
)
from orders.write_ahead import Entry, Stored

log = structlog.get_logger(__name__)
R = TypeVar("R")

CONNECT_WITHIN = 0.4
_CONNECT_AGAIN_AFTER = 0.05
_ALERTS_AT_MOST = 64
LOCK_TIMEOUT = 1_000
# For one of a group that has waited its time already, while the rest of the group waits for it.
_LOCK_TIMEOUT_ALONE = 50
_SET_LOCK_TIMEOUT = "SET lock_timeout = {};"
_SET_STATEMENT_TIMEOUT = "SET statement_timeout = '3s';"


class InDoubtError(JournalUnavailable):
    """Given up while it was not known whether the last attempt went through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """`order_ids` are in the order of the drafts."""

    alert_id: int
    order_ids: tuple[int, ...]
    committed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreJob:
    entry: Entry
    reply: Reply[Committed]
    is_refusal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimJob:
    order_ids: tuple[int, ...]
    reply: Reply[frozenset[int]]


class Writer(Worker[StoreJob | ClaimJob]):
    """Both jobs may be done twice without harm, so a commit that got no answer is simply repeated.

    `on_stored` is called in this thread, before the callers hear of it; `on_found` for what turns
    out to be stored although its caller had to be told that it was not.
    """

    takes_at_most = _ALERTS_AT_MOST

    def __init__(
        self,
        database_url: str,
        process_id: int,
        on_stored: Callable[[Sequence[Entry], Stored], None],
        on_found: Callable[[Entry, Committed], None],
        *,
        refusals_at_most: int,
    ) -> None:
        patience = _SET_LOCK_TIMEOUT.format(LOCK_TIMEOUT) + _SET_STATEMENT_TIMEOUT
        super().__init__("journal-writer", database_url, patience + write_ahead.PREPARE)
        self._process_id = process_id
        self._on_stored = on_stored
        self._on_found = on_found
        self._in_doubt: list[Entry] = []
        self._pause = threading.Event()
        self._refusals_at_most = refusals_at_most
        self._refusals = 0
        self._counting = threading.Lock()

    @property
    def backlog(self) -> int:
        """Without the refusals, which have a bound of their own."""
        return super().backlog - self._refusals

    def put(self, job: StoreJob | ClaimJob) -> None:
        is_refusal = isinstance(job, StoreJob) and job.is_refusal
        with self._counting:
            if is_refusal and self._refusals >= self._refusals_at_most:
                raise JournalUnavailable("too many refused alerts are waiting to be written")
            super().put(job)
            self._refusals += is_refusal

    def work(self, jobs: Sequence[StoreJob | ClaimJob]) -> None:
        replies = Replies()
        with self._counting:
            self._refusals -= sum(isinstance(job, StoreJob) and job.is_refusal for job in jobs)
        try:
            self._claim([job for job in jobs if isinstance(job, ClaimJob)], replies)
            self._store(
                [j for j in jobs if isinstance(j, StoreJob) and j.reply.is_awaited], replies
            )
            if self._in_doubt and not self.is_stuck.is_set():
                self._look_for_the_doubtful()
        finally:
            replies.deliver()

    def _store(self, jobs: Sequence[StoreJob], replies: Replies) -> None:
        if not jobs:
            return
        entries = [job.entry for job in jobs]
        at = datetime.now(UTC)

        def attempt(again: bool) -> Stored:
            with self.link.cursor() as cursor:
                stored = write_ahead.store(cursor, entries, self._process_id, at)
                is_whole = len(stored.alerts) == len(entries)
                return write_ahead.find(cursor, entries) if again and not is_whole else stored

        try:
            stored = self._reaching(attempt)
        except JournalUnavailable as error:
            if isinstance(error, InDoubtError):
                self._in_doubt += entries
            for job in jobs:
                replies.add(job.reply, _refusal(error))
        except Exception as error:  # noqa: BLE001 - passed on to the alert that is to blame
            self._store_one_by_one(jobs, error, replies)
        else:
            self._answer(jobs, stored, replies)

    def _store_one_by_one(
        self, jobs: Sequence[StoreJob], error: Exception, replies: Replies
    ) -> None:
        """One alert that the database does not take is no reason to refuse the others."""
        if len(jobs) > 1:
            with self._less_patience(error):
                for job in jobs:
                    self._store([job], replies)
            return
        (job,) = jobs
        log.error("alert_not_stored", receipt=job.entry.alert.receipt, error=said(error))
        replies.add(job.reply, _refusal(error))

    def _answer(self, jobs: Sequence[StoreJob], stored: Stored, replies: Replies) -> None:
        kept = []
        for job in jobs:
            if job.entry.alert.receipt not in stored.alerts:
                replies.add(job.reply, JournalUnavailable("this receipt is stored already"))
                continue
            kept.append(job.entry)
            replies.add(job.reply, _committed(job.entry, stored))
        self._tell(kept, stored)

    def _tell(self, kept: Sequence[Entry], stored: Stored) -> None:
        """It is stored, whatever becomes of the news of it."""
        try:
            self._on_stored(kept, stored)
        except Exception:
            log.exception("events_not_queued", receipts=[entry.alert.receipt for entry in kept])

    @contextmanager
    def _less_patience(self, error: Exception) -> Iterator[None]:
        """With a lock that was waited for in vain, while its waiters are tried one by one."""
        if isinstance(error, HELD_UP):
            self._set_lock_timeout(_LOCK_TIMEOUT_ALONE)
        try:
            yield
        finally:
            if isinstance(error, HELD_UP):
                self._set_lock_timeout(LOCK_TIMEOUT)

    def _set_lock_timeout(self, milliseconds: int) -> None:
        """A session that is lost by now begins with the usual one."""
        with suppress(psycopg2.Error), self.link.cursor() as cursor:
            cursor.execute(_SET_LOCK_TIMEOUT.format(milliseconds))

    def on_return(self) -> None:
        self._look_for_the_doubtful()

    def on_end(self) -> None:
        self._look_for_the_doubtful()
        for entry in self._in_doubt:
            log.error("alert_left_in_doubt", receipt=entry.alert.receipt)

    def _look_for_the_doubtful(self) -> None:
        """Alerts whose commit got no answer in time; their callers were told nothing is sent."""
        entries, self._in_doubt = self._in_doubt, []
        if not entries:
            return
        try:
            with self.link.cursor() as cursor:
                stored = write_ahead.find(cursor, entries)
        except SESSION_LOST:
            self._in_doubt = entries
            return
        found = [entry for entry in entries if entry.alert.receipt in stored.alerts]
        self._tell(found, stored)
        for entry in found:
            self._on_found(entry, _committed(entry, stored))

    def _claim(self, jobs: Sequence[ClaimJob], replies: Replies) -> None:
        if not jobs:
            return
        wanted = [order_id for job in jobs for order_id in job.order_ids]
        at = datetime.now(UTC)

        def attempt(again: bool) -> frozenset[int]:
            with self.link.cursor() as cursor:
                claimed = transitions.claim(cursor, wanted, self._process_id, at)
                if again:
                    claimed |= transitions.claimed_at(cursor, wanted, self._process_id, at)
                return claimed

        try:
            claimed = self._reaching(attempt)
        except Exception as error:  # noqa: BLE001 - passed on to those who asked
            self._claim_one_by_one(jobs, error, replies)
        else:
            for job in jobs:
                replies.add(job.reply, claimed.intersection(job.order_ids))
                claimed -= frozenset(job.order_ids)  # of two who ask at once, one gets it

    def _claim_one_by_one(
        self, jobs: Sequence[ClaimJob], error: Exception, replies: Replies
    ) -> None:
        """One order that somebody holds is no reason to refuse the others."""
        if len(jobs) > 1 and isinstance(error, HELD_UP):
            with self._less_patience(error):
                for job in jobs:
                    self._claim([job], replies)
            return
        for job in jobs:
            replies.add(job.reply, _refusal(error))

    def _reaching(self, attempt: Callable[[bool], R]) -> R:
        """Try on a live connection, and once more on a new one after the first was lost, since its
        commit may have gone through: `attempt` is told so. Gives up after a bounded wait, and
        without one while the database is known to be down.
        """
        deadline = time.monotonic() + (0 if self.is_stuck.is_set() else CONNECT_WITHIN)
        again = False
        while True:
            try:
                self.link.connection()
                answer = attempt(again)
            except (TOO_MUCH, *HELD_UP) as error:
                if again:
                    raise InDoubtError(said(error)) from error
                raise
            except SESSION_LOST as error:
                if self.link.is_up and not isinstance(error, SESSION_USELESS):
                    raise _given_up(error, again) from error
                again = again or self.link.was_up
                self.link.drop()
                if time.monotonic() >= deadline:
                    self.is_stuck.set()
                    raise _given_up(error, again) from error
                self._pause.wait(_CONNECT_AGAIN_AFTER)
            else:
                self.is_stuck.clear()
                return answer


def _committed(entry: Entry, stored: Stored) -> Committed:
    return Committed(
        alert_id=stored.alerts[entry.alert.receipt],
        order_ids=stored.order_ids(entry),
        committed_at=datetime.now(UTC),
    )


def _given_up(error: Exception, in_doubt: bool) -> JournalUnavailable:
    return InDoubtError(said(error)) if in_doubt else JournalUnavailable(said(error))


def _refusal(error: Exception) -> JournalUnavailable:
    refusal = JournalUnavailable(said(error))
    refusal.__cause__ = error
    return refusal
