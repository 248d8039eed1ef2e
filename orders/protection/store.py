"""The guard's own connection: one consistent look at the ledger, and the rows it keeps."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import psycopg2

from orders import events
from orders.events import NewEvent
from orders.protection import rows
from orders.protection.shapes import Group, Keeping
from orders.rows import Cursor
from orders.worker import JournalUnavailable, Link, said

T = TypeVar("T")

_PREPARE = "SET statement_timeout = '5s'; SET lock_timeout = '2s'"
# The fills of an entry, those of its exits and the position are of one and the same moment.
_READING = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITING = "BEGIN"


class ProtectionStore:
    """In one thread. Every question may raise JournalUnavailable, and then nothing was kept."""

    def __init__(self, database_url: str) -> None:
        self._link = Link(database_url, "guard", _PREPARE)
        self._thread: ThreadPoolExecutor | None = None

    async def read(self, since: int) -> list[Group]:
        """What there may be something to do for. See `rows.read`."""
        return await self._ask(_READING, lambda cursor: rows.read(cursor, since))

    async def read_everything(self) -> tuple[list[Group], int]:
        """With the order from which on `read` misses nothing that is still to come."""
        return await self._ask(
            _READING, lambda cursor: (rows.read(cursor, 0), rows.watermark(cursor))
        )

    async def keep(self, keeps: Sequence[Keeping], news: Sequence[NewEvent], at: datetime) -> None:
        """The rows and the events that tell of them, together."""

        def work(cursor: Cursor) -> None:
            rows.keep(cursor, keeps, at)
            events.publish(cursor, news, at)

        await self._ask(_WRITING, work)

    async def stop(self) -> None:
        """Safe to call twice; a later question starts it again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.submit(self._link.drop)
            await asyncio.to_thread(thread.shutdown)

    async def _ask(self, begin: str, work: Callable[[Cursor], T]) -> T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="guard")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._transact, begin, work)

    def _transact(self, begin: str, work: Callable[[Cursor], T]) -> T:
        try:
            with self._link.cursor() as cursor:
                cursor.execute(begin)
                answer = work(cursor)
                cursor.execute("COMMIT")
        except psycopg2.Error as error:
            self._link.drop()
            raise JournalUnavailable(said(error)) from error
        except BaseException:
            self._link.drop()
            raise
        return answer
