"""Clients of the streams: they read with a time limit, and never guess how long something takes."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import requests
from django.contrib.auth.models import User
from django.test import Client

from strategies import api_tokens

PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One event as a client sees it; `place` is what it sends back as Last-Event-ID."""

    name: str
    place: str
    payload: Any

    @property
    def id(self) -> int:
        return int(self.place.rpartition(":")[2])


class EventReader:
    """An EventSource, reduced: it remembers the last id as the standard says."""

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.last_event_id = ""
        self._events = self._parsed(response.iter_lines(chunk_size=1, decode_unicode=True))

    def opened(self) -> "EventReader":
        assert next(self._events).name == "stream-open"
        return self

    def take(self, count: int) -> list[Heard]:
        return [next(self._heard()) for _ in range(count)]

    def rest(self) -> list[Heard]:
        """All that comes until the server ends it."""
        return list(self._heard())

    def close(self) -> None:
        self.response.close()

    def _heard(self) -> Iterator[Heard]:
        return (heard for heard in self._events if heard.name not in ("keep-alive", "stream-open"))

    def _parsed(self, lines: Iterator[str]) -> Iterator[Heard]:
        name, text = "", ""
        for line in lines:
            word, _, value = line.partition(":")
            if word == "id":
                self.last_event_id = value.strip()
            elif word == "event":
                name = value.strip()
            elif word == "data":
                text += value.strip()
            elif not line and name:
                payload = json.loads(text) if text else None
                yield Heard(name=name, place=self.last_event_id, payload=payload)
                name, text = "", ""


@dataclass(kw_only=True)
class Site:
    """The server as seen from outside."""

    address: str
    _readers: list[EventReader] = field(default_factory=list)

    def get(
        self, path: str, *, user: User | None = None, headers: dict[str, str] | None = None
    ) -> requests.Response:
        headers = dict(headers or {})
        if user is not None:
            headers["Authorization"] = f"Token {api_tokens.issue(user, 'test')}"
        return requests.get(
            f"http://{self.address}{path}", headers=headers, stream=True, timeout=PATIENCE
        )

    def events(
        self, user: User, query: str = "", *, last_event_id: str | int | None = None
    ) -> EventReader:
        """Open and caught up."""
        headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        response = self.get(f"/api/events/{query}", user=user, headers=headers)
        assert response.status_code == 200, response.text
        reader = EventReader(response)
        self._readers.append(reader)
        return reader.opened()

    def close(self) -> None:
        for reader in self._readers:
            reader.close()


def until(fact: Callable[[], bool]) -> bool:
    """Whether it came true in time."""
    patience = threading.Event()
    return any(fact() or patience.wait(0.02) for _ in range(int(PATIENCE / 0.02)))


def session_cookie(user: User) -> str:
    client = Client()
    client.force_login(user)
    return f"sessionid={client.cookies['sessionid'].value}"
