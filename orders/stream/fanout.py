"""Tells this process's listeners what was committed, by whichever process it was."""

import asyncio
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict

import psycopg2
import psycopg2.extensions
import structlog
from channels.layers import get_channel_layer
from django_eventstream.views import get_listener_manager

from orders.stream import presence
from orders.stream.storage import stream_event
from orders.stream.subscription import StoredEvent, channels_of, group_of
from strategies.postgres import connect

log = structlog.get_logger(__name__)

POLL_SECONDS = 5.0
_RETRY_SECONDS = 0.5
_PAGE = 500
_LAYER_TAKES_AT_MOST = 5.0
_NEWEST = "SELECT coalesce(max(id), 0) FROM orders_orderevent"
_AFTER = """
SELECT id, user_id, name, strategy, account_id, payload::text
FROM orders_orderevent WHERE id > %s ORDER BY id LIMIT %s
"""


class Fanout:
    """Reads events behind the last one seen whenever it is told, and every few seconds anyway.

    Every process runs one and tells its own listeners only, so that events cross between processes
    through the database and through nothing else. A listener that misses one reads the ledger.
    """

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connection: psycopg2.extensions.connection | None = None
        self._position = 0
        self._first = 0
        self._last_of_user: dict[int, int] = {}

    def notified(self, payload: str = "") -> None:  # noqa: ARG002
        """Never raises and never waits: it is called from the listener's thread."""
        self._woken.set()

    async def start(self) -> None:
        """Events are followed from here on. Raises when the database does not answer."""
        if self._thread is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._position = self._first = await asyncio.to_thread(self._newest)
        self._last_of_user.clear()
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="fanout", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        if self._thread is None:
            return
        self._stopping.set()
        self._woken.set()
        await asyncio.to_thread(self._thread.join)
        self._thread = None
        self._disconnect()

    def _run(self) -> None:
        pause = POLL_SECONDS
        while True:
            self._woken.wait(pause)
            self._woken.clear()
            if self._stopping.is_set():
                return
            pause = POLL_SECONDS if self._tell_all() else _RETRY_SECONDS

    def _tell_all(self) -> bool:
        """Whether all was read; what went wrong stays here, since orders must not feel it."""
        try:
            if self._skip():
                return True
            while events := self._read():
                self._position = events[-1].id
                self._tell(events)
        except psycopg2.Error as error:
            log.warning("events_not_read", error=type(error).__name__)
            self._disconnect()
            return False
        except Exception:
            log.exception("events_not_told")
            return False
        return True

    def _skip(self) -> bool:
        """Whether nobody is there to be told. Who comes meanwhile reads the ledger by himself, and
        does so behind the second look or before the newest id was asked for and is seen by it.
        """
        if presence.is_anybody_there():
            return False
        newest = self._newest()
        if presence.is_anybody_there():
            return False
        self._position = self._first = newest
        self._last_of_user.clear()
        return True

    def _newest(self) -> int:
        with self._connected().cursor() as cursor:
            cursor.execute(_NEWEST)
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _read(self) -> list[StoredEvent]:
        if self._stopping.is_set():
            return []
        with self._connected().cursor() as cursor:
            cursor.execute(_AFTER, (self._position, _PAGE))
            return [
                StoredEvent(
                    id=event_id,
                    user_id=user_id,
                    name=name,
                    strategy=strategy,
                    account_id=account_id,
                    payload=payload,
                )
                for event_id, user_id, name, strategy, account_id, payload in cursor.fetchall()
            ]

    def _tell(self, events: list[StoredEvent]) -> None:
        self._tell_streams(events)
        self._tell_sockets(events)

    def _tell_streams(self, events: list[StoredEvent]) -> None:
        streams = get_listener_manager()
        for event in events:
            for channel in channels_of(event):
                try:
                    streams.add_to_queues(channel, stream_event(channel, event))
                except RuntimeError:
                    # The listener's loop was closed under it; the others still want to hear.
                    log.warning("stream_not_told", channel=channel, event_id=event.id)

    def _tell_sockets(self, events: list[StoredEvent]) -> None:
        """One message a user: `previous` lets a socket see that it missed the one before."""
        by_user: dict[int, list[StoredEvent]] = defaultdict(list)
        for event in events:
            by_user[event.user_id].append(event)
        messages = {user_id: self._message(user_id, own) for user_id, own in by_user.items()}
        layer = get_channel_layer()
        if layer is None or self._loop is None or self._loop.is_closed():
            return
        for user_id, message in messages.items():
            sending = layer.group_send(group_of(user_id), message)
            told = asyncio.run_coroutine_threadsafe(sending, self._loop)
            try:
                told.result(_LAYER_TAKES_AT_MOST)
            except Exception as error:  # noqa: BLE001  # the other users' sockets still want to hear
                log.warning("sockets_not_told", user_id=user_id, error=type(error).__name__)

    def _message(self, user_id: int, events: list[StoredEvent]) -> dict[str, object]:
        previous = self._last_of_user.get(user_id, self._first)
        self._last_of_user[user_id] = events[-1].id
        return {
            "type": "order.events",
            "previous": previous,
            "events": [asdict(event) for event in events],
        }

    def _connected(self) -> psycopg2.extensions.connection:
        if self._connection is None:
            self._connection = connect(self._database_url, name="event-fanout")
            self._connection.autocommit = True
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None
