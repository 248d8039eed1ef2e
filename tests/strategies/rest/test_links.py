from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from strategies.models import StrategyAccount
from tests.strategies.conftest import World
from tests.worlds import make_account


def links_of(world: World) -> str:
    return f"/api/strategies/{world.strategy.pk}/links/"


def at(world: World) -> str:
    return f"{links_of(world)}{world.link.pk}/"


def error_of(answer: Any) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["field"]


def test_a_link_joins_ones_own_account_with_exact_amounts(world: World, owner: APIClient) -> None:
    account = make_account(world.owner, world.market.account_type, name="A2")
    body = {"account": account.pk, "capital": "1000000.000000000000000001", "leverage": 3}
    answer = owner.post(links_of(world), body, format="json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["capital"] == "1000000.000000000000000001"
    assert answer.json()["leverage"] == "3"
    link = StrategyAccount.objects.get(account=account)
    assert link.capital == Decimal("1000000.000000000000000001")
    assert link.is_active


def test_a_json_number_is_exact_too(world: World, owner: APIClient) -> None:
    body = b'{"capital": 1000000.000000000000000001}'
    answer = owner.patch(at(world), body, content_type="application/json")
    assert answer.json()["capital"] == "1000000.000000000000000001"


def test_anothers_account_is_as_unknown_as_none(world: World, owner: APIClient) -> None:
    for account in (world.mates_account.pk, 10**30):
        answer = owner.post(links_of(world), {"account": account}, format="json")
        assert error_of(answer) == (400, "unknown", "account")
    assert StrategyAccount.objects.count() == 1


@pytest.mark.parametrize(
    "form", ["{id}.5", "{id}.0", "{id}e0", "true", '"+{id}"', '" {id}"', '"1_0"']
)
def test_an_account_is_named_by_a_whole_number_alone(
    world: World, owner: APIClient, form: str
) -> None:
    account = make_account(world.owner, world.market.account_type, name="A2")
    body = f'{{"account": {form.format(id=account.pk)}}}'
    answer = owner.post(links_of(world), body, content_type="application/json")
    assert error_of(answer) == (400, "invalid", "account")


def test_an_account_may_be_named_by_digits(world: World, owner: APIClient) -> None:
    account = make_account(world.owner, world.market.account_type, name="A2")
    answer = owner.post(links_of(world), {"account": str(account.pk)}, format="json")
    assert answer.status_code == 201, answer.content


def test_an_account_is_linked_once(world: World, owner: APIClient) -> None:
    answer = owner.post(links_of(world), {"account": world.account.pk}, format="json")
    assert error_of(answer) == (400, "already_linked", "account")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("capital", "-0.01"),
        ("capital", "1e999999"),
        ("capital", "NaN"),
        ("leverage", "0"),
        ("leverage", "-1"),
        ("leverage", "1000.1"),
    ],
)
def test_an_amount_out_of_range_is_refused(
    world: World, owner: APIClient, field: str, value: str
) -> None:
    answer = owner.patch(at(world), {field: value}, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field
    world.link.refresh_from_db()
    assert world.link.capital == 10_000
    assert world.link.leverage == 1


def test_a_link_is_edited_and_switched_off(world: World, owner: APIClient) -> None:
    owner.patch(at(world), {"capital": "5", "is_active": False}, format="json")
    world.link.refresh_from_db()
    assert (world.link.capital, world.link.is_active) == (5, False)


def test_a_link_stays_with_its_account(world: World, owner: APIClient) -> None:
    other = make_account(world.owner, world.market.account_type, name="A2")
    answer = owner.patch(at(world), {"account": other.pk}, format="json")
    assert error_of(answer) == (400, "not_editable", "account")


def test_a_link_is_deleted(world: World, owner: APIClient) -> None:
    assert owner.delete(at(world)).status_code == 204
    assert not world.strategy.links.exists()


def test_a_link_is_found_under_its_own_strategy_alone(world: World, mate: APIClient) -> None:
    answer = mate.get(f"/api/strategies/{world.mates_strategy.pk}/links/{world.link.pk}/")
    assert answer.status_code == 404


def test_the_list_names_the_accounts(world: World, owner: APIClient) -> None:
    (row,) = owner.get(links_of(world)).json()
    assert (row["account"], row["account_name"]) == (world.account.pk, "A1")
    assert row["capital"] == "10000"


@pytest.mark.parametrize("person", ["mate", "stranger"])
@pytest.mark.parametrize("method", ["get", "patch", "put", "delete"])
def test_anothers_link_does_not_exist(
    world: World, request: pytest.FixtureRequest, person: str, method: str
) -> None:
    client = request.getfixturevalue(person)
    body = None if method == "get" else {"capital": "1"}
    answer = getattr(client, method)(at(world), body, format="json")
    assert error_of(answer) == (404, "not_found", "")
    world.link.refresh_from_db()
    assert world.link.capital == 10_000


@pytest.mark.parametrize("person", ["mate", "stranger"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_anothers_links_do_not_exist(
    world: World, request: pytest.FixtureRequest, person: str, method: str
) -> None:
    client = request.getfixturevalue(person)
    body = {"account": world.mates_account.pk}
    answer = getattr(client, method)(
        links_of(world), None if method == "get" else body, format="json"
    )
    assert error_of(answer) == (404, "not_found", "")
    assert StrategyAccount.objects.count() == 1
