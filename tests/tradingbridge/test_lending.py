"""A thread is lent for the work of an answer, and never for its reading."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from tests.tradingbridge.clients import PATIENCE, Exchange, chunk
from tradingbridge.lending import LentExecutors

START = {"type": "http.response.start", "status": 200, "headers": []}


class Stage:
    """An application that says in which thread it works, and answers as it is told."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.work()
        await send(START)
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        await self.work()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def work(self) -> None:
        name = await sync_to_async(lambda: threading.current_thread().name)()
        self.threads.append(name)


@pytest.fixture
async def stage() -> Stage:
    return Stage()


@pytest.fixture
async def lent(stage: Stage) -> AsyncIterator[LentExecutors]:
    lent = LentExecutors(stage, count=1)
    yield lent
    await asyncio.to_thread(lent.close)


class SlowReader(Exchange):
    """Reads nothing that is sent, until it is let."""

    def __init__(self) -> None:
        super().__init__("GET", "/", chunk(b"", more=False))
        self.reads = asyncio.Event()

    async def send(self, message: Any) -> None:
        await super().send(message)
        await self.reads.wait()


async def test_slow_readers_keep_no_thread(lent: LentExecutors) -> None:
    slow = [SlowReader() for _ in range(3)]
    reading = [asyncio.create_task(each.with_app(lent)) for each in slow]
    for each in slow:
        await asyncio.wait_for(each.is_heard.wait(), PATIENCE)
    quick = await Exchange("GET", "/", chunk(b"", more=False)).with_app(lent)
    assert quick.status == 200
    for each in slow:
        each.reads.set()
    await asyncio.gather(*reading)
    assert [len(each.heard) for each in slow] == [3, 3, 3]


async def test_what_is_left_to_do_afterwards_is_done_in_another_thread(
    lent: LentExecutors, stage: Stage
) -> None:
    await Exchange("GET", "/", chunk(b"", more=False)).with_app(lent)
    before, after = stage.threads
    assert before.startswith("django-0")
    assert after.startswith("django-afterwards")


async def test_an_answer_that_breaks_off_gives_its_thread_back(stage: Stage) -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        await send(START)
        raise RuntimeError

    lent = LentExecutors(broken, count=1)
    for _ in range(2):
        exchange = Exchange("GET", "/")
        with pytest.raises(RuntimeError):
            await exchange.with_app(lent)
        assert exchange.heard == []
    await asyncio.to_thread(lent.close)
