"""Threads and connections that all paper accounts of a process share, one set a database."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import psycopg2
from psycopg2 import extensions as pg

from exchanges.paper import queries, schema

THREADS = 4
CONNECT_TIMEOUT = 3

T = TypeVar("T")


class NotReached(Exception):
    """The database was not reached before anything was written."""


class Desk:
    """Each thread keeps one connection; a broken one is replaced before the next piece of work."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="paper")
        self._own = threading.local()
        self._connections: list[pg.connection] = []
        self._schema = threading.Lock()
        self._has_schema = False
        self.leases = 0

    async def run(self, work: Callable[[pg.cursor], T]) -> T:
        """Do it in a thread. Cancelling the caller does not stop what has begun."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.call, work)

    def call(self, work: Callable[[pg.cursor], T]) -> T:
        """Once more on a new connection when the old one turned out dead before any write."""
        connection = self._connected()
        try:
            return self._attempt(connection, work)
        except NotReached:
            if not connection.closed:
                raise
        return self._attempt(self._connected(), work)

    def shut_down(self) -> None:
        self._threads.shutdown(wait=True)
        for connection in self._connections:
            connection.close()

    def _attempt(self, connection: pg.connection, work: Callable[[pg.cursor], T]) -> T:
        try:
            with connection.cursor() as cursor:
                return work(cursor)
        finally:
            _leave_idle(connection)

    def _connected(self) -> pg.connection:
        connection: pg.connection | None = getattr(self._own, "connection", None)
        if connection is not None and not connection.closed:
            return connection
        try:
            connection = psycopg2.connect(self._url, connect_timeout=CONNECT_TIMEOUT)
            connection.autocommit = True
            with connection.cursor() as cursor:
                self._ensure_schema(cursor)
                cursor.execute(queries.PREPARE)
        except psycopg2.Error as error:
            raise NotReached from error
        self._own.connection = connection
        self._connections = [*(each for each in self._connections if not each.closed), connection]
        return connection

    def _ensure_schema(self, cursor: pg.cursor) -> None:
        with self._schema:
            if not self._has_schema:
                schema.ensure(cursor)
                self._has_schema = True


def _leave_idle(connection: pg.connection) -> None:
    """Nobody inherits a transaction; a connection that cannot be cleaned is thrown away."""
    if connection.closed or connection.info.transaction_status == pg.TRANSACTION_STATUS_IDLE:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
    except psycopg2.Error:
        connection.close()


_DESKS: dict[str, Desk] = {}
_DESKS_LOCK = threading.Lock()


def lease(database_url: str) -> Desk:
    """The process's desk for this database; give it back with `give_back`."""
    with _DESKS_LOCK:
        desk = _DESKS.setdefault(database_url, Desk(database_url))
        desk.leases += 1
        return desk


def give_back(desk: Desk) -> None:
    """The last one closes the connections; this waits for work that has begun."""
    with _DESKS_LOCK:
        desk.leases -= 1
        if desk.leases:
            return
        for url in [url for url, each in _DESKS.items() if each is desk]:
            del _DESKS[url]
    desk.shut_down()
