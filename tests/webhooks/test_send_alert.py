"""`manage.py send_alert`: what arrives at the bridge, and what its exit code says."""

import io
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

ALERT = {"group_name": "demo-crypto", "token": "tb_1", "symbol": "BTC/USDT"}
ACCEPTED = {"success": True, "message": "주문 처리 완료 - 성공: 2, 실패: 0"}
REFUSED = {"success": False, "error": {"code": "unreadable"}}


@dataclass(kw_only=True)
class Bridge:
    """Answers what a test tells it, and keeps what arrived."""

    url: str = ""
    status: int = 200
    answer: bytes = json.dumps(ACCEPTED).encode()
    location: str = ""
    hangs_up: bool = False
    arrived: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def answers(self, status: int, body: Any) -> None:
        self.status, self.answer = status, json.dumps(body).encode()

    @property
    def headers(self) -> dict[str, str]:
        return self.arrived[-1][1]

    @property
    def body(self) -> bytes:
        return self.arrived[-1][2]


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    told = Bridge()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.arrived.append((self.path, dict(self.headers), body))
            if told.hangs_up:
                self.close_connection = True
                return
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(told.answer)))
            if told.location:
                self.send_header("Location", told.location)
            self.end_headers()
            self.wfile.write(told.answer)

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_said: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        told.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        server.shutdown()
        thread.join()


@pytest.fixture
def alert(tmp_path: Path) -> Path:
    file = tmp_path / "alert.json"
    file.write_text(json.dumps(ALERT), encoding="utf-8")
    return file


def send(file: object, bridge: Bridge, **options: Any) -> str:
    said = io.StringIO()
    call_command("send_alert", str(file), url=bridge.url, stdout=said, **options)
    return said.getvalue()


def failed(file: object, bridge: Bridge) -> str:
    """What it says of an alert that did not succeed; its exit code must be 1."""
    said = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("send_alert", str(file), url=bridge.url, stdout=said)
    assert ended.value.code == 1
    return said.getvalue()


def test_the_file_arrives_byte_for_byte_at_the_webhook(bridge: Bridge, alert: Path) -> None:
    send(alert, bridge)
    assert [(path, body) for path, _, body in bridge.arrived] == [
        ("/api/webhook", alert.read_bytes())
    ]


def test_the_answer_is_shown_with_its_korean(bridge: Bridge, alert: Path) -> None:
    said = send(alert, bridge)
    assert said.startswith("HTTP 200")
    assert "주문 처리 완료 - 성공: 2, 실패: 0" in said


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"symbol": "BTC/USDT"}', "application/json"),
        ("symbol=BTC/USDT\nside=buy", "text/plain; charset=utf-8"),
        ("[" * 100_000, "text/plain; charset=utf-8"),
    ],
    ids=["json", "pairs", "deep"],
)
def test_the_content_type_is_the_one_tradingview_would_send(
    bridge: Bridge, tmp_path: Path, body: str, content_type: str
) -> None:
    file = tmp_path / "alert"
    file.write_text(body, encoding="utf-8")
    send(file, bridge)
    assert bridge.headers["Content-Type"] == content_type


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_language_is_asked_for(bridge: Bridge, alert: Path, language: str) -> None:
    send(alert, bridge, language=language)
    assert bridge.headers["Accept-Language"] == language


def test_no_language_is_asked_for_by_itself(bridge: Bridge, alert: Path) -> None:
    send(alert, bridge)
    assert "Accept-Language" not in bridge.headers


def test_an_alert_may_come_from_standard_input(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = io.TextIOWrapper(io.BytesIO(b"symbol=BTC/USDT"))
    monkeypatch.setattr("sys.stdin", typed)
    send("-", bridge)
    assert bridge.body == b"symbol=BTC/USDT"


def test_an_alert_at_work_is_a_success(bridge: Bridge, alert: Path) -> None:
    bridge.answers(202, ACCEPTED)
    assert "HTTP 202" in send(alert, bridge)


@pytest.mark.parametrize("status", [400, 401, 422, 503])
def test_a_refused_alert_ends_with_1_and_shows_why(
    bridge: Bridge, alert: Path, status: int
) -> None:
    bridge.answers(status, REFUSED)
    said = failed(alert, bridge)
    assert f"HTTP {status}" in said
    assert "unreadable" in said


def test_orders_that_all_failed_end_with_1(bridge: Bridge, alert: Path) -> None:
    bridge.answers(200, {"success": False, "results": []})
    failed(alert, bridge)


def test_another_program_at_that_address_is_no_success(bridge: Bridge, alert: Path) -> None:
    bridge.answer = b"<html>Welcome</html>"
    assert "Welcome" in failed(alert, bridge)


def test_a_redirect_is_shown_and_not_followed(bridge: Bridge, alert: Path) -> None:
    bridge.status, bridge.location = 301, f"{bridge.url}/elsewhere"
    failed(alert, bridge)
    assert len(bridge.arrived) == 1


def test_a_lost_answer_is_not_sent_again_and_warns(
    bridge: Bridge, alert: Path, settings: Settings
) -> None:
    settings.LANGUAGE_CODE = "en"
    bridge.hangs_up = True
    with pytest.raises(CommandError, match="may have arrived"):
        send(alert, bridge)
    assert len(bridge.arrived) == 1


@pytest.mark.parametrize(
    ("language", "words"), [("ko", "전송되지 않았습니다"), ("en", "was not sent")]
)
def test_without_a_bridge_it_says_that_nothing_was_sent(
    alert: Path, settings: Settings, language: str, words: str
) -> None:
    settings.LANGUAGE_CODE = language
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = Bridge(url=f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(CommandError, match=words):
            send(alert, nobody)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://"])
def test_what_is_no_address_is_named(alert: Path, settings: Settings, url: str) -> None:
    settings.LANGUAGE_CODE = "en"
    with pytest.raises(CommandError, match="is not an address"):
        send(alert, Bridge(url=url))


@pytest.mark.parametrize(("language", "words"), [("ko", "읽을 수 없습니다"), ("en", "Cannot read")])
def test_a_file_that_is_not_there_is_named(
    bridge: Bridge, tmp_path: Path, settings: Settings, language: str, words: str
) -> None:
    settings.LANGUAGE_CODE = language
    with pytest.raises(CommandError, match=words) as refused:
        send(tmp_path / "nothing.json", bridge)
    assert "nothing.json" in str(refused.value)
    assert bridge.arrived == []


@pytest.mark.parametrize("timeout", ["0", "-1", "601"])
def test_a_wait_that_makes_no_sense_is_refused(bridge: Bridge, alert: Path, timeout: str) -> None:
    with pytest.raises(CommandError, match="--timeout"):
        send(alert, bridge, timeout=int(timeout))
    assert bridge.arrived == []
