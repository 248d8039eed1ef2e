"""The database of a running bridge: brought up beside the imports, kept up, and let go."""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from tradingbridge.embedded import EmbeddedPostgresError, Server
from tradingbridge.launch.texts import CannotStart, Text

_LOOK_EVERY = 1.0
_log = logging.getLogger(__name__)


class EmbeddedDatabase:
    """Starts in a thread of its own, since Django's imports take as long."""

    def __init__(self, pgdata: Path) -> None:
        self._server = Server(pgdata)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="postgres")
        self._started: Future[None] = self._thread.submit(self._server.start)
        self._leaving = threading.Event()

    def wait(self) -> None:
        try:
            self._started.result()
        except (EmbeddedPostgresError, OSError) as error:
            raise CannotStart(Text.NO_DATABASE, error=error) from error
        self._thread.submit(self._keep_up)

    def close(self) -> bool:
        """True when the server is down, False when another process still uses it."""
        self._leaving.set()
        self._thread.shutdown(wait=True)
        return self._started.exception() is not None or self._server.stop()

    def _keep_up(self) -> None:
        """A server that somebody or the kernel killed comes back; the bridge waits and goes on."""
        while not self._leaving.wait(_LOOK_EVERY):
            if self._server.is_up():
                continue
            _log.error("PostgreSQL is gone: starting it again")
            try:
                self._server.start()
            except (EmbeddedPostgresError, OSError) as error:
                _log.error("PostgreSQL does not start: %s", error)
