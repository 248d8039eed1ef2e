"""Each page is asked by its owner, by a mate on the same desk, and by a superuser."""

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from strategies import api_tokens
from strategies.models import ApiToken
from tests.strategies.admin.conftest import ClientOf
from tests.strategies.conftest import World

MODELS = ["strategy", "account", "strategyaccount", "apitoken"]
VERBS = ["change", "delete", "history"]


@pytest.fixture
def rows(world: World) -> dict[str, Model]:
    api_tokens.issue(world.owner, "script")
    return {
        "strategy": world.strategy,
        "account": world.account,
        "strategyaccount": world.link,
        "apitoken": ApiToken.objects.get(),
    }


def page(model: str, verb: str, *args: Any) -> str:
    return reverse(f"admin:strategies_{model}_{verb}", args=args)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("verb", VERBS)
def test_the_owner_and_a_superuser_reach_a_row(
    rows: dict[str, Model], desk: Client, root: Client, model: str, verb: str
) -> None:
    for client in (desk, root):
        assert client.get(page(model, verb, rows[model].pk)).status_code == 200


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("verb", VERBS)
def test_a_mates_row_is_not_there(
    world: World, rows: dict[str, Model], staff_of: ClientOf, model: str, verb: str
) -> None:
    answer = staff_of(world.mate).get(page(model, verb, rows[model].pk))
    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:index")


@pytest.mark.parametrize("address", ["rotate_token:strategy", "check_now:account"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_act_is_done_on_a_mates_row(
    world: World, rows: dict[str, Model], staff_of: ClientOf, address: str, method: str
) -> None:
    name, model = address.split(":")
    target = reverse(f"admin:strategies_{model}_{name}", args=(rows[model].pk,))
    answer = getattr(staff_of(world.mate), method)(target, {"overlap": "0"})
    assert answer.status_code == 404
    assert not world.strategy.tokens.exists()


@pytest.mark.parametrize("model", MODELS)
def test_a_list_shows_ones_own_and_a_superuser_sees_all(
    *,
    world: World,
    rows: dict[str, Model],
    staff_of: ClientOf,
    desk: Client,
    root: Client,
    model: str,
) -> None:
    def shows(client: Client) -> bool:
        answer = client.get(page(model, "changelist"))
        assert answer.status_code == 200
        return page(model, "change", rows[model].pk) in answer.content.decode()

    assert (shows(desk), shows(staff_of(world.mate)), shows(root)) == (True, False, True)


@pytest.mark.parametrize("model", MODELS)
def test_without_a_permission_even_ones_own_is_closed(
    world: World, rows: dict[str, Model], desk: Client, model: str
) -> None:
    world.owner.user_permissions.clear()
    for verb, args in (("changelist", ()), ("add", ()), ("change", (rows[model].pk,))):
        assert desk.get(page(model, verb, *args)).status_code == 403


def test_no_choice_offers_what_belongs_to_a_mate(world: World, desk: Client) -> None:
    shown = desk.get(page("strategyaccount", "add")).content.decode()
    assert "A1" in shown
    assert "M1" not in shown
    assert "mates" not in shown


def test_a_mates_account_cannot_be_linked_by_forging_the_form(world: World, desk: Client) -> None:
    world.link.delete()
    body = {
        "strategy": world.strategy.pk,
        "account": world.mates_account.pk,
        "capital": "1",
        "leverage": "1",
    }
    assert desk.post(page("strategyaccount", "add"), body).status_code == 200
    assert not world.strategy.links.exists()


def test_a_superuser_cannot_join_two_owners_either(world: World, root: Client) -> None:
    world.link.delete()
    body = {
        "strategy": world.strategy.pk,
        "account": world.mates_account.pk,
        "capital": "1",
        "leverage": "1",
    }
    answer = root.post(page("strategyaccount", "add"), body)
    assert "owner has no such account" in answer.content.decode()
    assert not world.strategy.links.exists()
