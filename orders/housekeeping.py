"""Housekeeping: keys of alerts that nobody can repeat any more are not kept for ever."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from orders.events import NewEvent
from orders.journal import Journal, JournalUnavailable
from orders.rows import Cursor
from orders.waiting import Sleep, ended

log = structlog.get_logger(__name__)

TIDY_SECONDS = 600.0
KEPT_FOR = timedelta(days=1)
# Few enough to hold up nothing that is recorded with them.
KEYS_AT_ONCE = 1_000
_FORGET = """
DELETE FROM orders_alertkey WHERE id = ANY(ARRAY(
  SELECT id FROM orders_alertkey WHERE expires_at < %s ORDER BY expires_at LIMIT %s
)) AND expires_at < %s
RETURNING id
"""


class Housekeeping:
    """Runs between `start` and `stop`, that is while this process leads.

    A key that has expired is kept for a day, so that no clock that is wrong brings an alert back.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        clock: Callable[[], datetime],
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        if self._task is not None:
            task, self._task = self._task, None
            await ended(task)

    async def tidy(self) -> None:
        while await self._forget_some() == KEYS_AT_ONCE:
            pass

    async def _forget_some(self) -> int:
        before = self._clock() - KEPT_FOR
        forgotten = 0

        def forget(cursor: Cursor) -> Sequence[NewEvent]:
            nonlocal forgotten
            cursor.execute(_FORGET, (before, KEYS_AT_ONCE, before))
            forgotten = len(cursor.fetchall())
            return ()

        self._journal.note(forget)
        await self._journal.written()
        return forgotten

    async def _run(self) -> None:
        while True:
            try:
                await self.tidy()
            except JournalUnavailable as error:
                log.warning("keys_not_forgotten", error=str(error))
            except Exception:
                log.exception("keys_not_forgotten")
            await self._sleep(TIDY_SECONDS)
