"""The least an HTTP client can be: keep-alive, one request at a time on each connection."""

import asyncio
from collections.abc import Sequence
from typing import cast


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = bytes(self._buffer).partition(b"\r\n\r\n")
        if separator and len(rest) >= _content_length(head) and self._answer is not None:
            self._buffer.clear()
            self._answer.set_result(rest)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    def post(self, path: str, body: bytes, headers: Sequence[str] = ()) -> "asyncio.Future[bytes]":
        """The bytes are written before this returns."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        lines = [f"POST {path} HTTP/1.1", "Host: loopback", "Content-Type: application/json"]
        lines += [f"Content-Length: {len(body)}", *headers, "", ""]
        self._transport.write("\r\n".join(lines).encode() + body)
        return self._answer


async def connect(port: int) -> Connection:
    _, connection = await asyncio.get_running_loop().create_connection(
        Connection, "127.0.0.1", port
    )
    return connection


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
