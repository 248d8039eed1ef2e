"""HTTP as the server reads it, with the bounds that the parser does not set itself."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 64 * 1024
MESSAGE_LIMIT = 8 << 20
HEAD_SECONDS = 10.0
_PIECE = 16 * 1024
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class BoundedRequests(HttpToolsProtocol):
    """A head, and a message with all that its encoding adds, is only so long; and a head only so
    late. A request that arrives in one piece, as alerts do, is not counted at all.
    """

    _counted: object = None
    _received = 0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._cut)

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if len(data) <= _PIECE:
            super().data_received(data)
            self._count(len(data))
            return
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            super().data_received(piece)
            self._count(len(piece))
            if self.transport.is_closing() or self not in self.connections:
                # Refused, or a socket's by now.
                return

    def _count(self, size: int) -> None:
        # None before the first request, and without a method until its head is complete.
        scope: Any = self.scope
        has_head = scope is not None and "method" in scope
        if has_head:
            if self._deadline is not None:
                self._in_time()
            if not self._awaits_more:
                return
        if self._counted is not scope:
            # Some of it may belong to the message before, so it is let off.
            self._counted, self._received = scope, 0
            if not has_head and self._deadline is None:
                self._deadline = self.loop.call_later(HEAD_SECONDS, self._cut)
            return
        self._received += size
        if self._received > (MESSAGE_LIMIT if has_head else HEAD_LIMIT):
            self._refuse()

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    @property
    def _awaits_more(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and cycle.more_body

    @property
    def _is_answering(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _refuse(self) -> None:
        """Nothing is written into the answer to an earlier request."""
        if not self._is_answering:
            self.transport.write(_TOO_LARGE)
        self._cut()

    def _cut(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.close()
