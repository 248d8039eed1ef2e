"""Posts an alert file to any bridge, as a sender would, and shows the answer."""

import json
import sys
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Post an alert file (JSON or key=value pairs) to a bridge and show its answer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the alert, or - for standard input")
        parser.add_argument("--url", default=settings.PUBLIC_URL, help="the bridge's address")
        parser.add_argument("--language", choices=("ko", "en"), help="language of the answer")
        parser.add_argument("--timeout", type=int, default=10, help="seconds to wait")

    def handle(self, *_args: Any, **options: Any) -> None:
        body = _read(options["file"])
        headers = {"Content-Type": _content_type(body)}
        if options["language"]:
            headers["Accept-Language"] = options["language"]
        url = f"{options['url'].rstrip('/')}/api/webhook"
        try:
            answer = requests.post(url, data=body, headers=headers, timeout=options["timeout"])
        except requests.RequestException as error:
            raise CommandError(
                f"No answer from {url}: {type(error).__name__}. Is the bridge running there? "
                "The alert may have arrived: look at its orders before you send it again."
            ) from error
        self.stdout.write(f"HTTP {answer.status_code} in {answer.elapsed.total_seconds():.3f} s")
        self.stdout.write(_pretty(answer.text))
        if not answer.ok:
            sys.exit(1)


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"Cannot read {name}: {error.strerror}") from error


def _content_type(body: bytes) -> str:
    """As TradingView does it: valid JSON says so, everything else is plain text."""
    try:
        json.loads(body)
    except ValueError:
        return "text/plain; charset=utf-8"
    return "application/json"


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text
