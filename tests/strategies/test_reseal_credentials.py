from io import StringIO

from django.core.management import call_command
from pytest_django import Settings

from strategies import tokens
from strategies.models import Account
from strategies.sealing import seal, unseal, unseal_token
from tests.strategies.conftest import World


def test_after_a_reseal_the_old_key_can_go(world: World, settings: Settings) -> None:
    settings.CREDENTIALS_KEYS = ["old"]
    Account.objects.filter(pk=world.account.pk).update(sealed_credentials=seal({"api_key": "k"}))
    settings.CREDENTIALS_KEYS = ["new", "old"]
    call_command("reseal_credentials", stdout=StringIO())
    settings.CREDENTIALS_KEYS = ["new"]
    world.account.refresh_from_db()
    assert unseal(world.account.sealed_credentials) == {"api_key": "k"}


def test_what_no_key_opens_is_named_and_left_as_it_is(world: World) -> None:
    Account.objects.filter(pk=world.account.pk).update(sealed_credentials="sealed elsewhere")
    said, complained = StringIO(), StringIO()
    call_command("reseal_credentials", stdout=said, stderr=complained)
    assert f"account {world.account.pk}:" in complained.getvalue()
    assert said.getvalue() == "0 resealed\n"
    world.account.refresh_from_db()
    assert world.account.sealed_credentials == "sealed elsewhere"


def test_a_strategys_tokens_are_resealed_too(world: World, settings: Settings) -> None:
    settings.CREDENTIALS_KEYS = ["old"]
    token = tokens.issue(world.strategy)
    settings.CREDENTIALS_KEYS = ["new", "old"]
    call_command("reseal_credentials", stdout=StringIO())
    settings.CREDENTIALS_KEYS = ["new"]
    assert unseal_token(world.strategy.tokens.get().sealed) == token


def test_a_token_that_no_key_opens_is_named_and_left_as_it_is(world: World) -> None:
    tokens.issue(world.strategy)
    world.strategy.tokens.update(sealed="sealed elsewhere")
    said, complained = StringIO(), StringIO()
    call_command("reseal_credentials", stdout=said, stderr=complained)
    row = world.strategy.tokens.get()
    assert f"token {row.pk}:" in complained.getvalue()
    assert said.getvalue() == "0 resealed\n"
    assert row.sealed == "sealed elsewhere"
