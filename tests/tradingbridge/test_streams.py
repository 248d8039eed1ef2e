"""Streams end when the server stops, and are whole for the client that hears them."""

import asyncio
from typing import Any

from tradingbridge.streams import EndingStreams

START = {"type": "http.response.start", "status": 200, "headers": []}
CHUNK = {"type": "http.response.body", "body": b"chunk", "more_body": True}
LAST = {"type": "http.response.body", "body": b"", "more_body": False}
REQUEST = {"type": "http.request", "body": b"", "more_body": False}
PATIENCE = 5


class Client:
    """Asks once and then stays silent; remembers what it was sent."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self._requests = [REQUEST]

    async def receive(self) -> Any:
        if self._requests:
            return self._requests.pop()
        return await asyncio.get_running_loop().create_future()

    async def send(self, message: Any) -> None:
        self.heard.append(message)


async def endless(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send(START)
    await send(CHUNK)
    message = await receive()
    assert message == {"type": "http.disconnect"}


async def brief(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send(START)
    await send(LAST)


async def silent(scope: Any, receive: Any, send: Any) -> None:
    await receive()


async def test_an_open_stream_is_completed_when_the_server_stops() -> None:
    client, streams = Client(), EndingStreams(endless)
    answering = asyncio.create_task(streams({}, client.receive, client.send))
    streams.end()
    await asyncio.wait_for(answering, PATIENCE)
    assert client.heard == [START, CHUNK, LAST]


async def test_an_answer_that_is_complete_gets_nothing_added() -> None:
    client, streams = Client(), EndingStreams(brief)
    await asyncio.wait_for(streams({}, client.receive, client.send), PATIENCE)
    assert client.heard == [START, LAST]


async def test_an_answer_that_never_began_is_not_completed() -> None:
    client, streams = Client(), EndingStreams(silent)
    await asyncio.wait_for(streams({}, client.receive, client.send), PATIENCE)
    assert client.heard == []
