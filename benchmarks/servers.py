"""The processes that are measured, started and stopped for one case each."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psutil

_READY_WITHIN = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def venue(delay: float) -> Iterator[int]:
    port = free_port()
    arguments = ["-m", "benchmarks.venue", "--port", str(port), "--delay", str(delay)]
    with _running(arguments, {}, port):
        yield port


@contextmanager
def asgi(application: str, environment: Mapping[str, str]) -> Iterator[tuple[int, psutil.Process]]:
    port = free_port()
    arguments = ["-m", "uvicorn", application, "--port", str(port), "--no-access-log"]
    arguments += ["--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]
    with _running(arguments, environment, port) as process:
        yield port, process


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of the process and its children; not PostgreSQL's."""
    total = 0.0
    for each in (process, *process.children(recursive=True)):
        times = each.cpu_times()
        total += times.user + times.system
    return total


@contextmanager
def _running(
    arguments: list[str], environment: Mapping[str, str], port: int
) -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, *arguments], env=os.environ | environment) as process:
        try:
            _wait_until_open(port, process)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait(20)


def _wait_until_open(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("a server that is to be measured did not start")
