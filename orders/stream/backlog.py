"""What a socket has still to send. It is bounded: the ledger remembers what it forgets."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from orders.stream.subscription import StoredEvent

LIMIT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`previous` is the id of the user's event before these."""

    previous: int
    events: Sequence[StoredEvent]


class Backlog:
    """Filled without waiting, so that a slow client never holds up the channel layer."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._batches: list[Batch] = []
        self._size = 0
        self._filled = asyncio.Event()

    def put(self, batch: Batch) -> None:
        """Over the limit the oldest go; the gap shows in the next batch's `previous`."""
        self._batches.append(batch)
        self._size += len(batch.events)
        while self._size > self._limit and len(self._batches) > 1:
            self._size -= len(self._batches.pop(0).events)
        self._filled.set()

    async def take(self) -> Batch:
        while not self._batches:
            self._filled.clear()
            await self._filled.wait()
        batch = self._batches.pop(0)
        self._size -= len(batch.events)
        return batch
