"""One bridge a folder. The kernel drops the lock with the process, so a crash never locks out."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

from tradingbridge.launch.texts import CannotStart, Text


@contextlib.contextmanager
def only_one(var_dir: Path) -> Iterator["Claim"]:
    try:
        var_dir.mkdir(parents=True, exist_ok=True)
        claim = Claim(var_dir / "running")
    except OSError as error:
        raise CannotStart(
            Text.FOLDER_UNUSABLE, folder=var_dir, error=error.strerror or error
        ) from error
    try:
        yield claim
    finally:
        claim.release()


class Claim:
    """A locked file that says where the bridge is; it is gone when the bridge is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = _locked(path)

    def announce(self, url: str) -> None:
        said = json.dumps({"url": url, "pid": os.getpid()}).encode()
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, said, 0)

    def release(self) -> None:
        """Removed while locked, so that nobody locks a file that is about to go."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def _locked(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(path, descriptor):
                return descriptor
        except BlockingIOError as error:
            said = _said(descriptor)
            os.close(descriptor)
            raise CannotStart(Text.ALREADY_RUNNING, var_dir=path.parent, **said) from error
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """False when its owner removed the file between our opening and our locking it."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    return False


def _said(descriptor: int) -> dict[str, object]:
    try:
        said = json.loads(os.pread(descriptor, 1000, 0))
    except ValueError:
        return {"url": "…", "pid": "…"}
    return {"url": said["url"], "pid": said["pid"]}
