"""Clients of a bridge as it is started, who begin and then fall silent."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.tradingbridge.house.launched import Launched
from tradingbridge.asgi import EXECUTORS

Launch = Callable[..., Launched]
PATHS = ["/api/accounts/", "/api/events/", "/api/webhook/", "/admin/login/"]


@pytest.fixture
def bridge(launch: Launch, desk: Path) -> Launched:
    bridge = launch(desk)
    bridge.until_ready()
    return bridge


@pytest.fixture
def silent(bridge: Launched) -> Iterator[list[socket.socket]]:
    """More requests with a body that does not come than there are threads for Django."""
    address = urlsplit(bridge.url)
    with ExitStack() as stack:
        clients = []
        for number in range(2 * EXECUTORS):
            client = socket.create_connection((address.hostname, address.port), timeout=10)
            clients.append(stack.enter_context(closing(client)))
            path = PATHS[number % len(PATHS)]
            head = f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 100\r\n\r\n"
            client.sendall(head.encode())
        yield clients


def test_they_keep_nobody_else_from_being_answered(
    bridge: Launched, silent: list[socket.socket]
) -> None:
    token = json.loads((bridge.var_dir / "demo.json").read_text(encoding="utf-8"))["api_token"]
    for path in ("/api/health/live/", "/api/health/ready/", "/api/accounts/", "/admin/login/"):
        answer = requests.get(
            bridge.url + path, headers={"Authorization": f"Token {token}"}, timeout=5
        )
        assert answer.status_code == 200


def test_they_do_not_keep_it_from_stopping(bridge: Launched, silent: list[socket.socket]) -> None:
    assert bridge.status("/api/health/live/") == 200
    assert bridge.stop() == 0
    assert "Traceback" not in bridge.said
    assert "Cancelled" not in bridge.said
    assert silent[0].recv(100).startswith(b"HTTP/1.1 408")
    assert bridge.leftovers() == []
