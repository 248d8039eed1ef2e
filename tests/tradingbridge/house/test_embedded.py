import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest

from tradingbridge import postmaster
from tradingbridge.embedded import EmbeddedPostgresError, Server, socket_folder


def ask(server: Server, sql: str) -> str:
    connection = psycopg2.connect(server.url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone() if cursor.description else None
            return str(row[0]) if row else ""
    finally:
        connection.close()


def postmaster_pid(server: Server) -> int:
    process = postmaster.alive(server.pgdata)
    assert process is not None
    return int(process.pid)


def test_a_new_folder_becomes_a_database_in_utf8(server: Server) -> None:
    server.start()
    assert ask(server, "SELECT getdatabaseencoding()") == "UTF8"


def test_it_listens_on_no_network_address(server: Server) -> None:
    server.start()
    assert ask(server, "SHOW listen_addresses") == ""


def test_only_its_owner_can_enter_the_socket_folder(server: Server) -> None:
    server.start()
    assert server.sockets.stat().st_mode & 0o777 == 0o700


def test_what_was_committed_is_on_the_disk_unless_a_test_says_otherwise(var_dir: Path) -> None:
    server = Server(var_dir / "pgdata")
    server.start()
    try:
        assert ask(server, "SHOW fsync") == "on"
        assert ask(server, "SHOW synchronous_commit") == "on"
    finally:
        server.stop()


def test_a_second_user_joins_the_running_server(server: Server) -> None:
    server.start()
    first = postmaster_pid(server)
    other = Server(server.pgdata)
    other.start()
    assert postmaster_pid(server) == first
    other.stop()


def test_the_server_stays_up_while_another_process_uses_it(server: Server) -> None:
    server.start()
    other = Server(server.pgdata)
    other.start()
    assert not server.stop()
    assert ask(other, "SELECT 1") == "1"
    assert other.stop()


def test_nothing_is_left_after_the_last_user(server: Server) -> None:
    server.start()
    assert server.stop()
    assert postmaster.alive(server.pgdata) is None
    assert not server.sockets.exists()
    assert not (server.pgdata / "postmaster.pid").exists()


def test_stopping_twice_is_harmless(server: Server) -> None:
    server.start()
    assert server.stop()
    assert server.stop()


def test_a_killed_server_comes_back_with_what_was_committed(server: Server) -> None:
    server.start()
    ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(postmaster_pid(server), 9)
    server.start()
    assert ask(server, "SELECT answer FROM kept") == "42"


def test_two_starts_at_once_on_a_new_folder_end_with_one_server(var_dir: Path) -> None:
    servers = [Server(var_dir / "pgdata", durable=False) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda server: server.start(), servers))
    try:
        assert [ask(server, "SELECT 1") for server in servers] == ["1", "1"]
    finally:
        assert [server.stop() for server in servers] == [False, True]


def test_a_pid_that_another_program_has_by_now_locks_nobody_out(server: Server) -> None:
    server.start()
    pid_file = server.pgdata / "postmaster.pid"
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    os.kill(postmaster_pid(server), 9)
    assert postmaster.wait_for(lambda: not server.is_up(), limit=10)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]), encoding="utf-8")
    server.start()
    assert ask(server, "SELECT 1") == "1"


def test_a_folder_that_was_half_made_is_made_anew(server: Server) -> None:
    aside = server.pgdata.with_name("pgdata.new")
    aside.mkdir(parents=True)
    (aside / "PG_VERSION").write_text("18\n", encoding="utf-8")
    server.start()
    assert ask(server, "SELECT 1") == "1"


def test_a_folder_with_spaces_and_korean_letters_works(var_dir: Path) -> None:
    server = Server(var_dir / "내 거래 데이터" / "pgdata", durable=False)
    server.start()
    try:
        assert ask(server, "SELECT 1") == "1"
    finally:
        server.stop()


def test_a_path_too_long_for_a_socket_gets_a_short_one_that_goes_with_the_server(
    var_dir: Path,
) -> None:
    server = Server(var_dir / ("long" * 30) / "pgdata", durable=False)
    server.start()
    try:
        assert ask(server, "SELECT 1") == "1"
        assert len(str(server.sockets)) < len(str(server.pgdata))
    finally:
        server.stop()
    assert not server.sockets.exists()


def test_the_socket_is_found_whatever_the_temporary_folder_is_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pgdata = Path("/srv") / ("long" * 30) / "pgdata"
    before = socket_folder(pgdata)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert socket_folder(pgdata) == before


def test_a_port_in_the_environment_changes_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    server.start()
    assert ask(server, "SELECT 1") == "1"


def test_a_folder_that_cannot_be_made_is_named(var_dir: Path) -> None:
    (var_dir / "file").write_text("", encoding="utf-8")
    with pytest.raises(EmbeddedPostgresError, match=r"file.*Set VAR_DIR"):
        Server(var_dir / "file" / "pgdata").start()


def test_a_socket_folder_of_somebody_else_is_refused(server: Server) -> None:
    if os.geteuid() == 0:
        server.sockets.mkdir()
        shutil.chown(server.sockets, user=65534)
    else:
        server.sockets = Path("/usr")
    with pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        server.start()


def test_data_of_another_version_is_left_alone(server: Server) -> None:
    server.start()
    server.stop()
    (server.pgdata / "PG_VERSION").write_text("17\n", encoding="utf-8")
    with pytest.raises(EmbeddedPostgresError, match="written by PostgreSQL 17"):
        server.start()
    assert (server.pgdata / "PG_VERSION").read_text(encoding="utf-8") == "17\n"


def test_a_server_that_dies_at_once_shows_what_it_said(server: Server) -> None:
    server.start()
    server.stop()
    (server.pgdata / "postgresql.conf").write_text("nonsense = 1\n", encoding="utf-8")
    with pytest.raises(EmbeddedPostgresError, match="nonsense"):
        server.start()


def test_a_failed_start_does_not_keep_the_next_one_waiting(server: Server) -> None:
    server.start()
    server.stop()
    broken = server.pgdata / "postgresql.conf"
    whole = broken.read_text(encoding="utf-8")
    broken.write_text("nonsense = 1\n", encoding="utf-8")
    with pytest.raises(EmbeddedPostgresError):
        server.start()
    broken.write_text(whole, encoding="utf-8")
    server.start()
    assert ask(server, "SELECT 1") == "1"


def test_a_large_log_is_set_aside(server: Server) -> None:
    server.start()
    server.stop()
    subprocess.run(["truncate", "-s", "6M", str(server.pgdata / "log")], check=True)
    server.start()
    assert (server.pgdata / "log").stat().st_size < 1_000_000
