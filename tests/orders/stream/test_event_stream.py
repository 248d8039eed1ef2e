"""`GET /api/events/` over real HTTP."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection

from orders.stream import admission, presence
from orders.vocabulary import EventName
from strategies import api_tokens
from strategies.models import ApiToken
from tests.orders.rows import make_event
from tests.orders.stream.clients import EventReader, Site, session_cookie, until
from tests.orders.stream.conftest import EXECUTORS, notify
from tests.orders.stream.probes import connections_of_streams


def test_an_event_arrives_with_its_name_its_payload_and_its_id(site: Site, owner: User) -> None:
    reader = site.events(owner)
    row = make_event(owner, name=EventName.ORDER_FILLED, symbol="BTC/USDT")
    notify()
    [heard] = reader.take(1)
    assert (heard.name, heard.id) == ("order_filled", row.pk)
    assert heard.place == f"user-{owner.pk}:{row.pk}"
    assert heard.payload == row.payload


def test_a_session_is_enough_since_a_browser_cannot_set_headers(site: Site, owner: User) -> None:
    row = make_event(owner)
    response = site.get("/api/events/?lastEventId=0", headers={"Cookie": session_cookie(owner)})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert f"id: user-{owner.pk}:{row.pk}" in next(
        line for line in response.iter_lines(decode_unicode=True) if line.endswith(f":{row.pk}")
    )
    response.close()


@pytest.mark.parametrize("token", [None, "tbu_wrong"])
def test_without_a_login_there_is_no_stream(site: Site, token: str | None) -> None:
    headers = {"Authorization": f"Token {token}"} if token else {}
    response = site.get("/api/events/", headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Token")
    assert response.json()["success"] is False


def test_a_user_who_was_switched_off_hears_nothing(site: Site, owner: User) -> None:
    token = api_tokens.issue(owner, "old")
    User.objects.filter(pk=owner.pk).update(is_active=False)
    response = site.get("/api/events/", headers={"Authorization": f"Token {token}"})
    assert response.status_code == 401


def test_another_users_events_are_never_seen(site: Site, owner: User, mate: User) -> None:
    reader = site.events(owner, last_event_id=0)
    make_event(mate)
    own = make_event(owner)
    notify()
    make_event(mate)
    last = make_event(owner)
    notify()
    assert [heard.id for heard in reader.take(2)] == [own.pk, last.pk]


def test_naming_another_users_channel_is_refused(site: Site, owner: User, mate: User) -> None:
    response = site.get(f"/api/events/?channel=user-{mate.pk}", user=owner)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "unknown_parameter"


def test_a_strategys_stream_holds_that_strategys_events_only(site: Site, owner: User) -> None:
    reader = site.events(owner, "?strategy=with%20space%2C%20and%3A%20more")
    make_event(owner, strategy="other")
    wanted = make_event(owner, strategy="with space, and: more")
    notify()
    [heard] = reader.take(1)
    assert heard.id == wanted.pk


def test_an_accounts_stream_holds_that_accounts_events_only(site: Site, owner: User) -> None:
    reader = site.events(owner, "?account=7&strategy=test1")
    make_event(owner, account_id=8)
    make_event(owner, account_id=None)
    make_event(owner, account_id=7, strategy="other")
    wanted = make_event(owner, account_id=7)
    notify()
    [heard] = reader.take(1)
    assert heard.id == wanted.pk


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?stratgy=x", "stratgy"),
        ("?account=x", "account"),
        ("?account=" + "9" * 5000, "account"),
        ("?account=%EF%BC%91", "account"),
        ("?account=", "account"),
        ("?strategy=%00", "strategy"),
        ("?lastEventId=x", "Last-Event-ID"),
        ("?lastEventId=" + "9" * 5000, "Last-Event-ID"),
    ],
)
def test_a_misspelt_filter_is_refused_by_name(
    site: Site, owner: User, query: str, field: str
) -> None:
    response = site.get(f"/api/events/{query}", user=owner)
    assert response.status_code == 400
    assert response.json()["error"]["field"] == field


def test_a_reconnect_gets_exactly_what_it_missed(site: Site, owner: User) -> None:
    reader = site.events(owner)
    first = make_event(owner)
    notify()
    [heard] = reader.take(1)
    reader.close()
    missed = [make_event(owner).pk for _ in range(3)]
    notify()
    again = site.events(owner, last_event_id=heard.place)
    later = make_event(owner).pk
    notify()
    assert heard.id == first.pk
    assert [each.id for each in again.take(4)] == [*missed, later]


def test_a_client_that_left_before_its_first_event_misses_nothing_either(
    site: Site, owner: User
) -> None:
    make_event(owner)
    reader = site.events(owner)
    reader.close()
    missed = make_event(owner)
    again = site.events(owner, last_event_id=reader.last_event_id)
    [heard] = again.take(1)
    assert heard.id == missed.pk


@pytest.mark.parametrize("form", ["{id}", "user-{user}:{id}", "user-{user}%3Faccount%3D9:{id}"])
def test_an_id_is_accepted_bare_and_from_any_filter(site: Site, owner: User, form: str) -> None:
    seen, missed = make_event(owner), make_event(owner)
    reader = site.events(owner, last_event_id=form.format(id=seen.pk, user=owner.pk))
    [heard] = reader.take(1)
    assert heard.id == missed.pk


def test_an_id_that_is_not_there_any_more_replays_from_its_place(site: Site, owner: User) -> None:
    gone, kept = make_event(owner), make_event(owner)
    place = gone.pk
    gone.delete()
    [heard] = site.events(owner, last_event_id=place).take(1)
    assert heard.id == kept.pk


@pytest.mark.parametrize("future", [10**9, 10**40])
def test_an_id_that_was_never_given_does_not_make_the_stream_deaf(
    site: Site, owner: User, future: int
) -> None:
    reader = site.events(owner, last_event_id=future)
    row = make_event(owner)
    notify()
    [heard] = reader.take(1)
    assert heard.id == row.pk


def test_a_long_absence_is_replayed_completely(site: Site, owner: User) -> None:
    ids = [make_event(owner).pk for _ in range(260)]
    reader = site.events(owner, last_event_id=0)
    assert [heard.id for heard in reader.take(260)] == ids


def test_a_burst_loses_and_doubles_nothing(site: Site, owner: User) -> None:
    """The library keeps ten events a client; the rest must come from the ledger."""
    reader = site.events(owner)
    ids = []
    for _ in range(50):
        ids.append(make_event(owner).pk)
        notify()
    assert [heard.id for heard in reader.take(50)] == ids


def test_events_that_arrive_during_a_replay_come_once_and_in_order(site: Site, owner: User) -> None:
    old = [make_event(owner).pk for _ in range(300)]
    notify()
    reader = site.events(owner, last_event_id=0)
    new = []
    for _ in range(30):
        new.append(make_event(owner).pk)
        notify()
    assert [heard.id for heard in reader.take(330)] == old + new


def test_a_payload_reads_the_same_live_and_replayed(site: Site, owner: User) -> None:
    reader = site.events(owner)
    row = make_event(owner, account_name="현물 계좌", note='a "quote"\nand a line')
    notify()
    [live] = reader.take(1)
    [replayed] = site.events(owner, last_event_id=row.pk - 1).take(1)
    assert live == replayed
    assert live.payload["account_name"] == "현물 계좌"


def test_open_streams_hold_no_database_connection(site: Site, owner: User) -> None:
    """Their requests were answered by threads that keep one each."""
    readers = [site.events(owner, last_event_id=0) for _ in range(EXECUTORS + 3)]
    row = make_event(owner)
    notify()
    for reader in readers:
        assert reader.take(1)[0].id == row.pk
    assert connections_of_streams(connection) <= EXECUTORS


def test_many_refused_at_once_share_few_connections(site: Site) -> None:
    def refused(_number: int) -> int:
        return site.get("/api/events/", headers={"Authorization": "Token tbu_x"}).status_code

    with ThreadPoolExecutor(max_workers=20) as clients:
        assert set(clients.map(refused, range(60))) == {401}
    assert connections_of_streams(connection) <= EXECUTORS


def test_a_user_has_only_so_many_streams_and_gets_a_place_back(
    site: Site, owner: User, mate: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "LIMIT", 2)
    first, _second = site.events(owner), site.events(owner)
    refused = site.get("/api/events/", user=owner)
    assert refused.status_code == 429
    assert refused.json()["error"]["code"] == "too_many_streams"
    site.events(mate)
    first.close()
    assert until(lambda: not presence.is_full(owner.pk))
    site.events(owner)


def deleted_token(user: User) -> None:
    ApiToken.objects.filter(user=user).delete()


def expired_token(user: User) -> None:
    ApiToken.objects.filter(user=user).update(expires_at=datetime.now(UTC))


def switched_off(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


@pytest.mark.parametrize("end", [deleted_token, expired_token, switched_off])
def test_a_stream_ends_with_what_opened_it(
    site: Site, owner: User, monkeypatch: pytest.MonkeyPatch, end: Callable[[User], None]
) -> None:
    monkeypatch.setattr(admission, "ASKED_EVERY", 0.05)
    reader = site.events(owner)
    end(owner)
    assert reader.rest() == []
    assert until(lambda: not presence.is_anybody_there())


def test_a_stream_ends_with_its_session(
    site: Site, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "ASKED_EVERY", 0.05)
    response = site.get("/api/events/", headers={"Cookie": session_cookie(owner)})
    reader = EventReader(response).opened()
    Session.objects.all().delete()
    assert reader.rest() == []


def test_a_stream_goes_on_while_it_may(
    site: Site, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "ASKED_EVERY", 0.01)
    readers = [
        site.events(owner),
        EventReader(site.get("/api/events/", headers={"Cookie": session_cookie(owner)})).opened(),
    ]
    for _ in range(20):
        row = make_event(owner)
        notify()
        for reader in readers:
            assert reader.take(1)[0].id == row.pk
    readers[1].close()
