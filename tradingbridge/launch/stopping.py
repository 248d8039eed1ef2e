"""Ctrl-C, `kill` and a closed terminal all mean: stop, and leave nothing behind."""

import signal
from types import FrameType
from typing import Protocol


class Serving(Protocol):
    """uvicorn's server, which is imported later."""

    should_exit: bool


class Stopped(Exception):
    """Somebody asked the bridge to stop while it was starting."""


class StopRequest:
    """Noted at once, obeyed between two steps: an exception anywhere would leave things half done.

    While it serves, uvicorn installs `note` too. Its own answer to a second Ctrl-C would be to
    leave without stopping the bridge, whose database then goes away under it.
    """

    def __init__(self) -> None:
        self.is_made = False
        self._server: Serving | None = None
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.note)
        signal.signal(signal.SIGHUP, self._as_terminated)

    def obey(self) -> None:
        if self.is_made:
            raise Stopped

    def pass_on_to(self, server: Serving) -> None:
        """Also between the last look and the moment when the server listens itself."""
        self._server = server

    def note(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn calls it
        self.is_made = True
        if self._server is not None:
            self._server.should_exit = True

    def _as_terminated(self, _number: int, _frame: FrameType | None) -> None:
        """The terminal is gone: whoever listens for SIGTERM by now is meant."""
        signal.raise_signal(signal.SIGTERM)
