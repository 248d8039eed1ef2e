"""A bridge started as `make run` starts it, in a folder of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import requests

from tradingbridge.postmaster import wait_for

ROOT = Path(__file__).resolve().parents[3]
_START_LIMIT = 60.0
_STOP_LIMIT = 30.0
_OURS = {"DATABASE_URL", "VAR_DIR", "PORT", "HOST", "WORKERS", "PUBLIC_URL", "SECRET_KEY"}


def environment(var_dir: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OURS}
    return {**kept, "VAR_DIR": str(var_dir), "PORT": "0", "LANGUAGE_CODE": "en", **more}


def manage(var_dir: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(var_dir),
        capture_output=True,
        text=True,
        check=False,
        timeout=_START_LIMIT,
    )


class Launched:
    def __init__(self, var_dir: Path, **more: str) -> None:
        self.var_dir = var_dir
        self.output = var_dir.with_name(f"{var_dir.name}.{os.urandom(4).hex()}.out")
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tradingbridge.launch"],
                cwd=ROOT,
                env=environment(var_dir, **more),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        url: str = json.loads((self.var_dir / "running").read_text(encoding="utf-8"))["url"]
        return url

    def until_said(self, words: str) -> None:
        found = wait_for(lambda: words in self.said or self._ended(), limit=_START_LIMIT)
        assert found, self.said
        assert words in self.said, self.said

    def until_ready(self) -> None:
        self.until_said("Ctrl-C stops everything")

    def status(self, path: str) -> int:
        try:
            return requests.get(self.url + path, timeout=10).status_code
        except requests.ConnectionError:
            return 0

    def stop(self, number: int = signal.SIGINT) -> int:
        """As Ctrl-C does: the whole group hears it."""
        os.killpg(self.process.pid, number)
        return self.process.wait(timeout=_STOP_LIMIT)

    def ends(self) -> int:
        return self.process.wait(timeout=_START_LIMIT)

    def kill(self) -> None:
        """As the kernel does when memory is short: nobody gets to clean up."""
        for process in [psutil.Process(self.process.pid), *self._workers()]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.wait(timeout=_STOP_LIMIT)

    def leftovers(self) -> list[str]:
        """Processes that work in the folder, and what a running bridge keeps there."""
        processes = [f"process {process.pid}" for process in self._in_the_folder()]
        marks = ("running", "pgsocket", "pgdata/postmaster.pid")
        return processes + [mark for mark in marks if (self.var_dir / mark).exists()]

    def kill_everything(self) -> None:
        if not self._ended():
            self.kill()
        for process in self._in_the_folder():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        assert wait_for(lambda: not self._in_the_folder(), limit=_STOP_LIMIT)
        self.output.unlink(missing_ok=True)

    def _ended(self) -> bool:
        return self.process.poll() is not None

    def _workers(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if child.name() not in {"postgres", "initdb"}]

    def _in_the_folder(self) -> list[psutil.Process]:
        return [
            process
            for process in psutil.process_iter(["cwd", "status"])
            if (process.info["cwd"] or "").startswith(str(self.var_dir))
            and process.info["status"] != psutil.STATUS_ZOMBIE
        ]
