"""Long-lived threads for Django's synchronous part, so that its database connections live on.

Left to itself, Django's ASGI handler starts threads for each request, and each new thread opens a
new PostgreSQL connection.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.db import connections

_PATIENCE = 2.0
App = Callable[[Any, Any, Any], Awaitable[None]]


class LentExecutors:
    """At most `count` requests are at work at once; the others wait for a thread."""

    def __init__(self, app: App, *, count: int) -> None:
        self._app = app
        self._executors = [
            ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"django-{number}")
            for number in range(count)
        ]
        self._free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for executor in reversed(self._executors):
            self._free.put_nowait(executor)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        executor = await self._free.get()
        try:
            async with ThreadSensitiveContext(executor=executor):
                await self._app(scope, receive, send)
        finally:
            self._free.put_nowait(executor)

    def close(self) -> None:
        """Each thread gives its connection back; one that is stuck is not waited for long."""
        given_back = [executor.submit(connections.close_all) for executor in self._executors]
        wait(given_back, timeout=_PATIENCE)
        for executor in self._executors:
            executor.shutdown(wait=False)
