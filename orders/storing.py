"""Storing alerts that wait together in one statement, each key once; and what stays in doubt."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from orders import write_ahead
from orders.reaching import InDoubtError, Reach
from orders.worker import SESSION_LOST, JournalUnavailable, Link, Replies, Reply, refusal, said
from orders.write_ahead import Entry, Holder, Key, Stored

log = structlog.get_logger(__name__)
Holders = dict[Key, Holder]


class DuplicateAlert(Exception):
    """The alert is a copy of one that is stored, and was not stored itself. `receipt` is the
    first one's.
    """

    def __init__(self, receipt: str) -> None:
        super().__init__(f"a copy of alert {receipt}")
        self.receipt = receipt


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


class Storing:
    """`on_stored` is called before the callers hear of it; `on_found` for what turns out to be
    stored although its caller had to be told that it was not.
    """

    def __init__(
        self,
        link: Link,
        reach: Reach,
        process_id: int,
        on_stored: Callable[[Sequence[Entry], Stored], None],
        on_found: Callable[[Entry, Committed], None],
    ) -> None:
        self._link = link
        self._reach = reach
        self._process_id = process_id
        self._on_stored = on_stored
        self._on_found = on_found
        self._in_doubt: list[Entry] = []

    def store(self, jobs: Sequence[StoreJob], replies: Replies) -> None:
        """A copy of what waits with it is kept for the next statement, and needs none when it is
        known by then who has the key.
        """
        while jobs := self._without_doubt(jobs, replies):
            now, later = _each_key_once(jobs)
            holders = self._store(now, replies)
            jobs = []
            for job in later:
                first = holders.get(job.entry.key) if job.entry.key else None
                if first is not None and first.holds_at(job.entry.alert.received_at):
                    replies.add(job.reply, DuplicateAlert(first.receipt))
                else:
                    jobs.append(job)

    def doubt(self, entries: Sequence[Entry]) -> None:
        """Callers of these have given up, so that those not stored by now never will be."""
        self._in_doubt += entries

    def look_for_the_doubtful(self) -> None:
        """Alerts whose commit got no answer in time. Their callers were told that nothing is sent,
        so their keys are free: a copy that comes now is to be carried out.
        """
        entries, self._in_doubt = self._in_doubt, []
        if not entries:
            return

        def attempt(_again: bool) -> Stored:
            with self._link.cursor() as cursor:
                stored = write_ahead.find(cursor, entries)
                alerts = [entry.alert for entry in entries]
                write_ahead.release(cursor, [a for a in alerts if a.receipt in stored.alerts])
                return stored

        try:
            stored = self._reach.reaching(attempt)
        except (*SESSION_LOST, JournalUnavailable):
            self._in_doubt = entries
            return
        found = [entry for entry in entries if entry.alert.receipt in stored.alerts]
        self._tell(found, stored)
        for entry in found:
            self._on_found(entry, _committed(entry, stored))

    def leave_the_doubtful(self) -> None:
        for entry in self._in_doubt:
            log.error("alert_left_in_doubt", receipt=entry.alert.receipt)

    def _without_doubt(self, jobs: Sequence[StoreJob], replies: Replies) -> Sequence[StoreJob]:
        """A copy of an alert that may be stored cannot be told from it before that is known."""
        doubtful = {entry.key for entry in self._in_doubt if entry.key}
        if not any(job.entry.key in doubtful for job in jobs):
            return jobs
        self.look_for_the_doubtful()
        if not self._in_doubt:
            return jobs
        for job in jobs:
            if job.entry.key in doubtful:
                replies.add(job.reply, JournalUnavailable("an alert like this one is in doubt"))
        return [job for job in jobs if job.entry.key not in doubtful]

    def _store(self, jobs: Sequence[StoreJob], replies: Replies) -> Holders:
        """Who has the keys of these now."""
        entries = [job.entry for job in jobs]
        at = datetime.now(UTC)

        def attempt(again: bool) -> Stored:
            with self._link.cursor() as cursor:
                stored = write_ahead.store(cursor, entries, self._process_id, at)
                return write_ahead.found(cursor, entries, stored) if again else stored

        try:
            stored = self._reach.reaching(attempt)
        except JournalUnavailable as error:
            if isinstance(error, InDoubtError):
                self._in_doubt += entries
            for job in jobs:
                replies.add(job.reply, refusal(error))
            return {}
        except Exception as error:  # noqa: BLE001 - passed on to the alert that is to blame
            return self._store_one_by_one(jobs, error, replies)
        return self._answer(jobs, stored, replies)

    def _store_one_by_one(
        self, jobs: Sequence[StoreJob], error: Exception, replies: Replies
    ) -> Holders:
        """One alert that the database does not take is no reason to refuse the others."""
        if len(jobs) > 1:
            holders: Holders = {}
            with self._reach.less_patience(error):
                for job in jobs:
                    holders |= self._store([job], replies)
            return holders
        (job,) = jobs
        log.error("alert_not_stored", receipt=job.entry.alert.receipt, error=said(error))
        replies.add(job.reply, refusal(error))
        return {}

    def _answer(self, jobs: Sequence[StoreJob], stored: Stored, replies: Replies) -> Holders:
        kept, holders = [], dict(stored.holders)
        for job in jobs:
            holder = stored.holder(job.entry)
            if job.entry.alert.receipt in stored.alerts:
                kept.append(job.entry)
                holders |= job.entry.holding
                replies.add(job.reply, _committed(job.entry, stored))
            elif holder is not None:
                replies.add(job.reply, DuplicateAlert(holder.receipt))
            else:
                replies.add(job.reply, JournalUnavailable("this receipt is stored already"))
        self._tell(kept, stored)
        return holders

    def _tell(self, kept: Sequence[Entry], stored: Stored) -> None:
        """It is stored, whatever becomes of the news of it."""
        try:
            self._on_stored(kept, stored)
        except Exception:
            log.exception("events_not_queued", receipts=[entry.alert.receipt for entry in kept])


def _each_key_once(jobs: Sequence[StoreJob]) -> tuple[list[StoreJob], list[StoreJob]]:
    now: list[StoreJob] = []
    later: list[StoreJob] = []
    keys: set[Key] = set()
    for job in jobs:
        key = job.entry.key
        if key is None or key not in keys:
            now.append(job)
            keys |= {key} if key else set()
        else:
            later.append(job)
    return now, later


def _committed(entry: Entry, stored: Stored) -> Committed:
    return Committed(
        alert_id=stored.alerts[entry.alert.receipt],
        order_ids=stored.order_ids(entry),
        committed_at=datetime.now(UTC),
    )
