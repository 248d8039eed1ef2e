"""What is known of the PostgreSQL process behind a data folder: alive, left over, or gone."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

_FAST, _IMMEDIATE = signal.SIGINT, signal.SIGQUIT
_FAST_LIMIT = 30.0
_IMMEDIATE_LIMIT = 10.0
_ORPHANS_LIMIT = 20.0
_STEP = 0.01


def alive(pgdata: Path) -> psutil.Process | None:
    """The server on this folder. A number that went to another program since is not it."""
    pid_file = pgdata / "postmaster.pid"
    try:
        pid = int(pid_file.read_text(encoding="utf-8").split("\n", 1)[0])
        process = psutil.Process(pid)
        ours = process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(pgdata)
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
    return process if ours else None


def stop(pgdata: Path) -> None:
    """Disconnect the clients and stop in order; harder when that takes too long."""
    process = alive(pgdata)
    if process is None:
        return
    for kind, limit in ((_FAST, _FAST_LIMIT), (_IMMEDIATE, _IMMEDIATE_LIMIT)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, kind)
        if wait_for(lambda: _is_gone(process), limit=limit):
            return
    process.kill()
    wait_for(lambda: _is_gone(process), limit=_IMMEDIATE_LIMIT)


def _is_gone(process: psutil.Process) -> bool:
    """Dead is enough: whoever is its parent by now may be slow to bury it."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def clear_leftovers(pgdata: Path, sockets: Path) -> None:
    """After a crash: only once no process of the dead server is left may its marks be removed.

    They are what keeps two servers off one folder, and a process identifier that another program
    got meanwhile would keep every server off it for ever.
    """
    pid_file = pgdata / "postmaster.pid"
    if not pid_file.exists():
        return
    wait_for(lambda: not _orphans(pgdata), limit=_ORPHANS_LIMIT)
    if _orphans(pgdata):
        return
    pid_file.unlink(missing_ok=True)
    for mark in sockets.glob(".s.PGSQL.*"):
        mark.unlink(missing_ok=True)


def _orphans(pgdata: Path) -> list[psutil.Process]:
    """Every process of a server works in its data folder."""
    return [
        process
        for process in psutil.process_iter(["cwd", "status"])
        if process.info["cwd"] == str(pgdata) and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def wait_for(condition: Callable[[], bool], *, limit: float) -> bool:
    """Ask again and again until it holds, or the limit in seconds is over."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_STEP)
    return True
