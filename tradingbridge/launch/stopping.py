"""Ctrl-C, `kill` and a closed terminal all mean: stop, and leave nothing behind."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Protocol


class Serving(Protocol):
    """uvicorn's server, which is imported later."""

    should_exit: bool
    handle_exit: Callable[[int, FrameType | None], None]


class Stopped(Exception):
    """Somebody asked the bridge to stop while it was starting."""


class StopRequest:
    """Noted at once, obeyed between two steps: an exception anywhere would leave things half done.

    While it serves, uvicorn listens itself and calls what it is given here: its own answer to a
    second Ctrl-C would be to leave the bridge running on a database that goes away.
    """

    def __init__(self) -> None:
        self.is_made = False
        self._server: Serving | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)
        signal.signal(signal.SIGHUP, self._as_terminated)

    def obey(self) -> None:
        if self.is_made:
            raise Stopped

    def pass_on_to(self, server: Serving) -> None:
        """Also between the last look and the moment when the server listens itself."""
        server.handle_exit = self._note
        self._server = server

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.is_made = True
        if self._server is not None:
            self._server.should_exit = True

    def _as_terminated(self, _number: int, _frame: FrameType | None) -> None:
        """The terminal is gone: whoever listens for SIGTERM by now is meant."""
        signal.raise_signal(signal.SIGTERM)
