"""One LISTEN connection a process, in a thread of its own."""

import os
import selectors
import threading
from collections.abc import Callable, Mapping

import psycopg2
import psycopg2.extensions
import structlog
from psycopg2.sql import SQL, Identifier

from strategies.postgres import connect

log = structlog.get_logger(__name__)

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0


class Listener:
    """Calls a channel's handler with each payload, in the listener's thread.

    On every connect each handler is called with "", since something may have been missed.
    """

    def __init__(self, database_url: str, handlers: Mapping[str, Callable[[str], None]]) -> None:
        self._database_url = database_url
        self._handlers = dict(handlers)
        self._stopping = threading.Event()
        self._wake_reader, self._wake_writer = -1, -1
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is not None:
            return
        self._stopping.clear()
        self._wake_reader, self._wake_writer = os.pipe()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is None:
            return
        self._stopping.set()
        os.write(self._wake_writer, b"x")
        self._thread.join()
        os.close(self._wake_reader)
        os.close(self._wake_writer)
        self._thread = None

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                connection = self._connect()
            except psycopg2.Error as error:
                log.warning("listener_cannot_connect", error=type(error).__name__)
                self._stopping.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            pause = _FIRST_PAUSE
            try:
                self._listen(connection)
            except psycopg2.Error as error:
                log.warning("listener_lost_its_connection", error=type(error).__name__)
            finally:
                connection.close()

    def _connect(self) -> psycopg2.extensions.connection:
        connection = connect(self._database_url, name="listener")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                for channel in self._handlers:
                    cursor.execute(SQL("LISTEN {}").format(Identifier(channel)))
        except psycopg2.Error:
            connection.close()
            raise
        return connection

    def _listen(self, connection: psycopg2.extensions.connection) -> None:
        for channel in self._handlers:
            self._call(channel, "")
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while not self._stopping.is_set():
                self._deliver(connection)
                selector.select()
                connection.poll()

    def _deliver(self, connection: psycopg2.extensions.connection) -> None:
        while connection.notifies and not self._stopping.is_set():
            notice = connection.notifies.pop(0)
            self._call(notice.channel, notice.payload)

    def _call(self, channel: str, payload: str) -> None:
        try:
            self._handlers[channel](payload)
        except Exception:
            log.exception("listener_handler_failed", channel=channel)
