"""Gives the test run a PostgreSQL of its own, before Django reads its settings."""

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from tradingbridge import embedded

_PREFIX = "tradingbridge-pytest-"
_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is made by mkdtemp
_ENOUGH = 4 << 30


def _home() -> Path:
    """Files in memory where there is room: a test run makes and unlinks very many."""
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ENOUGH
    return _MEMORY if roomy else Path(tempfile.gettempdir())


def _start() -> None:
    _remove_what_killed_runs_left()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_home()))
    folder.chmod(0o711)  # for root, whose PostgreSQL runs as another user
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["VAR_DIR"] = str(folder)
    if os.environ.get("TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
        return
    server = embedded.Server(folder / "pgdata", durable=False)
    server.start()
    atexit.register(server.stop)
    os.environ["DATABASE_URL"] = server.url


def _remove_what_killed_runs_left() -> None:
    """A server that another run still uses stays: stopping it is refused."""
    for folder in _home().glob(f"{_PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # its own run removes it right now
            mine = folder.stat().st_uid == os.geteuid() and (folder / "pgdata").is_dir()
            if mine and embedded.Server(folder / "pgdata").stop():
                shutil.rmtree(folder, ignore_errors=True)


_start()
