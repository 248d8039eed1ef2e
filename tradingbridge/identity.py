"""Who runs PostgreSQL: it refuses to run as root, so root lends it a user of its own."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OS_USER = "tradingbridge"
_COMMANDS = (
    ("useradd", "--system", "--no-create-home", "--user-group", OS_USER),
    ("adduser", "-S", "-D", "-H", OS_USER),  # as busybox has it
)


class NoIdentity(Exception):
    """Says why root has nobody to run PostgreSQL, and what to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    uid: int
    gid: int

    def as_process(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def barrier_above(self, folder: Path) -> Path | None:
        """The topmost folder, from the root down to this one, that lets this user not pass."""
        for step in (*reversed(folder.parents), folder):
            if step.is_dir() and not self._passes(step):
                return step
        return None

    def _passes(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & 0o100)
        return bool(found.st_mode & (0o010 if found.st_gid == self.gid else 0o001))


NOBODY_KNOWN = Identity(uid=-1, gid=-1)
"""Stands for the user that is not made yet, and so owns nothing."""


def identity_for(pgdata: Path) -> Identity | None:
    """None when we are an ordinary user ourselves. Root gives a folder to its owner to run."""
    if os.geteuid() != 0:
        return None
    if pgdata.exists() and (owner := pgdata.stat()).st_uid != 0:
        return Identity(uid=owner.st_uid, gid=owner.st_gid)
    return known() or _made()


def known() -> Identity | None:
    try:
        user = pwd.getpwnam(OS_USER)
    except KeyError:
        return None
    return Identity(uid=user.pw_uid, gid=user.pw_gid)


def _made() -> Identity:
    """Never somebody else's user, such as nobody, whose processes could then read the data."""
    why = "useradd is missing"
    for command in _COMMANDS:
        if shutil.which(command[0]) is None:
            continue
        made = subprocess.run(command, check=False, capture_output=True, text=True)
        if identity := known():
            return identity
        why = made.stderr.strip() or f"{command[0]} failed"
    raise NoIdentity(
        f"PostgreSQL does not run as root, and its user '{OS_USER}' could not be made ({why}). "
        f"Make that user, run as an ordinary user, or set DATABASE_URL to a PostgreSQL of yours."
    )
