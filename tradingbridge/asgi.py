"""The server's entrance: the bare door for alerts, channels for sockets, Django for the rest."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradingbridge.settings")
_django = get_asgi_application()

# These need the app registry, which the line above fills.
from django.conf import settings  # noqa: E402

from orders.routing import websocket_application  # noqa: E402
from tradingbridge import bare, health  # noqa: E402
from tradingbridge.bodies import Bodies, TooLate, TooLong, replayed  # noqa: E402
from tradingbridge.composition import Bridge  # noqa: E402
from tradingbridge.lending import LentExecutors  # noqa: E402
from tradingbridge.stopping import call_before_stopping  # noqa: E402
from tradingbridge.streams import EndingStreams  # noqa: E402
from webhooks import door  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Coroutine[Any, Any, Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

STREAM = "/api/events/"
EXECUTORS = 8
_READS = ("GET", "HEAD")


class Application:
    """One bridge a server: it starts with the first lifespan event and stops with the last."""

    def __init__(self, database_url: str, *, bodies: Bodies | None = None) -> None:
        self._bridge = Bridge(database_url)
        self._bodies = bodies or Bodies()
        self._lent = LentExecutors(_django, count=EXECUTORS)
        self._streams = EndingStreams(self._lent)
        self._is_stopping = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            await self._http(scope, receive, send)
        elif kind == "websocket":
            await websocket_application(scope, receive, send)
        elif kind == "lifespan":
            await self._lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if door.wants(scope):
                await self._alert(scope, receive, send)
            elif scope["path"] == health.LIVE and scope["method"] in _READS:
                await bare.answer(send, 200, health.ALIVE)
            else:
                await self._page(scope, receive, send)
        except asyncio.CancelledError:
            # The server stops, and its grace is over: whoever still read is cut off.
            if not self._is_stopping:
                raise

    async def _alert(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = self._bodies.timed(receive)
        await door.door(scope, body, send)
        if body.is_too_late:
            await bare.refuse(scope, send, 408, bare.TOO_LATE)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The body first: nothing is lent to who may never send it."""
        try:
            body = await self._bodies.whole(receive)
        except TooLate:
            await bare.refuse(scope, send, 408, bare.TOO_LATE)
            return
        except TooLong:
            await bare.refuse(scope, send, 413, bare.TOO_LONG)
            return
        if body is not None:
            answers = self._streams if scope["path"] == STREAM else self._lent
            await answers(scope, replayed(body, receive), send)

    def _stopping(self) -> None:
        self._is_stopping = True
        self._bodies.end()
        self._streams.end()

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._bridge.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        call_before_stopping(self._stopping)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._bridge.stop()
        self._lent.close()
        await send({"type": "lifespan.shutdown.complete"})


application = Application(settings.DATABASE_URL)
