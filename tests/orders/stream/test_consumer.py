"""What a socket answers before it is open, and what it does when it missed something."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.contrib.auth.models import User
from django.db import connections

from orders.routing import websocket_application
from orders.stream.backlog import Backlog, Batch
from orders.stream.consumer import BAD_REQUEST, NOT_LOGGED_IN
from orders.stream.subscription import StoredEvent, group_of
from strategies import api_tokens
from tests.orders.rows import make_event
from tests.orders.stream.clients import PATIENCE


@pytest.fixture(autouse=True)
async def _threads_keep_no_connection(transactional_db: None) -> AsyncIterator[None]:
    yield
    await sync_to_async(connections.close_all)()


class Socket:
    """The application's side of one connection, without a server between."""

    def __init__(self, query: str = "", token: str | None = None) -> None:
        headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
        if token:
            headers.append((b"authorization", f"Token {token}".encode()))
        scope = {
            "type": "websocket",
            "path": "/ws/orders/",
            "query_string": query.encode(),
            "headers": headers,
            "subprotocols": [],
        }
        self._application: Any = ApplicationCommunicator(websocket_application, scope)  # type: ignore[no-untyped-call]

    async def open(self) -> dict[str, Any]:
        """What it says to the hand-shake."""
        await self._application.send_input({"type": "websocket.connect"})
        return await self._said()

    async def receive(self) -> Any:
        return json.loads((await self._said())["text"])

    async def close(self) -> None:
        await self._application.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._application.wait(PATIENCE)

    async def _said(self) -> dict[str, Any]:
        message: dict[str, Any] = await self._application.receive_output(PATIENCE)
        return message


async def token_of(user: User) -> str:
    return await sync_to_async(api_tokens.issue)(user, "test")


@pytest.mark.parametrize("token", [None, "tbu_wrong"])
async def test_without_a_login_the_socket_is_closed_before_it_is_accepted(
    token: str | None,
) -> None:
    said = await Socket(token=token).open()
    assert said == {"type": "websocket.close", "code": NOT_LOGGED_IN}


@pytest.mark.parametrize(
    "query",
    [
        "stratgy=x",
        "account=x",
        "account=1_0",
        "account=" + "9" * 5000,
        "strategy=%00",
        "last_event_id=x",
    ],
)
async def test_a_misspelt_filter_is_refused(owner: User, query: str) -> None:
    said = await Socket(query, await token_of(owner)).open()
    assert said == {"type": "websocket.close", "code": BAD_REQUEST}


async def test_a_message_that_the_layer_dropped_is_read_from_the_ledger(owner: User) -> None:
    socket = Socket(token=await token_of(owner))
    await socket.open()
    dropped = await sync_to_async(make_event)(owner)
    told = await sync_to_async(make_event)(owner)
    layer = get_channel_layer()
    assert layer is not None
    event = {
        "id": told.pk,
        "user_id": owner.pk,
        "name": told.name,
        "strategy": told.strategy,
        "account_id": told.account_id,
        "payload": json.dumps(told.payload),
    }
    message = {"type": "order.events", "previous": dropped.pk, "events": [event]}
    await layer.group_send(group_of(owner.pk), message)
    assert [(await socket.receive())["id"] for _ in range(2)] == [dropped.pk, told.pk]
    await socket.close()


def batch(previous: int, *ids: int) -> Batch:
    events = [
        StoredEvent(id=each, user_id=1, name="x", strategy="", account_id=None, payload="{}")
        for each in ids
    ]
    return Batch(previous=previous, events=events)


async def test_a_backlog_forgets_the_oldest_first_and_always_keeps_the_newest() -> None:
    backlog = Backlog(limit=3)
    for first in (1, 3, 5):
        backlog.put(batch(first - 1, first, first + 1))
    newest = await asyncio.wait_for(backlog.take(), PATIENCE)
    assert newest == batch(4, 5, 6)
