from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from strategies import api_tokens
from strategies.models import ApiToken
from tests.strategies.conftest import World

ClientOf = Callable[..., APIClient]

EVERY_LIST = ["/api/accounts/", "/api/strategies/", "/api/strategies/1/links/"]


@pytest.mark.parametrize("path", EVERY_LIST)
def test_nothing_is_shown_without_a_login_and_the_scheme_is_named(
    world: World, client_of: ClientOf, path: str
) -> None:
    answer = client_of().get(path)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Token")
    assert answer.json()["error"]["code"] == "not_authenticated"


def test_an_api_token_logs_in(world: World, client_of: ClientOf) -> None:
    token = api_tokens.issue(world.owner, "script")
    answer = client_of().get("/api/accounts/", headers={"Authorization": f"Token {token}"})
    assert [row["id"] for row in answer.json()] == [world.account.pk]


@pytest.mark.parametrize("header", ["Token", "Token nobody", "Token a b", "token tbu_\xff"])
def test_a_token_that_opens_nothing_is_a_401(
    world: World, client_of: ClientOf, header: str
) -> None:
    answer = client_of().get("/api/accounts/", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["error"] == {
        "code": "authentication_failed",
        "message": "Unknown or expired API token",
        "field": "",
    }


def test_an_expired_token_and_a_switched_off_user_are_refused(world: World) -> None:
    now = datetime.now(UTC)
    token = api_tokens.issue(world.owner, "script", lifetime=timedelta(days=1), now=now)
    assert api_tokens.user_of(token, now=now + timedelta(hours=23)) == world.owner
    assert api_tokens.user_of(token, now=now + timedelta(days=1)) is None
    world.owner.is_active = False
    world.owner.save()
    assert api_tokens.user_of(token, now=now) is None


def test_an_api_token_is_stored_as_a_keyed_hash_alone(world: World) -> None:
    token = api_tokens.issue(world.owner, "script")
    row = ApiToken.objects.get()
    assert row.hint == token[-4:]
    assert token not in repr(vars(row))


@pytest.mark.parametrize(
    ("language", "message"),
    [("ko", "찾을 수 없습니다"), ("en", "Not found"), ("fr", "찾을 수 없습니다")],
)
def test_an_error_speaks_the_readers_language_and_else_the_servers(
    world: World, client_of: ClientOf, language: str, message: str
) -> None:
    answer = client_of(world.owner, language).get("/api/accounts/999999/")
    assert answer.json() == {
        "success": False,
        "error": {"code": "not_found", "message": message, "field": ""},
    }


@pytest.mark.parametrize(
    "body",
    [
        b'{"group_name":',
        b'{"max_age": NaN}',
        b'{"group_name": "\xff"}',
        b"[" * 10_000,
        b'{"credentials": {"\\ud800": "x"}}',
        b'{"group_name": "\\udc00"}',
    ],
)
def test_a_body_that_is_not_json_is_a_400(world: World, owner: APIClient, body: bytes) -> None:
    answer = owner.post("/api/strategies/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unreadable")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_a_body_that_is_no_object_is_a_400(world: World, owner: APIClient, body: bytes) -> None:
    answer = owner.post("/api/strategies/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["success"] is False


@pytest.mark.parametrize(
    "number", [b"9" * 5_000, b"1e400000", b"-1e99", b"1e-99", b"0." + b"1" * 200]
)
def test_a_number_that_no_column_holds_is_refused_before_anybody_calculates_with_it(
    world: World, owner: APIClient, number: bytes
) -> None:
    body = b'{"account": ' + number + b"}"
    answer = owner.post(
        f"/api/strategies/{world.strategy.pk}/links/", body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "out_of_range")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_an_error_of_the_whole_body_names_the_body(
    world: World, client_of: ClientOf, language: str
) -> None:
    answer = client_of(world.owner, language).post("/api/accounts/", [], format="json")
    message = answer.json()["error"]["message"]
    assert answer.json()["error"]["field"] == ""
    assert message == message.strip()
    assert language == "en" or "본문" in message


@pytest.mark.parametrize("path", [*EVERY_LIST[:2], "/api/accounts/{account}/"])
def test_a_misspelt_filter_is_refused_and_does_not_show_everything(
    world: World, owner: APIClient, path: str
) -> None:
    answer = owner.get(path.format(account=world.account.pk), {"exchnage": "PAPER"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "unknown_parameter"
    assert answer.json()["error"]["field"] == "exchnage"


def test_a_list_takes_its_own_filters(world: World, owner: APIClient) -> None:
    assert owner.get("/api/accounts/", {"exchange": "NONE", "format": "json"}).json() == []


def test_a_method_that_is_not_offered_is_a_405(world: World, owner: APIClient) -> None:
    answer = owner.delete("/api/accounts/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
