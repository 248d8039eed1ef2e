"""Posts an alert file to any bridge, as a sender would, and shows the answer."""

import json
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import NewConnectionError

from webhooks import language

_LONGEST_WAIT = 600
_REDIRECTS_FROM = 300


class _Text(Enum):
    """(Korean, English)"""

    CANNOT_READ = ("{file}을(를) 읽을 수 없습니다: {why}", "Cannot read {file}: {why}")
    NO_ADDRESS = (
        "'{url}'은(는) 주소가 아닙니다. 예: http://127.0.0.1:8000",
        "'{url}' is not an address. An example: http://127.0.0.1:8000",
    )
    BAD_TIMEOUT = (
        "--timeout은 1에서 {most} 사이여야 합니다",
        "--timeout must be from 1 to {most}",
    )
    NOBODY_THERE = (
        "{url}에 연결할 수 없습니다. 브리지가 실행 중인가요? 알림은 전송되지 않았습니다.",
        "Nobody answers at {url}. Is the bridge running there? The alert was not sent.",
    )
    NO_ANSWER = (
        "{url}에서 답이 없습니다 ({why}). 알림이 도착했을 수 있으니 먼저 주문을 확인하세요.",
        "No answer from {url} ({why}). The alert may have arrived: look at its orders first.",
    )
    ANSWER = ("HTTP {status}, {seconds:.3f}초", "HTTP {status} in {seconds:.3f} s")

    def say(self, **values: object) -> str:
        korean, english = self.value
        spoken = language.choose("", None, settings.LANGUAGE_CODE)
        return (english if spoken == "en" else korean).format(**values)


class Command(BaseCommand):
    help = "Post an alert file (JSON or key=value pairs) to a bridge and show its answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the alert, or - for standard input")
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="the bridge's address")
        parser.add_argument("--language", choices=("ko", "en"), help="language of the answer")
        parser.add_argument("--timeout", type=int, default=10, help="seconds to wait")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ends with 0 only when the bridge says that the alert succeeded."""
        if not 1 <= options["timeout"] <= _LONGEST_WAIT:
            raise CommandError(_Text.BAD_TIMEOUT.say(most=_LONGEST_WAIT))
        answer = _post(_read(options["file"]), options)
        seconds = answer.elapsed.total_seconds()
        self.stdout.write(_Text.ANSWER.say(status=answer.status_code, seconds=seconds))
        self.stdout.write(_pretty(answer.text))
        if not _is_success(answer):
            sys.exit(1)


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandError(_Text.CANNOT_READ.say(file=name, why=error.strerror)) from error


def _post(body: bytes, options: dict[str, Any]) -> requests.Response:
    """Once, and only to the address that was named: a redirect would turn it into a GET."""
    url = f"{options['url'].rstrip('/')}/api/webhook"
    headers = {"Content-Type": _content_type(body)}
    if options["language"]:
        headers["Accept-Language"] = options["language"]
    try:
        return requests.post(
            url, data=body, headers=headers, timeout=options["timeout"], allow_redirects=False
        )
    except (MissingSchema, InvalidSchema, InvalidURL) as error:
        raise CommandError(_Text.NO_ADDRESS.say(url=options["url"])) from error
    except requests.RequestException as error:
        text = _Text.NOBODY_THERE if _never_left(error) else _Text.NO_ANSWER
        raise CommandError(text.say(url=url, why=type(error).__name__)) from error


def _never_left(error: requests.RequestException) -> bool:
    """No connection was made, so not a byte of the alert can have arrived."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


def _content_type(body: bytes) -> str:
    """As TradingView does it: valid JSON says so, everything else is plain text."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return "text/plain; charset=utf-8"
    return "application/json"


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text


def _is_success(answer: requests.Response) -> bool:
    if answer.status_code >= _REDIRECTS_FROM:
        return False
    try:
        told = answer.json()
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("success") is True
