from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from strategies import tokens
from strategies.models import Strategy
from strategies.routes import TokenRoute
from tests.strategies.conftest import World
from tests.strategies.worlds import trade_once

STRATEGIES = "/api/strategies/"


def at(strategy: Strategy, verb: str = "") -> str:
    return f"{STRATEGIES}{strategy.pk}/{verb}"


def opens(token: str, strategy: Strategy) -> bool:
    routes = tuple(
        TokenRoute(digest=row.digest, expires_at=row.expires_at) for row in strategy.tokens.all()
    )
    return tokens.matches(token, routes, datetime.now(UTC))


def error_of(answer: Any) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["field"]


def test_a_new_strategy_answers_its_token_and_its_defaults(world: World, owner: APIClient) -> None:
    body = {"group_name": "mine", "market_type": world.market.market_type.value}
    answer = owner.post(STRATEGIES, body, format="json")
    assert answer.status_code == 201, answer.content
    assert answer["Cache-Control"] == "no-store"
    shown = answer.json()
    strategy = Strategy.objects.get(group_name="mine")
    assert strategy.owner == world.owner
    assert opens(shown["token"], strategy)
    expected = {"answer_within": "2.5", "max_age": "60", "dedupe_window": "30"}
    assert {key: shown[key] for key in expected} == expected
    assert (shown["outside_hours"], shown["is_active"], shown["is_public"]) == (
        "refuse",
        True,
        False,
    )


def test_a_token_is_answered_once(world: World, owner: APIClient) -> None:
    made = owner.post(STRATEGIES, {"group_name": "mine"}, format="json").json()
    later = [owner.get(STRATEGIES), owner.get(f"{STRATEGIES}{made['id']}/")]
    later.append(owner.patch(f"{STRATEGIES}{made['id']}/", {"is_active": False}, format="json"))
    for answer in later:
        assert answer.status_code == 200
        assert made["token"] not in answer.content.decode()
        assert "token" not in answer.content.decode()


def test_without_a_market_type_a_strategy_trades_spot(world: World, owner: APIClient) -> None:
    answer = owner.post(STRATEGIES, {"group_name": "mine"}, format="json")
    assert answer.json()["market_type"] == "SPOT"


def test_a_group_name_is_taken_once_whoever_asks(
    world: World, owner: APIClient, stranger: APIClient
) -> None:
    for client in (owner, stranger):
        answer = client.post(STRATEGIES, {"group_name": " test1 "}, format="json")
        assert error_of(answer) == (400, "group_name_taken", "group_name")
    renamed = stranger.post(STRATEGIES, {"group_name": "free"}, format="json").json()
    answer = stranger.patch(f"{STRATEGIES}{renamed['id']}/", {"group_name": "test1"}, format="json")
    assert error_of(answer) == (400, "group_name_taken", "group_name")


@pytest.mark.parametrize("name", ["a/b", "preview", "two\nlines", "\u202e"])
def test_a_name_that_cannot_stand_in_an_address_is_refused(
    world: World, owner: APIClient, name: str
) -> None:
    answer = owner.post(STRATEGIES, {"group_name": name}, format="json")
    assert error_of(answer) == (400, "bad_group_name", "group_name")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("market_type", "MOON", "invalid_choice"),
        ("language", "fr", "invalid_choice"),
        ("outside_hours", "later", "invalid_choice"),
        ("answer_within", "0", "out_of_range"),
        ("answer_within", "61", "out_of_range"),
        ("answer_within", "1e999999", "out_of_range"),
        ("max_age", "-1", "out_of_range"),
        ("max_age", "NaN", "invalid"),
        ("dedupe_window", "-0.001", "out_of_range"),
        ("dedupe_window", "0.0001", "out_of_range"),
        ("dedupe_window", "soon", "invalid"),
        ("is_active", "perhaps", "invalid"),
        ("group_name", "", "missing_field"),
        ("group_name", None, "missing_field"),
        ("group_name", "x" * 101, "too_long"),
    ],
)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_value_out_of_its_range_is_refused_with_its_field(
    *,
    world: World,
    client_of: Any,
    language: str,
    field: str,
    value: object,
    code: str,
) -> None:
    client = client_of(world.owner, language)
    answer = client.patch(at(world.strategy), {field: value}, format="json")
    assert error_of(answer) == (400, code, field)
    message = answer.json()["error"]["message"]
    assert any("가" <= letter <= "힣" for letter in message) is (language == "ko"), message


def test_an_edit_changes_what_it_names_and_nothing_else(world: World, owner: APIClient) -> None:
    answer = owner.patch(
        at(world.strategy), {"dedupe_window": "0", "language": "en"}, format="json"
    )
    assert answer.status_code == 200, answer.content
    world.strategy.refresh_from_db()
    assert world.strategy.dedupe_window == 0
    assert world.strategy.language == "en"
    assert world.strategy.group_name == "test1"


def test_a_rotation_answers_a_new_token_and_the_old_one_works_for_a_day(
    world: World, owner: APIClient
) -> None:
    old = tokens.issue(world.strategy)
    answer = owner.post(at(world.strategy, "rotate-token/"))
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["overlap"] == "86400"
    assert opens(answer.json()["token"], world.strategy)
    assert opens(old, world.strategy)


def test_a_rotation_without_overlap_cuts_the_old_token(world: World, owner: APIClient) -> None:
    old = tokens.issue(world.strategy)
    answer = owner.post(at(world.strategy, "rotate-token/"), {"overlap": 0}, format="json")
    assert opens(answer.json()["token"], world.strategy)
    assert not opens(old, world.strategy)


@pytest.mark.parametrize("overlap", ["-1", "2592001", "1e999", "Infinity"])
def test_an_overlap_out_of_range_rotates_nothing(
    world: World, owner: APIClient, overlap: str
) -> None:
    answer = owner.post(at(world.strategy, "rotate-token/"), {"overlap": overlap}, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "overlap"
    assert not world.strategy.tokens.exists()


def test_a_strategy_without_history_is_deleted(world: World, owner: APIClient) -> None:
    assert owner.delete(at(world.strategy)).status_code == 204
    assert not Strategy.objects.filter(pk=world.strategy.pk).exists()


def test_a_strategy_with_history_is_kept(world: World, owner: APIClient) -> None:
    trade_once(world)
    assert error_of(owner.delete(at(world.strategy))) == (409, "has_history", "")
    assert Strategy.objects.filter(pk=world.strategy.pk).exists()


def test_a_list_shows_ones_own_strategies_alone(
    world: World, owner: APIClient, mate: APIClient, stranger: APIClient
) -> None:
    assert [row["group_name"] for row in owner.get(STRATEGIES).json()] == ["test1"]
    assert [row["group_name"] for row in mate.get(STRATEGIES).json()] == ["mates"]
    assert stranger.get(STRATEGIES).json() == []


@pytest.mark.parametrize("person", ["mate", "stranger"])
@pytest.mark.parametrize(
    ("method", "verb"),
    [("get", ""), ("patch", ""), ("put", ""), ("delete", ""), ("post", "rotate-token/")],
)
def test_anothers_strategy_does_not_exist(
    world: World, request: pytest.FixtureRequest, person: str, method: str, verb: str
) -> None:
    client = request.getfixturevalue(person)
    body = None if method == "get" else {"group_name": "x"}
    answer = getattr(client, method)(at(world.strategy, verb), body, format="json")
    assert error_of(answer) == (404, "not_found", "")
    world.strategy.refresh_from_db()
    assert world.strategy.group_name == "test1"
    assert not world.strategy.tokens.exists()
