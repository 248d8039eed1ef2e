"""A real server on loopback, with the fan-out behind it and no engine."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.core.asgi import get_asgi_application
from django.db import connection, connections

from orders.routing import websocket_application
from orders.stream.fanout import Fanout
from strategies.notifications import Listener
from tests.dsn import test_dsn
from tests.orders.stream.clients import Site
from tests.worlds import make_user
from tradingbridge.lending import LentExecutors

EXECUTORS = 2


class Streams:
    """The events' part of the application, on one database."""

    def __init__(self, database_url: str) -> None:
        self.fanout = Fanout(database_url)
        self.listener = Listener(database_url, {"order_events": self.fanout.notified})
        self._lent = LentExecutors(get_asgi_application(), count=EXECUTORS)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self._lent(scope, receive, send)
        elif scope["type"] == "websocket":
            await websocket_application(scope, receive, send)
        else:
            await self._lifespan(receive, send)

    async def _lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        await self.fanout.start()
        self.listener.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.to_thread(self.listener.stop)
        await self.fanout.stop()
        await asyncio.to_thread(self._lent.close)
        await sync_to_async(connections.close_all)()
        await send({"type": "lifespan.shutdown.complete"})


class Server:
    """Connections wait in the socket's queue until it is up, so nobody waits for that."""

    def __init__(self, app: Any) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen()
        config = uvicorn.Config(
            app, log_config=None, lifespan="on", timeout_graceful_shutdown=5, ws="websockets-sansio"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="server"
        )
        self._thread.start()

    @property
    def address(self) -> str:
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture
def streams(transactional_db: None) -> Streams:
    return Streams(test_dsn())


@contextmanager
def served(app: Any) -> Iterator[Site]:
    server = Server(app)
    site = Site(address=server.address)
    try:
        yield site
    finally:
        site.close()
        server.stop()


@pytest.fixture
def site(streams: Streams) -> Iterator[Site]:
    with served(streams) as site:
        yield site


@pytest.fixture
def owner(transactional_db: None) -> User:
    return make_user("owner")


@pytest.fixture
def mate(transactional_db: None) -> User:
    return make_user("mate")


def notify() -> None:
    """What the journal does behind its commit."""
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY order_events")
