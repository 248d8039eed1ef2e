"""Keeps the routes current: reloaded when told, and every few seconds in case nobody told."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from math import inf

import psycopg2
import psycopg2.extensions
import structlog

from strategies.postgres import connect
from strategies.route_rows import RouteRows, RoutesBuilder, read_rows
from strategies.routes import Routes

log = structlog.get_logger(__name__)

CHANNEL = "routes"
POLL_SECONDS = 2.0
_STATEMENT_TIMEOUT = "SET statement_timeout = '5s'"


class RoutesKeeper:
    """Holds the last good routes; a reload that fails leaves them and is tried again."""

    def __init__(self, database_url: str, *, poll_seconds: float = POLL_SECONDS) -> None:
        self._database_url = database_url
        self._poll_seconds = poll_seconds
        self._routes = Routes(loaded_at=datetime.fromtimestamp(0, UTC))
        self._rows: RouteRows | None = None
        self._loaded = -inf
        self._builder = RoutesBuilder()
        self._connection: psycopg2.extensions.connection | None = None
        self._loading = threading.Lock()
        self._changed = threading.Condition()
        self._asked = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def routes(self) -> Routes:
        return self._routes

    @property
    def age(self) -> float:
        """Seconds since the routes were last known to be current; infinite before the first."""
        return time.monotonic() - self._loaded

    def start(self) -> None:
        """Loads once, loudly, and then keeps the routes current in a thread."""
        if self._thread is not None:
            return
        self.load()
        self._stopping = False
        self._thread = threading.Thread(target=self._keep, name="routes", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._stopping = True
            self._asked.set()
            self._thread.join()
            self._thread = None
        with self._loading:
            self._disconnect()

    def refresh(self, payload: str = "") -> None:  # noqa: ARG002
        """Asks for a reload: the thread does it; without a thread it is done here and now."""
        if self._thread is None:
            self._try_to_load()
        else:
            self._asked.set()

    def load(self) -> Routes:
        """One reload here and now; raises when the database does not answer."""
        with self._loading:
            started, now = time.monotonic(), datetime.now(UTC)
            try:
                rows = self._read()
            except psycopg2.Error:
                self._disconnect()
                raise
            if rows == self._rows:
                routes = replace(self._routes, loaded_at=now)
            else:
                routes = self._builder.build(rows, loaded_at=now)
            self._rows, self._loaded = rows, started
            self._publish(routes)
            return routes

    def wait_for(self, fact: Callable[[Routes], bool], timeout: float = 10.0) -> bool:
        """Whether the fact came true of the routes within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: fact(self._routes), timeout)

    def _publish(self, routes: Routes) -> None:
        with self._changed:
            self._routes = routes
            self._changed.notify_all()

    def _keep(self) -> None:
        while True:
            self._asked.wait(self._poll_seconds)
            self._asked.clear()
            if self._stopping:
                return
            self._try_to_load()

    def _try_to_load(self) -> None:
        try:
            self.load()
        except psycopg2.Error as error:
            log.warning("routes_not_reloaded", error=type(error).__name__)
        except Exception:
            log.exception("routes_not_reloaded")

    def _read(self) -> RouteRows:
        """A connection that was lost since the last time is replaced, once."""
        if self._connection is not None:
            with suppress(psycopg2.OperationalError, psycopg2.InterfaceError):
                return self._read_by(self._connection)
            self._disconnect()
        self._connection = connect(self._database_url, name="routes")
        self._connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        return self._read_by(self._connection)

    @staticmethod
    def _read_by(connection: psycopg2.extensions.connection) -> RouteRows:
        with connection, connection.cursor() as cursor:
            cursor.execute(_STATEMENT_TIMEOUT)
            return read_rows(cursor)

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None
