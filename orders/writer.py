"""The write-ahead thread: alerts that wait together share one statement and one durable commit."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from orders import transitions, write_ahead
from orders.added_orders import Addition, Placing
from orders.adding import Adding, AddJob
from orders.reaching import Reach, patience
from orders.storing import Committed, DuplicateAlert, StoreJob, Storing
from orders.worker import HELD_UP, JournalUnavailable, Replies, Reply, Worker, refusal
from orders.write_ahead import Entry, Stored

__all__ = [
    "AddJob",
    "ClaimJob",
    "Committed",
    "DoubtJob",
    "DuplicateAlert",
    "StoreJob",
    "Writer",
    "WriterJob",
]

_ALERTS_AT_MOST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimJob:
    """`quantities` are what some of them are trimmed to."""

    order_ids: tuple[int, ...]
    reply: Reply[frozenset[int]]
    quantities: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtJob:
    """The alert's caller has given up, and tells its sender so: stored or not, nothing is sent."""

    entry: Entry


WriterJob = StoreJob | AddJob | ClaimJob | DoubtJob


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Called in the writer's thread: for what is stored, before its callers hear of it; and for
    what turns out to be stored although its caller had to be told that it was not.
    """

    stored: Callable[[Sequence[Entry], Stored], None]
    found: Callable[[Entry, Committed], None]
    added: Callable[[Addition, Placing], None]
    found_added: Callable[[Addition, Placing], None]


class Writer(Worker[WriterJob]):
    """Each job may be done twice without harm, so a commit that got no answer is repeated."""

    takes_at_most = _ALERTS_AT_MOST

    def __init__(
        self, database_url: str, process_id: int, news: News, *, refusals_at_most: int
    ) -> None:
        super().__init__("journal-writer", database_url, patience() + write_ahead.PREPARE)
        self._process_id = process_id
        self._reach = Reach(self.link, self.is_stuck)
        self._storing = Storing(self.link, self._reach, process_id, news.stored, news.found)
        self._adding = Adding(self.link, self._reach, process_id, news.added, news.found_added)
        self._refusals_at_most = refusals_at_most
        self._refusals = 0
        self._counting = threading.Lock()

    @property
    def backlog(self) -> int:
        """Without the refusals, which have a bound of their own."""
        return super().backlog - self._refusals

    def put(self, job: WriterJob) -> None:
        is_refusal = isinstance(job, StoreJob) and job.is_refusal
        with self._counting:
            if is_refusal and self._refusals >= self._refusals_at_most:
                raise JournalUnavailable("too many refused alerts are waiting to be written")
            super().put(job)
            self._refusals += is_refusal

    def work(self, jobs: Sequence[WriterJob]) -> None:
        replies = Replies()
        with self._counting:
            self._refusals -= sum(isinstance(job, StoreJob) and job.is_refusal for job in jobs)
        # The doubts first: a copy among the jobs is to be carried out.
        self._storing.doubt([job.entry for job in jobs if isinstance(job, DoubtJob)])
        awaited = [job for job in jobs if _is_awaited(job)]
        try:
            self._claim([job for job in awaited if isinstance(job, ClaimJob)], replies)
            self._storing.store([job for job in awaited if isinstance(job, StoreJob)], replies)
            self._adding.add([job for job in awaited if isinstance(job, AddJob)], replies)
            if not self.is_stuck.is_set():
                self._look_for_the_doubtful()
        finally:
            replies.deliver()

    def on_return(self) -> None:
        self._look_for_the_doubtful()

    def on_end(self) -> None:
        self._look_for_the_doubtful()
        self._storing.leave_the_doubtful()
        self._adding.leave_the_doubtful()

    def _look_for_the_doubtful(self) -> None:
        self._storing.look_for_the_doubtful()
        self._adding.look_for_the_doubtful()

    def _claim(self, jobs: Sequence[ClaimJob], replies: Replies) -> None:
        if not jobs:
            return
        wanted: dict[int, Decimal | None] = {}
        for job in jobs:
            for order_id in job.order_ids:
                wanted.setdefault(order_id, job.quantities.get(order_id))
        at = datetime.now(UTC)

        def attempt(again: bool) -> frozenset[int]:
            with self.link.cursor() as cursor:
                claimed = transitions.claim(cursor, wanted, self._process_id, at)
                if again:
                    claimed |= transitions.claimed_at(cursor, wanted, self._process_id, at)
                return claimed

        try:
            claimed = self._reach.reaching(attempt)
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
            with self._reach.less_patience(error):
                for job in jobs:
                    self._claim([job], replies)
            return
        for job in jobs:
            replies.add(job.reply, refusal(error))


def _is_awaited(job: WriterJob) -> bool:
    if isinstance(job, DoubtJob):
        return False
    return isinstance(job, ClaimJob) or job.reply.is_awaited
