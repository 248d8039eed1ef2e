"""Senders that promise a body and do not send it, or send too much of it."""

import asyncio
from typing import Any
from unittest.mock import patch

import pytest

from tests.tradingbridge.clients import PATIENCE, Exchange, chunk
from tradingbridge import asgi
from tradingbridge.asgi import EXECUTORS, Application
from tradingbridge.bodies import Bodies, TooLate

PATHS = ["/api/webhook/", "/api/accounts/", "/api/events/", "/admin/login/"]


def application(**bounds: Any) -> Application:
    """Nothing is started: what is refused here needs no bridge."""
    return Application("postgresql://nowhere/", bodies=Bodies(**bounds))


@pytest.mark.parametrize("path", PATHS)
async def test_a_body_that_does_not_come_is_not_waited_for(path: str) -> None:
    silent = Exchange("POST", path, chunk(b"{"), accept_language="en")
    await silent.with_app(application(seconds=0.01))
    assert (silent.status, silent.code) == (408, "body_too_late")
    assert silent.headers[b"connection"] == b"close"


async def test_silent_senders_take_no_thread_from_others() -> None:
    app = application()
    silent = [Exchange("POST", "/api/accounts/", chunk(b"{")) for _ in range(EXECUTORS + 1)]
    waiting = [asyncio.create_task(each.with_app(app)) for each in silent]
    answered = await Exchange("GET", "/api/nothing/", chunk(b"", more=False)).with_app(app)
    assert answered.status == 404
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_body_that_is_too_long_is_refused() -> None:
    long = Exchange("POST", "/api/accounts/", chunk(b"x" * 9), chunk(b"x" * 9, more=False))
    await long.with_app(application(limit=10))
    assert (long.status, long.code) == (413, "body_too_large")


async def test_the_process_is_alive_whatever_django_does() -> None:
    with patch.object(asgi, "_django", None):
        alive = await Exchange("GET", "/api/health/live/").with_app(application())
    assert (alive.status, alive.json) == (200, {"status": "ok"})


async def test_a_stop_ends_the_waiting_and_reads_only_what_is_there() -> None:
    bodies = Bodies()
    silent = Exchange("POST", "/", chunk(b"{"))
    reading = asyncio.create_task(bodies.whole(silent.receive))
    await asyncio.sleep(0)
    bodies.end()
    with pytest.raises(TooLate):
        await asyncio.wait_for(reading, PATIENCE)
    complete = Exchange("POST", "/", chunk(b"{"), chunk(b"}", more=False))
    assert await bodies.whole(complete.receive) == b"{}"
    bodies.end()


async def test_who_hangs_up_is_answered_nothing() -> None:
    gone = Exchange("POST", "/api/accounts/", chunk(b"{"), {"type": "http.disconnect"})
    await gone.with_app(application())
    assert gone.heard == []


async def test_a_cancelled_reader_is_cancelled_and_not_too_late() -> None:
    reading = asyncio.create_task(Bodies().whole(Exchange("POST", "/").receive))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
