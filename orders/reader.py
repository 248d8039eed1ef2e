"""The reading thread: what the way of an alert asks of the ledger."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from orders.rows import Cursor
from orders.worker import SESSION_LOST, Replies, Reply, Worker, refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadJob:
    read: Callable[[Cursor], Any]
    reply: Reply[Any] = field(default_factory=Reply.here)


class Reader(Worker[ReadJob]):
    """A read may be repeated, and is, once, on a new connection."""

    def __init__(self, database_url: str) -> None:
        super().__init__("journal-reader", database_url, "SET statement_timeout = '5s'")

    def work(self, jobs: Sequence[ReadJob]) -> None:
        for job in jobs:
            replies = Replies()
            try:
                replies.add(job.reply, self._read(job))
            except Exception as error:  # noqa: BLE001 - passed on to the one who asked
                replies.add(job.reply, refusal(error))
            replies.deliver()

    def _read(self, job: ReadJob) -> Any:
        try:
            return self._once(job)
        except SESSION_LOST:
            self.link.drop()
            return self._once(job)

    def _once(self, job: ReadJob) -> Any:
        with self.link.cursor() as cursor:
            return job.read(cursor)
