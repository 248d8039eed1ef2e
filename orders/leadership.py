"""Proof of life and leadership: two advisory locks that end with their connection."""

import os
import selectors
import threading
from collections.abc import Callable
from contextlib import suppress

import psycopg2
import psycopg2.extensions
import structlog

from strategies.postgres import connect

log = structlog.get_logger(__name__)

# PostgreSQL keeps pairs of numbers apart by their first: one for processes, one for the leader.
PROCESS_LOCK_CLASS = 0x7442
LEADER_LOCK_CLASS = 0x7443
_CHECK_SECONDS = 1.0
_STATEMENT_TIMEOUT = "SET statement_timeout = '5s'"


class NoProofOfLife(Exception):
    """The process could not take its lock, so others would take its orders for abandoned."""


class Leadership:
    """A thread with one connection that holds both locks, and takes them again when it is lost.

    `on_change` is called in that thread whenever this process becomes or stops being the leader.
    """

    def __init__(
        self,
        database_url: str,
        process_id: int,
        on_change: Callable[[bool], None] = lambda _: None,
        *,
        check_seconds: float = _CHECK_SECONDS,
    ) -> None:
        self._database_url = database_url
        self._process_id = process_id
        self._on_change = on_change
        self._check_seconds = check_seconds
        self._alive = threading.Event()
        self._stopping = threading.Event()
        self._is_leader = False
        self._wake_reader, self._wake_writer = -1, -1
        self._thread: threading.Thread | None = None

    @property
    def is_alive(self) -> bool:
        """Whether the database sees this process as living."""
        return self._alive.is_set()

    @property
    def is_leader(self) -> bool:
        return self._is_leader

    def start(self, *, patience: float = 10.0) -> None:
        """Returns once the process lock is held; raises NoProofOfLife."""
        if self._thread is not None:
            return
        self._stopping.clear()
        self._wake_reader, self._wake_writer = os.pipe()
        self._thread = threading.Thread(target=self._keep, name="leadership", daemon=True)
        self._thread.start()
        if not self._alive.wait(patience):
            self.stop()
            raise NoProofOfLife("the database did not give this process its lock")

    def stop(self) -> None:
        if self._thread is None:
            return
        self._stopping.set()
        os.write(self._wake_writer, b"x")
        self._thread.join()
        os.close(self._wake_reader)
        os.close(self._wake_writer)
        self._thread = None

    def _keep(self) -> None:
        while not self._stopping.is_set():
            connection = None
            try:
                connection = connect(self._database_url, name="leadership")
                self._hold(connection)
            except psycopg2.Error as error:
                log.warning("leadership_lost_its_connection", error=type(error).__name__)
            finally:
                self._alive.clear()
                self._lead(False)
                if connection is not None:
                    with suppress(psycopg2.Error):
                        connection.close()
            self._stopping.wait(0.2)

    def _hold(self, connection: psycopg2.extensions.connection) -> None:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(_STATEMENT_TIMEOUT)
            if not _try_lock(cursor, PROCESS_LOCK_CLASS, self._process_id):
                log.warning("process_lock_is_taken", process_id=self._process_id)
                return
            self._alive.set()
            while not self._stopping.is_set():
                if not self._is_leader:
                    self._lead(_try_lock(cursor, LEADER_LOCK_CLASS, 0))
                self._wait(connection)
                cursor.execute("SELECT 1")

    def _wait(self, connection: psycopg2.extensions.connection) -> None:
        """A connection that the server ends becomes readable, so its loss is seen at once."""
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            selector.select(self._check_seconds)

    def _lead(self, is_leader: bool) -> None:
        if is_leader != self._is_leader:
            self._is_leader = is_leader
            self._on_change(is_leader)


def _try_lock(cursor: psycopg2.extensions.cursor, lock_class: int, number: int) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", (lock_class, number))
    row = cursor.fetchone()
    return row is not None and bool(row[0])
