from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from exchanges.errors import CredentialsRejected, Reason
from strategies.models import Account
from strategies.sealing import seal, unseal
from tests.strategies.conftest import World
from tests.strategies.vault import KEYS, NAME, Vault, open_vault
from tests.strategies.worlds import trade_once

LIST = "admin:strategies_account_changelist"


def add_address(world: World) -> str:
    family = world.market.account_type.value
    return f"{reverse('admin:strategies_account_add')}?account_type={family}&exchange={NAME}"


def change_address(account: Account) -> str:
    return reverse("admin:strategies_account_change", args=(account.pk,))


def form(**changes: Any) -> dict[str, Any]:
    typed = {f"credential_{key}": value for key, value in KEYS.items()}
    return {"name": "V1", "is_demo": "on", "is_active": "on", "base_url": "", **typed, **changes}


@pytest.fixture
def vaulted(world: World, vault: type[Vault]) -> Account:
    return Account.objects.create(
        owner=world.owner,
        name="V1",
        account_type=world.market.account_type,
        exchange=NAME,
        sealed_credentials=seal(KEYS),
    )


def test_the_exchange_is_chosen_first_among_those_there_are(
    world: World, desk: Client, vault: type[Vault]
) -> None:
    answer = desk.get(reverse("admin:strategies_account_add"))
    family = world.market.account_type.value
    assert f"account_type={family}&amp;exchange={NAME}" in answer.content.decode()


@pytest.mark.parametrize("query", ["account_type=MOON&exchange=X", "account_type=CRYPTO&exchange="])
def test_an_exchange_that_nobody_offers_leads_back_to_the_choice(
    world: World, desk: Client, query: str
) -> None:
    answer = desk.post(f"{reverse('admin:strategies_account_add')}?{query}", form())
    assert answer.status_code == 200
    assert "exchange=PAPER" in answer.content.decode()
    assert Account.objects.count() == 2


def test_an_account_is_made_with_a_field_for_each_credential(
    world: World, desk: Client, vault: type[Vault]
) -> None:
    shown = desk.get(add_address(world)).content.decode()
    assert all(f'name="credential_{key}"' in shown for key in KEYS)
    assert desk.post(add_address(world), form()).status_code == 302
    account = Account.objects.get(name="V1")
    assert (account.owner, account.exchange) == (world.owner, NAME)
    assert account.account_type == world.market.account_type
    assert unseal(account.sealed_credentials) == KEYS


def test_a_missing_credential_is_shown_on_its_field(
    world: World, desk: Client, vault: type[Vault]
) -> None:
    answer = desk.post(add_address(world), form(credential_api_secret=" "))
    assert "credential_api_secret" in answer.context["adminform"].form.errors
    assert not Account.objects.filter(name="V1").exists()


def test_no_page_and_no_log_ever_shows_a_credential(
    world: World, desk: Client, vaulted: Account, caplog: pytest.LogCaptureFixture
) -> None:
    answers = [
        desk.get(change_address(vaulted)),
        desk.post(change_address(vaulted), form(name="")),
        desk.post(change_address(vaulted), form(), follow=True),
        desk.get(reverse("admin:strategies_account_history", args=(vaulted.pk,))),
        desk.get(reverse(LIST)),
    ]
    shown = " ".join(answer.content.decode() for answer in answers) + caplog.text
    shown += " ".join(entry.change_message for entry in LogEntry.objects.all())
    for secret in (*KEYS.values(), vaulted.sealed_credentials):
        assert secret not in shown


def test_the_list_and_the_form_say_which_credentials_are_set(
    world: World, desk: Client, vaulted: Account
) -> None:
    assert "api_key, api_secret" in desk.get(reverse(LIST)).content.decode()
    assert "Leave it empty to keep it" in desk.get(change_address(vaulted)).content.decode()


def test_an_empty_field_keeps_its_credential_and_a_filled_one_replaces_it(
    world: World, desk: Client, vaulted: Account
) -> None:
    body = form(name="V2", credential_api_key="", credential_api_secret="new")
    assert desk.post(change_address(vaulted), body).status_code == 302
    vaulted.refresh_from_db()
    assert vaulted.name == "V2"
    assert unseal(vaulted.sealed_credentials) == {**KEYS, "api_secret": "new"}


def test_credentials_that_cannot_be_opened_are_all_asked_for_again(
    world: World, desk: Client, vaulted: Account
) -> None:
    Account.objects.filter(pk=vaulted.pk).update(sealed_credentials="sealed elsewhere")
    answer = desk.post(change_address(vaulted), form(credential_api_key=""))
    assert answer.status_code == 200
    assert desk.post(change_address(vaulted), form()).status_code == 302
    vaulted.refresh_from_db()
    assert unseal(vaulted.sealed_credentials) == KEYS


def test_what_says_which_book_it_is_cannot_be_changed(
    world: World, desk: Client, vaulted: Account
) -> None:
    desk.post(change_address(vaulted), form(exchange="PAPER", account_type="X", is_demo=""))
    vaulted.refresh_from_db()
    assert (vaulted.exchange, vaulted.is_demo) == (NAME, True)
    assert vaulted.account_type == world.market.account_type


def test_a_name_is_taken_once_an_owner(world: World, desk: Client, vault: type[Vault]) -> None:
    answer = desk.post(add_address(world), form(name="A1"))
    assert "name" in answer.context["adminform"].form.errors
    assert desk.post(add_address(world), form(name="M1")).status_code == 302


def test_a_superuser_gives_an_account_to_another_and_names_are_the_others(
    world: World, root: Client, vault: type[Vault]
) -> None:
    taken = root.post(add_address(world), form(name="M1", owner=world.mate.pk))
    assert "name" in taken.context["adminform"].form.errors
    assert root.post(add_address(world), form(owner=world.mate.pk)).status_code == 302
    assert Account.objects.get(name="V1").owner == world.mate


def test_a_venue_without_demo_accounts_is_never_taken_for_one(world: World, desk: Client) -> None:
    with open_vault(world.market.account_type, demo=False):
        answer = desk.post(add_address(world), form())
        assert "is_demo" in answer.context["adminform"].form.errors
        assert desk.post(add_address(world), form(is_demo="")).status_code == 302


def test_a_demo_account_keeps_its_simulator_where_the_venue_has_no_demo(
    world: World, desk: Client
) -> None:
    with open_vault(world.market.account_type, demo=False):
        desk.post(add_address(world), form(base_url="http://127.0.0.1:9"))
        account = Account.objects.get(name="V1")
        answer = desk.post(change_address(account), form(base_url=""))
    assert answer.status_code == 200
    assert "VAULT has no demo accounts" in answer.content.decode()
    account.refresh_from_db()
    assert account.base_url == "http://127.0.0.1:9"


def test_an_address_that_is_none_is_refused(world: World, desk: Client, vaulted: Account) -> None:
    answer = desk.post(change_address(vaulted), form(base_url="ftp://x"))
    assert "base_url" in answer.context["adminform"].form.errors


def test_an_account_whose_plug_in_is_gone_can_still_be_switched_off(
    world: World, desk: Client
) -> None:
    Account.objects.filter(pk=world.account.pk).update(exchange="GONE")
    assert desk.get(change_address(world.account)).status_code == 200
    assert desk.post(change_address(world.account), {"name": "A1"}).status_code == 302
    world.account.refresh_from_db()
    assert not world.account.is_active


def test_a_check_asks_first_and_then_shows_the_balance(
    world: World, desk: Client, vault: type[Vault], vaulted: Account
) -> None:
    address = reverse("admin:strategies_account_check_now", args=(vaulted.pk,))
    assert desk.get(address).status_code == 200
    assert vault.visitors == []
    shown = desk.post(address, follow=True).content.decode()
    assert "1250.50 USDT" in shown
    assert len(vault.visitors) == 1


def test_a_check_of_many_says_what_each_answered(
    world: World, desk: Client, vault: type[Vault], vaulted: Account
) -> None:
    vault.refusal = CredentialsRejected(Reason(code="bad_key", ko="잘못된 키", en="Bad key"))
    body = {"action": "check_accounts", "_selected_action": vaulted.pk}
    shown = desk.post(reverse(LIST), body, follow=True).content.decode()
    assert f"V1 ({NAME}): Bad key" in shown


def test_an_account_with_history_is_kept_with_a_clear_word(world: World, desk: Client) -> None:
    trade_once(world)
    address = reverse("admin:strategies_account_delete", args=(world.account.pk,))
    answer = desk.post(address, {"post": "yes"})
    assert "Switch it off instead" in answer.content.decode()
    assert Account.objects.filter(pk=world.account.pk).exists()
