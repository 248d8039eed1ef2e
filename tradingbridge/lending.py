"""Long-lived threads for Django's synchronous part, so that its database connections live on.

Left to itself, Django's ASGI handler starts threads for each request, and each new thread opens a
new PostgreSQL connection.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from typing import Any, ParamSpec, TypeVar

from asgiref.sync import ThreadSensitiveContext
from django.db import connections

P = ParamSpec("P")
T = TypeVar("T")
App = Callable[[Any, Any, Any], Awaitable[None]]

_PATIENCE = 2.0
_AFTERWARDS = 4


class LentExecutors:
    """At most `count` requests are at work at once; the others wait for a thread.

    A thread is given back as soon as the answer begins: its reader may be as slow as he likes.
    What is left to do then (to close the response, a stream's look at the ledger) is for a few
    threads that all answers share, and that hold no connection.
    """

    def __init__(self, app: App, *, count: int) -> None:
        self._app = app
        self._executors = [
            ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"django-{number}")
            for number in range(count)
        ]
        self._afterwards = ThreadPoolExecutor(_AFTERWARDS, thread_name_prefix="django-afterwards")
        self._free: asyncio.LifoQueue[ThreadPoolExecutor] = asyncio.LifoQueue()
        for executor in reversed(self._executors):
            self._free.put_nowait(executor)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        loan = _Loan(await self._free.get(), self._free.put_nowait, self._afterwards)
        try:
            async with ThreadSensitiveContext(executor=loan):
                await self._app(scope, receive, _Answer(send, loan).send)
        finally:
            loan.give_back()

    def close(self) -> None:
        """Each thread gives its connection back; one that is stuck is not waited for long."""
        given_back = [executor.submit(connections.close_all) for executor in self._executors]
        wait(given_back, timeout=_PATIENCE)
        for executor in (*self._executors, self._afterwards):
            executor.shutdown(wait=False)


class _Loan(Executor):
    def __init__(
        self, lent: Executor, give_back: Callable[[Any], None], afterwards: Executor
    ) -> None:
        self._lent: Executor | None = lent
        self._give_back = give_back
        self._afterwards = afterwards

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return (self._lent or self._afterwards).submit(fn, *args, **kwargs)

    def give_back(self) -> None:
        if self._lent is not None:
            self._give_back(self._lent)
            self._lent = None


class _Answer:
    """Begins with its first bytes: until there are some, the application is still at work."""

    def __init__(self, send: Any, loan: _Loan) -> None:
        self._send = send
        self._loan = loan
        self._start: Any = None

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._loan.give_back()
        if self._start is not None:
            start, self._start = self._start, None
            await self._send(start)
        await self._send(message)
