import re
from datetime import UTC, datetime, timedelta

from django.test import Client
from django.urls import reverse

from strategies import api_tokens
from strategies.models import ApiToken
from tests.strategies.conftest import World

ADD = "admin:strategies_apitoken_add"


def test_a_token_is_made_for_oneself_and_shown_once(world: World, desk: Client) -> None:
    answer = desk.post(reverse(ADD), {"name": "script", "user": world.mate.pk})
    assert "no-store" in answer["Cache-Control"]
    (token,) = re.findall(r"tbu_[\w-]{32,}", answer.content.decode())
    assert api_tokens.user_of(token) == world.owner
    row = ApiToken.objects.get()
    assert row.expires_at is None
    for page in (
        reverse("admin:strategies_apitoken_changelist"),
        reverse("admin:strategies_apitoken_change", args=(row.pk,)),
    ):
        assert token not in desk.get(page).content.decode()


def test_a_token_may_end_by_itself(world: World, desk: Client) -> None:
    desk.post(reverse(ADD), {"name": "script", "days": "2"})
    ends = ApiToken.objects.get().expires_at
    assert ends is not None
    assert timedelta(days=1) < ends - datetime.now(UTC) <= timedelta(days=2)


def test_a_superuser_makes_a_token_for_another(world: World, root: Client) -> None:
    root.post(reverse(ADD), {"name": "script", "user": world.mate.pk})
    assert ApiToken.objects.get().user == world.mate


def test_a_length_that_makes_no_sense_makes_no_token(world: World, desk: Client) -> None:
    for days in ("0", "-1", "99999999999"):
        assert desk.post(reverse(ADD), {"name": "script", "days": days}).status_code == 200
    assert not ApiToken.objects.exists()


def test_a_token_is_deleted_and_opens_nothing_any_more(world: World, desk: Client) -> None:
    token = api_tokens.issue(world.owner, "script")
    row = ApiToken.objects.get()
    desk.post(reverse("admin:strategies_apitoken_delete", args=(row.pk,)), {"post": "yes"})
    assert api_tokens.user_of(token) is None
