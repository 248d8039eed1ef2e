"""Root's bridge in folders that are closed to others: they stay so, and it works all the same."""

import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.tradingbridge.house.conftest import short_folder
from tradingbridge import identity, postmaster, premises
from tradingbridge.embedded import EmbeddedPostgresError, Server, database_url

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL a user")


@pytest.fixture(autouse=True)
def aside(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Stands for /var/lib."""
    with short_folder() as folder:
        monkeypatch.setattr(premises, "ASIDE", folder)
        yield folder


@pytest.fixture
def private(var_dir: Path) -> Path:
    """A VAR_DIR below a folder that only root can enter."""
    closed = var_dir / "private"
    closed.mkdir(mode=0o700)
    (closed / "var").mkdir()
    return closed / "var"


@pytest.fixture
def server(private: Path) -> Iterator[Server]:
    server = Server(private / "pgdata", durable=False)
    yield server
    server.stop()


def mode(folder: Path) -> int:
    return stat.S_IMODE(folder.stat().st_mode)


def test_a_closed_folder_stays_closed_and_the_database_works(
    server: Server, private: Path, aside: Path
) -> None:
    server.start()
    psycopg2.connect(server.url).close()
    assert mode(private.parent) == 0o700
    assert server.pgdata.is_relative_to(aside)
    assert not [path for path in private.rglob("*") if path.is_dir() and not path.is_symlink()]


def test_the_place_aside_is_for_the_servers_user_alone(server: Server) -> None:
    server.start()
    for folder in (server.pgdata.parent, server.pgdata, server.sockets):
        assert mode(folder) == 0o700
        assert folder.stat().st_uid == pwd.getpwnam(identity.OS_USER).pw_uid


def test_the_place_is_known_before_the_server_was_ever_started(private: Path) -> None:
    before = database_url(private / "pgdata")
    server = Server(private / "pgdata", durable=False)
    assert server.url == before
    server.start()
    assert database_url(private / "pgdata") == before
    server.stop()


def test_a_folder_that_is_opened_later_keeps_its_data(server: Server, private: Path) -> None:
    server.start()
    server.stop()
    private.parent.chmod(0o755)
    assert Server(private / "pgdata").pgdata == server.pgdata


def test_data_that_was_shut_in_since_is_refused_with_the_folder_and_a_way_out(
    private: Path,
) -> None:
    private.parent.chmod(0o755)
    server = Server(private / "pgdata", durable=False)
    server.start()
    server.stop()
    private.parent.chmod(0o700)
    with pytest.raises(EmbeddedPostgresError, match=rf"{private.parent} is closed.*Set VAR_DIR"):
        Server(private / "pgdata").start()
    assert mode(private.parent) == 0o700


def test_programs_in_a_closed_folder_are_copied_once_and_run(
    server: Server, var_dir: Path, aside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = var_dir / "wheel"
    closed.mkdir(mode=0o700)
    package = premises._in_the_wheel().parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    inside = closed / package.name / "pginstall18"
    monkeypatch.setattr(premises, "_in_the_wheel", lambda: inside)
    server.start()
    process = postmaster.alive(server.pgdata)
    assert process is not None
    assert Path(process.exe()).is_relative_to(aside)
    assert mode(closed) == 0o700
    copies = list(aside.glob("tradingbridge-postgresql-*"))
    server.stop()
    server.start()
    assert list(aside.glob("tradingbridge-postgresql-*")) == copies


def test_programs_that_cannot_be_copied_are_refused_with_the_folder(
    server: Server, var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = var_dir / "wheel"
    (closed / "pginstall18" / "bin").mkdir(parents=True)
    closed.chmod(0o700)

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(premises, "_in_the_wheel", lambda: closed / "pginstall18")
    monkeypatch.setattr(premises, "_copy", full)
    with pytest.raises(EmbeddedPostgresError, match=rf"{closed} is closed.*No space left"):
        server.start()


def test_nobody_is_never_lent_to_it(monkeypatch: pytest.MonkeyPatch, var_dir: Path) -> None:
    monkeypatch.setattr(identity, "OS_USER", "tradingbridge-that-is-not-there")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(EmbeddedPostgresError, match=r"useradd is missing.*DATABASE_URL"):
        Server(var_dir / "pgdata").start()
    assert not (var_dir / "pgdata").exists()
