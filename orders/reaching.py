"""How the write-ahead thread reaches the database: twice at most, and never for long."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

import psycopg2

from orders.worker import (
    HELD_UP,
    SESSION_LOST,
    SESSION_USELESS,
    TOO_MUCH,
    JournalUnavailable,
    Link,
    said,
)

R = TypeVar("R")

CONNECT_WITHIN = 0.4
LOCK_TIMEOUT = 1_000
_CONNECT_AGAIN_AFTER = 0.05
# For one of a group that has waited its time already, while the rest of the group waits for it.
_LOCK_TIMEOUT_ALONE = 50
_SET_LOCK_TIMEOUT = "SET lock_timeout = {};"
_SET_STATEMENT_TIMEOUT = "SET statement_timeout = '3s';"


class InDoubtError(JournalUnavailable):
    """Given up while it was not known whether the last attempt went through."""


def patience() -> str:
    """What each session begins with."""
    return _SET_LOCK_TIMEOUT.format(LOCK_TIMEOUT) + _SET_STATEMENT_TIMEOUT


class Reach:
    """`is_stuck` is set while the database is known to be down."""

    def __init__(self, link: Link, is_stuck: threading.Event) -> None:
        self._link = link
        self._is_stuck = is_stuck
        self._pause = threading.Event()

    def reaching(self, attempt: Callable[[bool], R]) -> R:
        """Try on a live connection, and once more on a new one after the first was lost, since its
        commit may have gone through: `attempt` is told so. Gives up after a bounded wait, and
        without one while the database is known to be down.
        """
        deadline = time.monotonic() + (0 if self._is_stuck.is_set() else CONNECT_WITHIN)
        again = False
        while True:
            try:
                self._link.connection()
                answer = attempt(again)
            except (TOO_MUCH, *HELD_UP) as error:
                if again:
                    raise InDoubtError(said(error)) from error
                raise
            except SESSION_LOST as error:
                if self._link.is_up and not isinstance(error, SESSION_USELESS):
                    raise _given_up(error, again) from error
                again = again or self._link.was_up
                self._link.drop()
                if time.monotonic() >= deadline:
                    self._is_stuck.set()
                    raise _given_up(error, again) from error
                self._pause.wait(_CONNECT_AGAIN_AFTER)
            else:
                self._is_stuck.clear()
                return answer

    @contextmanager
    def less_patience(self, error: Exception) -> Iterator[None]:
        """With a lock that was waited for in vain, while its waiters are tried one by one."""
        if isinstance(error, HELD_UP):
            self._set_lock_timeout(_LOCK_TIMEOUT_ALONE)
        try:
            yield
        finally:
            if isinstance(error, HELD_UP):
                self._set_lock_timeout(LOCK_TIMEOUT)

    def _set_lock_timeout(self, milliseconds: int) -> None:
        """A session that is lost by now begins with the usual one."""
        with suppress(psycopg2.Error), self._link.cursor() as cursor:
            cursor.execute(_SET_LOCK_TIMEOUT.format(milliseconds))


def _given_up(error: Exception, in_doubt: bool) -> JournalUnavailable:
    return InDoubtError(said(error)) if in_doubt else JournalUnavailable(said(error))
