"""Gives the test run a PostgreSQL of its own, before Django reads its settings."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tradingbridge import embedded


def _start() -> None:
    folder = Path(tempfile.mkdtemp(prefix="tradingbridge-tests-"))
    os.environ["VAR_DIR"] = str(folder)
    if not os.environ.get("TEST_DATABASE_URL"):
        server = embedded.Server(folder / "pgdata", durable=False)
        server.start()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        atexit.register(server.stop)
        os.environ["DATABASE_URL"] = server.url
    else:
        os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]


_start()
