"""Being told that the server stops, before the server itself is."""

import asyncio
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def call_before_stopping(callback: Callable[[], None]) -> None:
    """In the running loop, and before the server's own handlers, which it keeps.

    Signals reach the main thread only: elsewhere nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in _STOP_SIGNALS:
        signal.signal(number, _before(signal.getsignal(number), loop, callback))


def _before(
    handler: Any, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]
) -> Callable[[int, FrameType | None], None]:
    def stopping(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
        if callable(handler):
            handler(number, frame)

    return stopping
