"""Waiting that can be cut short, with a sleep that is handed in."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]


async def pause(seconds: float, wake: asyncio.Event, sleep: Sleep) -> None:
    """Until `wake` is set (it is cleared again), or `seconds` have passed."""
    sleeping = asyncio.ensure_future(sleep(seconds))
    waking = asyncio.ensure_future(wake.wait())
    try:
        await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeping.cancel()
        waking.cancel()
    wake.clear()


async def ended(*tasks: "asyncio.Task[None]") -> None:
    """Cancel them and wait until they are gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def within(seconds: float, coroutine: Coroutine[Any, Any, T]) -> T:
    """Its result. Raises TimeoutError in time even when it does not listen to its cancellation."""
    task = asyncio.create_task(coroutine)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(_forget)
    if not done:
        raise TimeoutError
    return task.result()


def _forget(task: "asyncio.Task[Any]") -> None:
    """Nobody waits for it any more, so its error is nobody's."""
    if not task.cancelled():
        task.exception()
