"""Requests' bodies: bounded, and not waited for for ever.

A sender that promises a body and falls silent must cost nothing but its own connection.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
Message = Mapping[str, Any]
Reading = Coroutine[Any, Any, T]
Receive = Callable[[], Reading[Message]]

LIMIT = 1 << 20
SECONDS = 10.0
# A client that is answered while it still sends may never see the answer.
_DRAINED_AT_MOST = 4 * LIMIT
_GONE: Message = {"type": "http.disconnect"}


class TooLate(Exception):
    """The rest of the body did not come in time."""


class TooLong(Exception):
    """The body is longer than anything that is taken."""


class Bodies:
    """Belongs to one event loop. Whoever is still waited for when the server stops is too late."""

    def __init__(self, *, seconds: float = SECONDS, limit: int = LIMIT) -> None:
        self._seconds = seconds
        self._limit = limit
        self._waiting: set[asyncio.Timeout] = set()

    def end(self) -> None:
        """From here on only what has arrived already is read."""
        self._seconds = 0.0
        for timeout in self._waiting:
            if not timeout.expired():
                timeout.reschedule(0.0)

    async def whole(self, receive: Receive) -> bytes | None:
        """None when the sender hung up. Raises TooLate and TooLong."""
        return await self.in_time(self._read(receive))

    async def _read(self, receive: Receive) -> bytes | None:
        kept, seen = bytearray(), 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunk = message.get("body", b"")
            seen += len(chunk)
            kept += chunk[: self._limit - len(kept)]
            if not message.get("more_body", False) or seen > _DRAINED_AT_MOST:
                break
        if seen > self._limit:
            raise TooLong
        return bytes(kept)

    def timed(self, receive: Receive) -> "TimedReceive":
        return TimedReceive(receive, self)

    async def in_time(self, reading: Reading[T]) -> T:
        """Raises TooLate; what has arrived already is read even when the time is up."""
        try:
            async with asyncio.timeout(self._seconds) as timeout:
                self._waiting.add(timeout)
                try:
                    return await reading
                finally:
                    self._waiting.discard(timeout)
        except TimeoutError:
            raise TooLate from None


class TimedReceive:
    """For who reads a body by himself: being too late looks like hanging up."""

    __slots__ = ("_bodies", "_receive", "is_too_late")

    def __init__(self, receive: Receive, bodies: Bodies) -> None:
        self._receive = receive
        self._bodies = bodies
        self.is_too_late = False

    async def __call__(self) -> Message:
        try:
            return await self._bodies.in_time(self._receive())
        except TooLate:
            self.is_too_late = True
            return _GONE


def replayed(body: bytes, receive: Receive) -> Receive:
    """A body that was read, once more; then whatever else the client does."""
    whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return whole.pop() if whole else await receive()

    return received
