import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from strategies import tokens
from strategies.models import Strategy, StrategyAccount
from strategies.routes import TokenRoute
from tests.strategies.conftest import World
from tests.strategies.worlds import trade_once

LIST = "admin:strategies_strategy_changelist"
ADD = "admin:strategies_strategy_add"


def form(world: World, *, links: tuple[dict[str, Any], ...] = (), **changes: Any) -> dict[str, Any]:
    filled: dict[str, Any] = {
        "group_name": "mine",
        "market_type": world.market.market_type.value,
        "is_active": "on",
        "answer_within": "2.5",
        "max_age": "60",
        "dedupe_window": "30",
        "outside_hours": "refuse",
        "on_missed_alert": "tell",
        "risk-TOTAL_FORMS": 0,
        "risk-INITIAL_FORMS": 0,
        "links-TOTAL_FORMS": len(links),
        "links-INITIAL_FORMS": 0,
    }
    for number, terms in enumerate(links):
        filled |= {f"links-{number}-{name}": value for name, value in terms.items()}
    return {**filled, **changes}


def shown_token(answer: Any) -> str:
    found = re.findall(r"tb_[\w-]{32,}", answer.content.decode())
    assert len(found) == 1, answer.content.decode()
    token: str = found[0]
    return token


def opens(token: str, strategy: Strategy) -> bool:
    routes = tuple(
        TokenRoute(digest=row.digest, expires_at=row.expires_at) for row in strategy.tokens.all()
    )
    return tokens.matches(token, routes, datetime.now(UTC))


def test_a_strategy_is_made_with_its_links_and_its_token_shown(world: World, desk: Client) -> None:
    terms = {"account": world.account.pk, "capital": "500", "leverage": "2", "is_active": "on"}
    answer = desk.post(reverse(ADD), form(world, links=(terms,)))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    strategy = Strategy.objects.get(group_name="mine")
    assert strategy.owner == world.owner
    assert opens(shown_token(answer), strategy)
    assert StrategyAccount.objects.get(strategy=strategy).capital == 500


def test_a_token_is_kept_nowhere_after_it_was_shown(world: World, desk: Client) -> None:
    token = shown_token(desk.post(reverse(ADD), form(world)))
    strategy = Strategy.objects.get(group_name="mine")
    later = desk.get(reverse("admin:strategies_strategy_change", args=(strategy.pk,)))
    assert token not in later.content.decode()
    assert token not in desk.get(reverse(LIST)).content.decode()
    kept = [repr(vars(row)) for model in (LogEntry, Session) for row in model.objects.all()]
    decoded = [repr(session.get_decoded()) for session in Session.objects.all()]
    assert not any(token in text for text in kept + decoded)


def test_a_superuser_makes_a_strategy_for_another(world: World, root: Client) -> None:
    root.post(reverse(ADD), form(world, owner=world.mate.pk))
    assert Strategy.objects.get(group_name="mine").owner == world.mate


def test_nobody_but_a_superuser_names_the_owner(world: World, desk: Client) -> None:
    desk.post(reverse(ADD), form(world, owner=world.mate.pk))
    assert Strategy.objects.get(group_name="mine").owner == world.owner


@pytest.mark.parametrize(
    "wrong",
    [
        {"group_name": "test1"},
        {"group_name": "preview"},
        {"answer_within": "0"},
        {"answer_within": "1e999999"},
        {"max_age": "-1"},
        {"dedupe_window": "86401"},
        {"market_type": "MOON"},
    ],
)
def test_a_wrong_value_is_shown_on_the_form_and_nothing_is_made(
    world: World, desk: Client, wrong: dict[str, Any]
) -> None:
    answer = desk.post(reverse(ADD), form(world, **wrong))
    assert answer.status_code == 200
    (field,) = wrong
    assert field in answer.context["adminform"].form.errors
    assert not Strategy.objects.filter(group_name="mine").exists()


@pytest.mark.parametrize("terms", [{"capital": "-1"}, {"leverage": "0"}, {"leverage": "1001"}])
def test_a_wrong_amount_of_a_link_makes_nothing(
    world: World, desk: Client, terms: dict[str, str]
) -> None:
    link = {"account": world.account.pk, "capital": "1", "leverage": "1", **terms}
    assert desk.post(reverse(ADD), form(world, links=(link,))).status_code == 200
    assert not Strategy.objects.filter(group_name="mine").exists()


def test_a_superuser_cannot_link_an_account_of_another_owner(world: World, root: Client) -> None:
    link = {"account": world.account.pk, "capital": "1", "leverage": "1"}
    answer = root.post(reverse(ADD), form(world, owner=world.mate.pk, links=(link,)))
    assert "owner has no such account" in answer.content.decode()
    assert not Strategy.objects.filter(group_name="mine").exists()


def test_the_list_shows_links_and_the_last_alert_and_is_searched(
    world: World, desk: Client
) -> None:
    trade_once(world)
    shown = desk.get(reverse(LIST), {"q": "test1", "is_active__exact": "1"}).content.decode()
    assert "test1" in shown
    assert world.market.market_type.value in shown
    assert "2026" in shown
    assert "test1" not in desk.get(reverse(LIST), {"q": "nothing"}).context["cl"].result_list


def test_a_rotation_asks_first_and_then_shows_the_new_token_once(
    world: World, desk: Client
) -> None:
    address = reverse("admin:strategies_strategy_rotate_token", args=(world.strategy.pk,))
    old = tokens.issue(world.strategy)
    question = desk.get(address)
    assert question.status_code == 200
    assert world.strategy.tokens.count() == 1
    answer = desk.post(address, {"overlap": "86400"})
    assert "no-store" in answer["Cache-Control"]
    assert opens(shown_token(answer), world.strategy)
    assert opens(old, world.strategy)


def test_a_rotation_may_cut_the_old_token_at_once(world: World, desk: Client) -> None:
    address = reverse("admin:strategies_strategy_rotate_token", args=(world.strategy.pk,))
    old = tokens.issue(world.strategy)
    desk.post(address, {"overlap": "0"})
    assert not opens(old, world.strategy)


def test_a_rotation_without_its_choice_rotates_nothing(world: World, desk: Client) -> None:
    address = reverse("admin:strategies_strategy_rotate_token", args=(world.strategy.pk,))
    assert desk.post(address, {}).status_code == 200
    assert not world.strategy.tokens.exists()


def test_a_rotation_wants_the_forms_own_csrf_token(world: World, desk: Client) -> None:
    desk.handler.enforce_csrf_checks = True
    address = reverse("admin:strategies_strategy_rotate_token", args=(world.strategy.pk,))
    assert desk.post(address, {"overlap": "0"}).status_code == 403
    assert not world.strategy.tokens.exists()


def test_a_strategy_with_history_is_kept_with_a_clear_word(world: World, desk: Client) -> None:
    trade_once(world)
    address = reverse("admin:strategies_strategy_delete", args=(world.strategy.pk,))
    for answer in (desk.get(address), desk.post(address, {"post": "yes"})):
        assert answer.status_code == 200
        assert "Switch it off instead" in answer.content.decode()
    assert Strategy.objects.filter(pk=world.strategy.pk).exists()


def test_the_action_on_many_keeps_those_with_history(world: World, desk: Client) -> None:
    trade_once(world)
    body = {"action": "delete_selected", "_selected_action": world.strategy.pk, "post": "yes"}
    answer = desk.post(reverse(LIST), body)
    assert "Switch it off instead" in answer.content.decode()
    assert Strategy.objects.filter(pk=world.strategy.pk).exists()


def test_a_strategy_without_history_is_deleted(world: World, desk: Client) -> None:
    address = reverse("admin:strategies_strategy_delete", args=(world.strategy.pk,))
    assert desk.post(address, {"post": "yes"}).status_code == 302
    assert not Strategy.objects.filter(pk=world.strategy.pk).exists()
