"""`/ws/orders/` over a real WebSocket."""

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from pytest_django import Settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from orders.stream import admission, presence
from orders.stream.consumer import NOT_LOGGED_IN, TOO_MANY
from orders.vocabulary import EventName
from strategies import api_tokens
from strategies.models import ApiToken
from tests.orders.rows import make_event
from tests.orders.stream.clients import PATIENCE, Site, session_cookie, until
from tests.orders.stream.conftest import notify


class Sockets:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._open = ExitStack()

    def open(
        self, query: str = "", *, user: User | None = None, **headers: str
    ) -> ClientConnection:
        """With the user's API token, or with the headers as they are."""
        if user is not None:
            headers["Authorization"] = f"Token {api_tokens.issue(user, 'test')}"
        return self._open.enter_context(
            connect(
                f"ws://{self._site.address}/ws/orders/{query}",
                additional_headers=headers,
                open_timeout=PATIENCE,
                proxy=None,
            )
        )

    def close(self) -> None:
        self._open.close()


def heard(socket: ClientConnection, count: int) -> list[Any]:
    return [json.loads(socket.recv(timeout=PATIENCE)) for _ in range(count)]


def ids(messages: list[Any]) -> list[int]:
    return [message["id"] for message in messages]


@pytest.fixture
def sockets(site: Site) -> Iterator[Sockets]:
    sockets = Sockets(site)
    yield sockets
    sockets.close()


def test_an_event_arrives_with_its_id_its_name_and_its_payload(
    sockets: Sockets, owner: User
) -> None:
    socket = sockets.open(user=owner)
    row = make_event(owner, name=EventName.TRADE_EXECUTED, account_name="현물 계좌")
    notify()
    assert heard(socket, 1) == [{"id": row.pk, "event": "trade_executed", "payload": row.payload}]


def test_a_session_opens_a_socket(sockets: Sockets, site: Site, owner: User) -> None:
    socket = sockets.open(Cookie=session_cookie(owner), Origin=f"http://{site.address}")
    row = make_event(owner)
    notify()
    assert ids(heard(socket, 1)) == [row.pk]


def test_a_token_in_the_address_opens_a_socket_and_is_not_logged(
    sockets: Sockets, owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    token = api_tokens.issue(owner, "test")
    row = make_event(owner)
    with caplog.at_level(logging.INFO):
        socket = sockets.open(f"?token={token}&last_event_id=0")
        assert ids(heard(socket, 1)) == [row.pk]
    assert "/ws/orders/?last_event_id=0" in caplog.text
    assert token not in caplog.text


def test_another_sites_page_cannot_use_the_session(sockets: Sockets, owner: User) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        sockets.open(Cookie=session_cookie(owner), Origin="http://evil.example")


def test_a_session_needs_a_page_of_the_very_same_address(
    sockets: Sockets, site: Site, owner: User
) -> None:
    """Another port of the same machine is another site; a program without a page has a token."""
    host = site.address.partition(":")[0]
    for origin in ("", "null", f"http://{host}", f"http://{host}:1", f"https://{site.address}:x"):
        with pytest.raises(InvalidStatus, match="403"):
            sockets.open(Cookie=session_cookie(owner), Origin=origin)
    with pytest.raises(InvalidStatus, match="403"):
        sockets.open(Cookie=session_cookie(owner))


@pytest.mark.parametrize("trusted", ["https://desk.example", "https://*.example"])
def test_a_trusted_origin_may_use_the_session(
    sockets: Sockets, owner: User, settings: Settings, trusted: str
) -> None:
    settings.CSRF_TRUSTED_ORIGINS = [trusted]
    row = make_event(owner)
    socket = sockets.open(
        "?last_event_id=0", Cookie=session_cookie(owner), Origin="https://desk.example"
    )
    assert ids(heard(socket, 1)) == [row.pk]


def test_a_token_is_enough_from_any_page(sockets: Sockets, owner: User) -> None:
    row = make_event(owner)
    socket = sockets.open("?last_event_id=0", user=owner, Origin="https://elsewhere.example")
    assert ids(heard(socket, 1)) == [row.pk]


def closed_with(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed):
        socket.recv(timeout=PATIENCE)
    return socket.close_code


def test_a_user_has_only_so_many_sockets_and_streams_together(
    sockets: Sockets, site: Site, owner: User, mate: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LIMIT", 2)
    site.events(owner)
    open_socket = sockets.open(user=owner)
    assert closed_with(sockets.open(user=owner)) == TOO_MANY
    sockets.open(user=mate)
    open_socket.close()
    assert until(lambda: not presence.is_full(owner.pk))
    row = make_event(owner)
    assert ids(heard(sockets.open("?last_event_id=0", user=owner), 1)) == [row.pk]


def test_a_socket_ends_with_its_token(
    sockets: Sockets, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "ASKED_EVERY", 0.05)
    socket = sockets.open(user=owner)
    ApiToken.objects.all().delete()
    assert closed_with(socket) == NOT_LOGGED_IN
    assert until(lambda: not presence.is_anybody_there())


def test_a_socket_ends_with_its_session(
    sockets: Sockets, site: Site, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "ASKED_EVERY", 0.05)
    socket = sockets.open(Cookie=session_cookie(owner), Origin=f"http://{site.address}")
    Session.objects.all().delete()
    assert closed_with(socket) == NOT_LOGGED_IN


def test_another_path_is_refused_quietly(site: Site) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        connect(f"ws://{site.address}/ws/other/", proxy=None)


def test_another_users_events_are_never_seen(sockets: Sockets, owner: User, mate: User) -> None:
    socket = sockets.open(user=owner)
    make_event(mate)
    own = make_event(owner)
    notify()
    make_event(mate)
    last = make_event(owner)
    notify()
    assert ids(heard(socket, 2)) == [own.pk, last.pk]


def test_filters_narrow_live_events_and_replay_alike(sockets: Sockets, owner: User) -> None:
    make_event(owner, account_id=8)
    replayed = make_event(owner, account_id=7)
    socket = sockets.open("?account=7&strategy=test1&last_event_id=0", user=owner)
    make_event(owner, account_id=7, strategy="other")
    make_event(owner, account_id=None)
    live = make_event(owner, account_id=7)
    notify()
    assert ids(heard(socket, 2)) == [replayed.pk, live.pk]


def test_a_reconnect_gets_exactly_what_it_missed(sockets: Sockets, owner: User) -> None:
    socket = sockets.open(user=owner)
    first = make_event(owner)
    notify()
    [last_heard] = ids(heard(socket, 1))
    socket.close()
    missed = [make_event(owner).pk for _ in range(3)]
    notify()
    again = sockets.open(f"?last_event_id={last_heard}", user=owner)
    later = make_event(owner).pk
    notify()
    assert last_heard == first.pk
    assert ids(heard(again, 4)) == [*missed, later]


def test_a_stream_id_is_understood(sockets: Sockets, owner: User) -> None:
    seen, missed = make_event(owner), make_event(owner)
    socket = sockets.open(f"?last_event_id=user-{owner.pk}:{seen.pk}", user=owner)
    assert ids(heard(socket, 1)) == [missed.pk]


def test_events_that_arrive_during_a_replay_come_once_and_in_order(
    sockets: Sockets, owner: User
) -> None:
    old = [make_event(owner).pk for _ in range(450)]
    notify()
    socket = sockets.open("?last_event_id=0", user=owner)
    new = []
    for _ in range(60):
        new.append(make_event(owner).pk)
        notify()
    assert ids(heard(socket, 510)) == old + new


def test_what_a_client_says_is_not_listened_to(sockets: Sockets, owner: User) -> None:
    socket = sockets.open(user=owner)
    socket.send("not json {")
    socket.send(b"\x00")
    row = make_event(owner)
    notify()
    assert ids(heard(socket, 1)) == [row.pk]
