"""The server's entrance: the bare door for alerts, channels for sockets, Django for the rest."""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tradingbridge.settings")
_django = get_asgi_application()

# These need the app registry, which the line above fills.
from django.conf import settings  # noqa: E402

from orders.routing import websocket_application  # noqa: E402
from tradingbridge.composition import Bridge  # noqa: E402
from tradingbridge.lending import LentExecutors  # noqa: E402
from tradingbridge.streams import EndingStreams  # noqa: E402
from webhooks import door  # noqa: E402

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

STREAMS = ("/api/events/",)


class Application:
    """One bridge a server: it starts with the first lifespan event and stops with the last."""

    def __init__(self, database_url: str) -> None:
        self._bridge = Bridge(database_url)
        self._lent = LentExecutors(_django, count=8)
        self._streams = EndingStreams(_django)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            await self._http(scope, receive, send)
        elif kind == "websocket":
            await websocket_application(scope, receive, send)
        elif kind == "lifespan":
            await self._lifespan(receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        if door.wants(scope):
            await door.door(scope, receive, send)
        elif scope["path"].startswith(STREAMS):
            # A stream lives for hours: it must not keep a lent thread.
            await self._streams(scope, receive, send)
        else:
            await self._lent(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self._bridge.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        self._streams.end_on_signals()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._bridge.stop()
        self._lent.close()
        await send({"type": "lifespan.shutdown.complete"})


application = Application(settings.DATABASE_URL)
