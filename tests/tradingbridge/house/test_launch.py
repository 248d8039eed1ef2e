"""The launcher for real: processes, signals, sockets and files."""

import json
import os
import re
import shlex
import signal
import socket
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
import requests

from tests.tradingbridge.house.launched import Launched, manage
from tradingbridge import embedded, postmaster
from tradingbridge.database_url import BadDatabaseUrl, django_database
from tradingbridge.postmaster import wait_for

Launch = Callable[..., Launched]


def users(database_url: str) -> list[str]:
    connection = psycopg2.connect(database_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT username FROM auth_user ORDER BY username")
            return [name for (name,) in cursor.fetchall()]
    finally:
        connection.close()


def demo_of(var_dir: Path) -> dict[str, object]:
    written: dict[str, object] = json.loads((var_dir / "demo.json").read_text(encoding="utf-8"))
    return written


def test_a_new_folder_becomes_a_bridge_that_is_ready(launch: Launch, var_dir: Path) -> None:
    bridge = launch(var_dir)
    bridge.until_ready()
    assert bridge.status("/api/health/ready/") == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_and_leaves_nothing(
    launch: Launch, desk: Path, number: int
) -> None:
    bridge = launch(desk)
    bridge.until_ready()
    assert bridge.stop(number) == 0
    assert bridge.leftovers() == []


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_impatient_second_ctrl_c_cuts_nothing_off(
    launch: Launch, desk: Path, workers: str
) -> None:
    bridge = launch(desk, WORKERS=workers)
    bridge.until_ready()
    os.killpg(bridge.process.pid, signal.SIGINT)
    assert bridge.stop() == 0
    assert bridge.leftovers() == []
    assert bridge.said.count("bridge_stopped") == bridge.said.count("bridge_started")
    assert "Traceback" not in bridge.said


def test_it_can_be_stopped_while_it_is_still_starting(launch: Launch, var_dir: Path) -> None:
    bridge = launch(var_dir)
    assert wait_for((var_dir / "pgdata.new").exists, limit=30)
    assert bridge.stop() == 0
    assert bridge.leftovers() == []


def test_an_open_request_does_not_keep_it_from_stopping(launch: Launch, desk: Path) -> None:
    bridge = launch(desk)
    bridge.until_ready()
    token = demo_of(desk)["api_token"]
    stream = requests.get(
        f"{bridge.url}/api/events/",
        headers={"Authorization": f"Token {token}"},
        stream=True,
        timeout=10,
    )
    assert stream.status_code == 200
    assert bridge.stop() == 0
    stream.close()


def test_the_alert_it_prints_fills_two_orders(launch: Launch, var_dir: Path) -> None:
    bridge = launch(var_dir)
    bridge.until_ready()
    command = next(line for line in bridge.said.splitlines() if "curl" in line)
    words = shlex.split(command)
    answer = requests.post(words[2], data=words[-1], timeout=10).json()
    assert answer["success"], answer
    assert answer["summary"]["successful_orders"] == 2


def test_it_prints_the_login_that_demo_json_holds_to_a_log_once_only(
    launch: Launch, var_dir: Path
) -> None:
    first = launch(var_dir)
    first.until_ready()
    admin = demo_of(var_dir)["admin"]
    assert isinstance(admin, dict)
    assert f"{admin['username']} / {admin['password']}" in first.said
    assert first.stop() == 0
    second = launch(var_dir)
    second.until_ready()
    assert f"the password is in {var_dir / 'demo.json'}" in second.said
    assert admin["password"] not in second.said


def test_a_warm_start_keeps_the_demo_and_follows_a_new_port(launch: Launch, desk: Path) -> None:
    before = demo_of(desk)
    bridge = launch(desk)
    bridge.until_ready()
    assert demo_of(desk) == {**before, "url": bridge.url}


def test_started_twice_it_says_where_the_other_one_is(launch: Launch, desk: Path) -> None:
    first = launch(desk)
    first.until_ready()
    second = launch(desk)
    assert second.ends() == 1
    assert f"already running: {first.url} (process {first.process.pid}" in second.said
    assert first.status("/api/health/live/") == 200


def test_a_killed_bridge_locks_nobody_out(launch: Launch, desk: Path) -> None:
    killed = launch(desk)
    killed.until_ready()
    killed.kill()
    again = launch(desk)
    again.until_ready()
    assert again.stop() == 0
    assert again.leftovers() == []


def test_a_bridge_that_was_killed_while_it_made_its_database_locks_nobody_out(
    launch: Launch, var_dir: Path
) -> None:
    killed = launch(var_dir)
    assert wait_for((var_dir / "pgdata.new").exists, limit=30)
    killed.kill()
    launch(var_dir).until_ready()


def test_workers_do_not_outlive_a_killed_launcher(launch: Launch, desk: Path) -> None:
    bridge = launch(desk, WORKERS="2")
    bridge.until_ready()
    url = bridge.url
    os.kill(bridge.process.pid, signal.SIGKILL)
    bridge.process.wait(timeout=10)
    assert wait_for(lambda: _refuses(url), limit=30)


def test_several_workers_stop_together(launch: Launch, desk: Path) -> None:
    bridge = launch(desk, WORKERS="2")
    bridge.until_ready()
    assert bridge.status("/api/health/live/") == 200
    assert bridge.stop() == 0
    assert bridge.leftovers() == []


def test_a_database_that_dies_under_the_bridge_comes_back(launch: Launch, desk: Path) -> None:
    bridge = launch(desk)
    bridge.until_ready()
    server = postmaster.alive(desk / "pgdata")
    assert server is not None
    server.kill()
    assert wait_for(lambda: postmaster.alive(desk / "pgdata") not in {None, server}, limit=30)
    assert wait_for(lambda: bridge.status("/api/health/ready/") == 200, limit=30)


def test_a_taken_port_is_said_with_a_way_out(launch: Launch, var_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        bridge = launch(var_dir, PORT=str(port))
        assert bridge.ends() == 1
    assert f"Port {port} is taken" in bridge.said
    assert bridge.leftovers() == []


@pytest.mark.parametrize("port", ["http", "70000", "-1"])
def test_a_port_that_is_none_is_named(launch: Launch, var_dir: Path, port: str) -> None:
    bridge = launch(var_dir, PORT=port)
    assert bridge.ends() == 1
    assert f"was '{port}'" in bridge.said


def test_a_folder_that_cannot_be_used_is_named(launch: Launch, var_dir: Path) -> None:
    (var_dir / "file").write_text("", encoding="utf-8")
    bridge = launch(var_dir, VAR_DIR=str(var_dir / "file" / "deeper"))
    assert bridge.ends() == 1
    assert "Set VAR_DIR" in bridge.said
    assert "Traceback" not in bridge.said


def test_a_database_of_ones_own_is_used_instead_of_the_embedded_one(
    launch: Launch, var_dir: Path
) -> None:
    with embedded.running(var_dir / "own" / "pgdata") as own:
        bridge = launch(var_dir / "bridge", DATABASE_URL=own.url)
        bridge.until_ready()
        assert bridge.stop() == 0
        assert users(own.url) == ["demo"]
    assert not (var_dir / "bridge" / "pgdata").exists()


def test_a_database_that_is_not_there_is_said_without_its_password(
    launch: Launch, var_dir: Path
) -> None:
    url = f"postgresql://bridge:hush@/bridge?host={var_dir}"
    bridge = launch(var_dir, DATABASE_URL=url)
    assert bridge.ends() == 1
    assert "PostgreSQL at DATABASE_URL cannot be reached" in bridge.said
    assert "hush" not in bridge.said
    assert "Traceback" not in bridge.said


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://bridge:hu#sh@db/bridge",
        "postgresql://bridge:hu/sh@db/bridge",
        "postgresql://bridge:hush@db:port/bridge",
        "postgresql://bridge:hush@[db/bridge",
        "postgresql://bridge:hush@db",
        "mysql://bridge:hush@db/bridge",
        "postgresql://bridge:12#hush@db/bridge",
        "postgresql://bridge:12/hush@db/bridge",
        "postgresql://bridge:12?hush@db/bridge",
    ],
)
def test_an_address_of_a_database_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        django_database(url)
    said = "".join(traceback.format_exception(refused.value))
    assert "DATABASE_URL cannot be read" in said
    assert not re.search(r"'(?:hu|sh|hush|12)'", said)


def test_a_bad_database_url_is_one_sentence_of_the_launcher(launch: Launch, var_dir: Path) -> None:
    bridge = launch(var_dir, DATABASE_URL="postgresql://bridge:hu/sh@db/bridge")
    assert bridge.ends() == 1
    assert bridge.said.startswith("DATABASE_URL cannot be read.")
    assert "Traceback" not in bridge.said
    assert "hu/sh" not in bridge.said


def test_korean_is_the_language_unless_another_is_asked_for(launch: Launch, var_dir: Path) -> None:
    bridge = launch(var_dir, LANGUAGE_CODE="ko", PORT="none")
    assert bridge.ends() == 1
    assert "사이의 정수여야 합니다" in bridge.said


def test_a_command_brings_the_database_up_and_down_again(var_dir: Path) -> None:
    done = manage(var_dir, "migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    assert (var_dir / "pgdata" / "PG_VERSION").exists()
    assert postmaster.alive(var_dir / "pgdata") is None
    assert not (var_dir / "pgsocket").exists()


def test_a_command_uses_the_running_bridges_database(launch: Launch, desk: Path) -> None:
    bridge = launch(desk)
    bridge.until_ready()
    done = manage(
        desk,
        "shell",
        "-v0",
        "-c",
        "from django.contrib.auth.models import User; print(User.objects.get().username)",
    )
    assert done.stdout.strip() == "demo", done.stderr
    assert bridge.status("/api/health/ready/") == 200


def test_a_command_that_needs_no_database_starts_none(var_dir: Path) -> None:
    assert manage(var_dir, "help").returncode == 0
    assert not (var_dir / "pgdata").exists()


def _refuses(url: str) -> bool:
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return True
    return False
