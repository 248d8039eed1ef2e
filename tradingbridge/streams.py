"""Streams that end when the server stops.

A server waits for the answers that it is giving, and a stream's answer never ends: without this,
every open desk would hold up Ctrl-C, and be cut off with an error in the end.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

App = Callable[[Any, Any, Any], Awaitable[None]]


class EndingStreams:
    """Tells the application that the client left, and the client that the answer is complete."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stopping = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        answer = _Answer(send)
        await self._app(scope, self._until_stopping(receive), answer.send)
        await answer.complete()

    def end(self) -> None:
        self._stopping.set()

    def _until_stopping(self, receive: Any) -> Any:
        async def received() -> Any:
            message = asyncio.ensure_future(receive())
            stopping = asyncio.ensure_future(self._stopping.wait())
            try:
                await asyncio.wait((message, stopping), return_when=asyncio.FIRST_COMPLETED)
                return message.result() if message.done() else {"type": "http.disconnect"}
            finally:
                message.cancel()
                stopping.cancel()

        return received


class _Answer:
    def __init__(self, send: Any) -> None:
        self._send = send
        self._is_open = False

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._is_open = True
        elif not message.get("more_body", False):
            self._is_open = False
        await self._send(message)

    async def complete(self) -> None:
        if self._is_open:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
