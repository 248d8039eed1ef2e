from collections.abc import Iterator
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection
from django.test import Client

from orders import runtime

pytestmark = pytest.mark.django_db


@pytest.fixture
def parts() -> Iterator[dict[str, bool]]:
    """What the bridge that runs in this process says of its parts."""
    parts = {"engine": True, "journal": True}
    with patch.object(runtime, "current", lambda: SimpleNamespace(ready=lambda: parts)):
        yield parts


def test_a_process_that_answers_is_alive(client: Client) -> None:
    answer = client.get("/api/health/live/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_running_bridge_is_ready(client: Client, parts: dict[str, bool]) -> None:
    answer = client.get("/api/health/ready/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "engine": "ok", "journal": "ok"}


def test_a_server_without_an_engine_is_not_ready(client: Client) -> None:
    runtime.install(None)
    answer = client.get("/api/health/ready/")
    assert answer.status_code == 503
    assert answer.json()["engine"] == "stopped"
    assert answer.json()["database"] == "ok"


def test_an_engine_that_stopped_in_a_running_bridge_is_not_ready(
    client: Client, parts: dict[str, bool]
) -> None:
    parts["engine"] = False
    answer = client.get("/api/health/ready/")
    assert (answer.status_code, answer.json()["engine"]) == (503, "stopped")


def test_a_journal_that_cannot_write_is_not_ready(client: Client, parts: dict[str, bool]) -> None:
    parts["journal"] = False
    answer = client.get("/api/health/ready/")
    assert (answer.status_code, answer.json()["journal"]) == (503, "unreachable")


def test_a_database_that_is_gone_is_one_word_and_no_detail(
    client: Client, parts: dict[str, bool]
) -> None:
    with patch.object(connection, "cursor", side_effect=OperationalError("host=10.0.0.1")):
        answer = client.get("/api/health/ready/")
    assert (answer.status_code, answer.json()["database"]) == (503, "unreachable")
    assert "10.0.0.1" not in answer.content.decode()
