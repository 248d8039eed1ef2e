"""The PostgreSQL that the bridge brings along: started in a folder, reached by a socket only.

Nobody needs a password: the socket lies in a folder that only its owner can enter. Every process
that uses the server holds a shared lock, which the kernel drops when the process dies, however it
dies; whoever leaves last stops the server.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg2

from tradingbridge import postmaster, premises
from tradingbridge.identity import Identity, NoIdentity, identity_for

DATABASE = "tradingbridge"
_PORT = 5432
_SOCKET_NAME_LIMIT = 107
_TURN_LIMIT = 120.0
_READY_LIMIT = 120.0
_LOG_LIMIT = 5_000_000
_MAJOR = "18"
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_CARELESS = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgresError(Exception):
    """Says what is wrong and what to do about it."""


def socket_folder(pgdata: Path) -> Path:
    """Beside the data, or under /tmp when that path is too long for a socket."""
    near = pgdata.parent / "pgsocket"
    if len(os.fsencode(near / f".s.PGSQL.{_PORT}")) <= _SOCKET_NAME_LIMIT:
        return near
    digest = hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:12]
    # Not TMPDIR: processes with different environments must meet there.
    return Path("/tmp") / f"tradingbridge-{digest}"  # noqa: S108 - its owner is checked


def database_url(pgdata: Path, database: str = DATABASE) -> str:
    host = quote(str(socket_folder(premises.data_folder(pgdata))), safe="/")
    return f"postgresql://postgres@:{_PORT}/{database}?host={host}"


def is_wanted() -> bool:
    """The bridge brings its own database unless it is told of another one."""
    return not os.environ.get("DATABASE_URL")


@contextlib.contextmanager
def running(pgdata: Path) -> Iterator["Server"]:
    server = Server(pgdata)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Server:
    """One PostgreSQL on one folder. `durable=False` is for tests, whose data nobody misses."""

    def __init__(self, pgdata: Path, *, durable: bool = True) -> None:
        self._asked_for = pgdata.absolute()
        self.pgdata = premises.data_folder(self._asked_for)
        self.durable = durable
        self.sockets = socket_folder(self.pgdata)
        self.url = database_url(self.pgdata)
        self._lease: int | None = None

    def start(self) -> None:
        """Start the server, or join the one that runs, which may be what a killed bridge left."""
        try:
            identity = identity_for(self.pgdata)
            self._take_its_place(identity)
            with self._turn() as turn:
                if identity is not None:
                    premises.refuse_closed(self.pgdata.parent, identity)
                self._prepare(self.sockets, identity)
                self._take_lease()
                try:
                    self._start(identity, turn)
                except BaseException:
                    self._drop_lease()
                    raise
        except (NoIdentity, premises.Unreachable) as refusal:
            raise EmbeddedPostgresError(str(refusal)) from refusal

    def _take_its_place(self, identity: Identity | None) -> None:
        """Root's server needs a way to its data, which no closed folder is opened for."""
        if identity is None:
            return
        aside = premises.aside_for(self._asked_for.parent.resolve())
        if self.pgdata.parent == aside:
            self._prepare(aside, identity)
            try:
                premises.remember(self._asked_for, self.pgdata)
            except OSError as error:
                raise _unusable(self._asked_for.parent, error) from error

    def stop(self) -> bool:
        """Stop the server unless another process uses it; True when it is down."""
        if not self.pgdata.parent.is_dir():
            self._drop_lease()
            return True
        with self._turn():
            try:
                if not self._is_the_last():
                    return False
                postmaster.stop(self.pgdata)
                shutil.rmtree(self.sockets, ignore_errors=True)
            finally:
                self._drop_lease()
            return True

    def is_up(self) -> bool:
        return postmaster.alive(self.pgdata) is not None

    @contextlib.contextmanager
    def _turn(self) -> Iterator[int]:
        """One process at a time starts or stops a server; a killed one gives up its turn."""
        folder = self.pgdata.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            turn = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise _unusable(folder, error) from error
        try:
            if not postmaster.wait_for(lambda: _locked(turn, fcntl.LOCK_EX), limit=_TURN_LIMIT):
                raise EmbeddedPostgresError(
                    f"Another process has been starting or stopping PostgreSQL in {folder} "
                    f"for {_TURN_LIMIT:.0f} s."
                )
            yield turn
        finally:
            os.close(turn)

    def _take_lease(self) -> None:
        if self._lease is None:
            self._lease = os.open(self.sockets, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(self._lease, fcntl.LOCK_SH)

    def _is_the_last(self) -> bool:
        if self._lease is None:
            if not self.sockets.is_dir():
                return True
            self._lease = os.open(self.sockets, os.O_RDONLY | os.O_DIRECTORY)
        return _locked(self._lease, fcntl.LOCK_EX)

    def _drop_lease(self) -> None:
        if self._lease is not None:
            os.close(self._lease)
            self._lease = None

    def _prepare(self, folder: Path, identity: Identity | None) -> None:
        """Make a folder that only the server's user can enter, or refuse one that is not so."""
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unusable(folder, error) from error
        found = folder.lstat()
        mine = {os.geteuid(), identity.uid if identity else os.geteuid()}
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in mine:
            raise EmbeddedPostgresError(
                f"{folder} belongs to somebody else (user {found.st_uid}). "
                "Run as that user, or set VAR_DIR to a folder of yours."
            )
        folder.chmod(0o700)
        if identity is not None:
            os.chown(folder, identity.uid, identity.gid)

    def _start(self, identity: Identity | None, turn: int) -> None:
        if not (self.pgdata / "PG_VERSION").exists():
            self._create(identity, turn)
        self._prepare(self.pgdata, identity)
        self._check_version()
        while postmaster.alive(self.pgdata) is not None:
            if self._answers(lambda: postmaster.alive(self.pgdata) is not None):
                self._create_database()
                return
        postmaster.clear_leftovers(self.pgdata, self.sockets)
        self._launch(identity)
        self._create_database()

    def _create(self, identity: Identity | None, turn: int) -> None:
        """Aside, then moved into place: a half-made folder is never taken for a database."""
        aside = self.pgdata.with_name(self.pgdata.name + ".new")
        shutil.rmtree(aside, ignore_errors=True)
        self._prepare(aside, identity)
        command = [
            *(str(premises.programs(identity) / "initdb"), "-D", str(aside)),
            *("-U", "postgres", "--auth=trust"),
            *("--encoding=UTF8", "--no-locale"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        made = subprocess.run(
            command,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=aside,
            env=_environment(),
            start_new_session=True,
            pass_fds=(turn,),  # if we are killed now, the next start waits until it has finished
            **(identity.as_process() if identity else {}),
        )
        if made.returncode != 0:
            raise EmbeddedPostgresError(f"PostgreSQL could not make {self.pgdata}:\n{made.stdout}")
        aside.rename(self.pgdata)

    def _check_version(self) -> None:
        version = (self.pgdata / "PG_VERSION").read_text(encoding="utf-8").strip()
        if version != _MAJOR:
            raise EmbeddedPostgresError(
                f"{self.pgdata} was written by PostgreSQL {version}, this is {_MAJOR}. "
                "Move it away, or set DATABASE_URL to a server that reads it."
            )

    def _launch(self, identity: Identity | None) -> None:
        """In a session of its own: Ctrl-C is for the bridge, which stops the server itself."""
        log = self.pgdata / "log"
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_name("log.1"))
        with log.open("ab") as output:
            written = output.tell()
            process = subprocess.Popen(
                self._command(identity),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.pgdata,
                env=_environment(),
                start_new_session=True,
                **(identity.as_process() if identity else {}),
            )
        if not self._answers(lambda: process.poll() is None):
            raise EmbeddedPostgresError(_why(log, written))
        # It may outlive this process, and then it is nobody's child: no warning about that.
        process.returncode = 0

    def _command(self, identity: Identity | None) -> list[str]:
        values = {**_SETTINGS, **({} if self.durable else _CARELESS)}
        values["unix_socket_directories"] = f'"{self.sockets}"'
        flags = [flag for name, value in values.items() for flag in ("-c", f"{name}={value}")]
        postgres = premises.programs(identity) / "postgres"
        return [str(postgres), "-D", str(self.pgdata), "-p", str(_PORT), *flags]

    def _answers(self, lives: Callable[[], bool]) -> bool:
        """Wait until it takes connections: False when it died before that."""
        ready = postmaster.wait_for(lambda: self._accepts() or not lives(), limit=_READY_LIMIT)
        if not ready:
            raise EmbeddedPostgresError(
                f"PostgreSQL in {self.pgdata} does not answer after {_READY_LIMIT:.0f} s. "
                f"Its log is {self.pgdata / 'log'}."
            )
        return lives()

    def _accepts(self) -> bool:
        try:
            psycopg2.connect(database_url(self.pgdata, "postgres")).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _create_database(self) -> None:
        connection = psycopg2.connect(database_url(self.pgdata, "postgres"))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {DATABASE}")
        finally:
            connection.close()


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unusable(folder: Path, error: OSError) -> EmbeddedPostgresError:
    return EmbeddedPostgresError(
        f"{folder} cannot be used: {error.strerror}. Set VAR_DIR to a folder of yours."
    )


def _environment() -> dict[str, str]:
    """Nothing of ours: a PGPORT or a locale that is not installed would change the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _why(log: Path, written: int) -> str:
    with log.open("rb") as file:
        file.seek(written)
        said = file.read().decode(errors="replace").strip()
    return f"PostgreSQL did not start. It said:\n{said or '(nothing)'}\nIts log is {log}."
