"""Shows what an alert file would do, without a sender and without sending anything."""

import asyncio
import json
import sys
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exchanges.errors import Language
from orders.journal import JournalUnavailable
from orders.runtime import Runtime
from webhooks import language, preview
from webhooks.arrivals import Arrival
from webhooks.grammar import read_message
from webhooks.refusals import AlertRefused
from webhooks.report import all_would_go, report


class _Text(Enum):
    """(Korean, English)"""

    CANNOT_READ = ("{file}을(를) 읽을 수 없습니다: {why}", "Cannot read {file}: {why}")
    NO_STRATEGY = (
        "전략 '{name}'이(가) 없습니다. 있는 전략: {known}",
        "There is no strategy '{name}'. There are: {known}",
    )
    SWITCHED_OFF = (
        "전략 '{name}'이(가) 꺼져 있습니다. 관리 화면에서 켜세요",
        "Strategy '{name}' is switched off. Switch it on in the admin",
    )
    NO_DATABASE = (
        "데이터베이스에 연결할 수 없습니다: {why}",
        "The database cannot be reached: {why}",
    )

    def say(self, spoken: Language, **values: object) -> str:
        korean, english = self.value
        return (english if spoken == "en" else korean).format(**values)


class Command(BaseCommand):
    help = "Show what an alert file (JSON or key=value pairs) would do. Sends and keeps nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the alert, or - for standard input")
        parser.add_argument("--strategy", default="", help="instead of the file's group_name")
        parser.add_argument("--language", choices=("ko", "en"), help="language of the report")
        parser.add_argument("--json", action="store_true", help="the preview as the door answers")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ends with 0 only when everything in the alert would go. The file needs no token."""
        spoken = language.choose(options["language"] or "", None, settings.LANGUAGE_CODE)
        body = _read(options["file"], spoken)
        try:
            answer = asyncio.run(_checked(body, options["strategy"], spoken))
        except (psycopg2.OperationalError, JournalUnavailable) as error:
            raise CommandError(_Text.NO_DATABASE.say(spoken, why=str(error).strip())) from error
        self.stdout.write(_shown(answer, spoken, as_json=options["json"]))
        if not all_would_go(answer):
            sys.exit(1)


def _read(name: str, spoken: Language) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        why = _Text.CANNOT_READ.say(spoken, file=name, why=error.strerror)
        raise CommandError(why) from error


async def _checked(body: bytes, name: str, spoken: Language) -> Mapping[str, Any]:
    """Beside a running bridge or without one: it reads, and leads nothing and recovers nothing."""
    arrival = Arrival(body=body, content_type="", accept_language=spoken, peer="")
    runtime = Runtime(settings.DATABASE_URL)
    await runtime.start_reading()
    try:
        _refuse_unknown(name or _named_in(body), runtime, spoken)
        return (await preview.of_strategy(arrival, name, runtime)).body
    finally:
        await runtime.stop()


def _named_in(body: bytes) -> str:
    """Empty where it names none, or cannot be read: the report will say so."""
    try:
        return read_message(body).group_name
    except AlertRefused:
        return ""


def _refuse_unknown(name: str, runtime: Runtime, spoken: Language) -> None:
    """The operator may know which strategies there are."""
    strategies = runtime.routes.routes.strategies
    if not name:
        return
    if name not in strategies:
        known = ", ".join(sorted(strategies)) or "-"
        raise CommandError(_Text.NO_STRATEGY.say(spoken, name=name, known=known))
    if not strategies[name].is_active:
        raise CommandError(_Text.SWITCHED_OFF.say(spoken, name=name))


def _shown(answer: Mapping[str, Any], spoken: Language, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(answer, ensure_ascii=False, indent=2)
    return "\n".join(report(answer, spoken))
