"""Waiting that can be cut short, with a sleep that is handed in."""

import asyncio
from collections.abc import Awaitable, Callable

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
