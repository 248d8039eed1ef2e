from typing import Any

import pytest
from rest_framework.test import APIClient

from exchanges.errors import CredentialsRejected, Reason
from strategies.models import Account
from strategies.sealing import seal, unseal
from tests.strategies.conftest import World
from tests.strategies.vault import KEYS, NAME, Vault, open_vault
from tests.strategies.worlds import trade_once

ACCOUNTS = "/api/accounts/"


def at(account: Account, verb: str = "") -> str:
    return f"{ACCOUNTS}{account.pk}/{verb}"


def vault_account(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "V1",
        "account_type": world.market.account_type.value,
        "exchange": NAME,
        "credentials": KEYS,
        **changes,
    }


def error_of(answer: Any) -> tuple[int, str, str]:
    body = answer.json()
    assert body["success"] is False
    return answer.status_code, body["error"]["code"], body["error"]["field"]


def test_a_new_account_is_its_makers_and_its_credentials_are_sealed(
    world: World, owner: APIClient, vault: type[Vault]
) -> None:
    answer = owner.post(ACCOUNTS, vault_account(world), format="json")
    assert answer.status_code == 201, answer.content
    account = Account.objects.get(name="V1")
    assert account.owner == world.owner
    assert account.is_demo
    assert unseal(account.sealed_credentials) == KEYS
    assert answer.json()["credential_keys"] == ["api_key", "api_secret"]


def test_no_answer_ever_holds_a_credential(
    world: World, owner: APIClient, vault: type[Vault], caplog: pytest.LogCaptureFixture
) -> None:
    made = owner.post(ACCOUNTS, vault_account(world), format="json")
    account = Account.objects.get(name="V1")
    answers = [
        made,
        owner.get(ACCOUNTS),
        owner.get(at(account)),
        owner.patch(at(account), {"credentials": KEYS}, format="json"),
        owner.patch(at(account), {"credentials": {**KEYS, "pin": "9"}}, format="json"),
        owner.post(at(account, "check/")),
    ]
    shown = " ".join(answer.content.decode() for answer in answers) + caplog.text
    assert not any(secret in shown or sealed in shown for secret, sealed in _secrets(account))
    assert not any(secret in repr(account) for secret in KEYS.values())


def _secrets(account: Account) -> list[tuple[str, str]]:
    return [(secret, account.sealed_credentials) for secret in KEYS.values()]


def test_an_exchange_may_be_named_in_any_case(
    world: World, owner: APIClient, vault: type[Vault]
) -> None:
    owner.post(ACCOUNTS, vault_account(world, exchange="vault"), format="json")
    assert Account.objects.get(name="V1").exchange == NAME


@pytest.mark.parametrize(
    ("credentials", "code", "named"),
    [
        ({}, "missing_credentials", "api_key, api_secret"),
        ({"api_key": "k"}, "missing_credentials", "api_secret"),
        ({**KEYS, "api_secret": " "}, "missing_credentials", "api_secret"),
        ({**KEYS, "passphrase": "p"}, "unknown_credentials", "passphrase"),
    ],
)
def test_unknown_and_missing_credentials_are_named(
    *,
    world: World,
    owner: APIClient,
    vault: type[Vault],
    credentials: dict[str, str],
    code: str,
    named: str,
) -> None:
    answer = owner.post(ACCOUNTS, vault_account(world, credentials=credentials), format="json")
    assert error_of(answer) == (400, code, "credentials")
    assert named in answer.json()["error"]["message"]
    assert not Account.objects.filter(name="V1").exists()


@pytest.mark.parametrize("credentials", ["text", ["api_key"], {"api_key": {"deep": 1}}])
def test_credentials_that_are_no_mapping_of_texts_are_refused(
    world: World, owner: APIClient, vault: type[Vault], credentials: Any
) -> None:
    answer = owner.post(ACCOUNTS, vault_account(world, credentials=credentials), format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"].startswith("credentials")


def test_an_exchange_of_the_other_family_is_refused_with_the_names_there_are(
    world: World, owner: APIClient, vault: type[Vault]
) -> None:
    wrong = vault_account(world, account_type=world.market.other.family.value)
    answer = owner.post(ACCOUNTS, wrong, format="json")
    assert error_of(answer) == (400, "exchange_not_offered", "exchange")
    assert "PAPER" in answer.json()["error"]["message"]


def test_a_venue_without_demo_accounts_is_never_taken_for_one(
    world: World, owner: APIClient
) -> None:
    with open_vault(world.market.account_type, demo=False):
        refused = owner.post(ACCOUNTS, vault_account(world), format="json")
        taken = owner.post(ACCOUNTS, vault_account(world, is_demo=False), format="json")
    assert error_of(refused) == (400, "demo_not_offered", "is_demo")
    assert taken.status_code == 201


def test_a_demo_account_keeps_its_simulator_where_the_venue_has_no_demo(
    world: World, owner: APIClient
) -> None:
    world.owner.is_staff = True
    world.owner.save()
    with open_vault(world.market.account_type, demo=False):
        simulated = vault_account(world, base_url="http://127.0.0.1:9")
        assert owner.post(ACCOUNTS, simulated, format="json").status_code == 201
        account = Account.objects.get(name="V1")
        refused = owner.patch(at(account), {"base_url": ""}, format="json")
    assert error_of(refused) == (400, "demo_not_offered", "is_demo")
    account.refresh_from_db()
    assert account.base_url == "http://127.0.0.1:9"


@pytest.mark.parametrize("missing", ["name", "account_type", "exchange"])
def test_a_missing_field_is_named(
    world: World, owner: APIClient, vault: type[Vault], missing: str
) -> None:
    body = vault_account(world)
    del body[missing]
    answer = owner.post(ACCOUNTS, body, format="json")
    assert error_of(answer) == (400, "missing_field", missing)


def test_an_owner_has_no_two_accounts_of_one_name_but_two_owners_may(
    world: World, owner: APIClient, mate: APIClient, vault: type[Vault]
) -> None:
    again = owner.post(ACCOUNTS, vault_account(world, name="A1"), format="json")
    mates = mate.post(ACCOUNTS, vault_account(world, name="A1"), format="json")
    assert error_of(again) == (400, "account_name_taken", "name")
    assert mates.status_code == 201


def test_another_address_is_for_staff_alone(
    world: World, owner: APIClient, vault: type[Vault]
) -> None:
    body = vault_account(world, base_url="http://127.0.0.1:9")
    assert error_of(owner.post(ACCOUNTS, body, format="json")) == (403, "staff_only", "base_url")
    changed = owner.patch(at(world.account), {"base_url": "http://127.0.0.1:9"}, format="json")
    assert error_of(changed) == (403, "staff_only", "base_url")
    world.owner.is_staff = True
    world.owner.save()
    assert owner.post(ACCOUNTS, body, format="json").status_code == 201


@pytest.mark.parametrize(
    "address",
    [
        *("ftp://x", "localhost:9", "http://", "http://[", "file:///", "http://x:99999"),
        *("http://me:secret@x", "http://@x", "http://x/?key=1", "http://x/#top"),
        *("http://x/a b", "http://x/\ta", "http://x/\x7f", "http://x\\y"),
    ],
)
def test_an_address_that_is_none_is_refused(world: World, owner: APIClient, address: str) -> None:
    world.owner.is_staff = True
    world.owner.save()
    answer = owner.patch(at(world.account), {"base_url": address}, format="json")
    assert error_of(answer) == (400, "bad_base_url", "base_url")


def test_new_credentials_replace_all_and_other_edits_leave_them(
    world: World, owner: APIClient, vault: type[Vault]
) -> None:
    owner.post(ACCOUNTS, vault_account(world), format="json")
    account = Account.objects.get(name="V1")
    owner.patch(at(account), {"is_active": False, "name": "V2"}, format="json")
    account.refresh_from_db()
    assert (account.is_active, account.name) == (False, "V2")
    assert unseal(account.sealed_credentials) == KEYS
    partial = owner.patch(at(account), {"credentials": {"api_key": "new"}}, format="json")
    assert error_of(partial) == (400, "missing_credentials", "credentials")
    new = {"api_key": "new", "api_secret": "new too"}
    owner.patch(at(account), {"credentials": new}, format="json")
    account.refresh_from_db()
    assert unseal(account.sealed_credentials) == new


def test_what_says_which_book_it_is_cannot_be_changed(world: World, owner: APIClient) -> None:
    other = world.market.other.family.value
    for field, value in (("exchange", "VAULT"), ("account_type", other), ("is_demo", False)):
        answer = owner.patch(at(world.account), {field: value}, format="json")
        assert error_of(answer) == (400, "not_editable", field)


def test_an_account_without_history_is_deleted_with_its_links(
    world: World, owner: APIClient
) -> None:
    assert owner.delete(at(world.account)).status_code == 204
    assert not world.strategy.links.exists()


def test_an_account_with_history_is_kept(world: World, owner: APIClient) -> None:
    trade_once(world)
    assert error_of(owner.delete(at(world.account))) == (409, "has_history", "")
    assert Account.objects.filter(pk=world.account.pk).exists()


def test_a_check_logs_in_and_says_the_balance_and_what_is_offered(
    world: World, owner: APIClient, vault: type[Vault]
) -> None:
    owner.post(ACCOUNTS, vault_account(world), format="json")
    answer = owner.post(at(Account.objects.get(name="V1"), "check/"))
    assert answer.status_code == 200, answer.content
    assert answer.json()["balances"] == [{"currency": "USDT", "total": "1250.5", "free": "1000"}]
    assert world.market.market_type.value in answer.json()["offers"]["market_types"]
    assert dict(vault.visitors[0].credentials) == KEYS
    assert vault.still_open == 0


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (
            CredentialsRejected(Reason(code="bad_key", ko="잘못된 키", en="Bad key")),
            "bad_key",
        ),
        (TimeoutError(), "check_timed_out"),
        (ValueError(f"a bug that quotes {KEYS['api_secret']}"), "check_failed"),
    ],
)
def test_a_check_that_fails_says_why_and_closes_the_exchange(
    *,
    world: World,
    owner: APIClient,
    vault: type[Vault],
    caplog: pytest.LogCaptureFixture,
    refusal: Exception,
    code: str,
) -> None:
    owner.post(ACCOUNTS, vault_account(world), format="json")
    vault.refusal = refusal
    answer = owner.post(at(Account.objects.get(name="V1"), "check/"))
    assert error_of(answer) == (422, code, "")
    assert vault.still_open == 0
    assert KEYS["api_secret"] not in answer.content.decode() + caplog.text


def test_a_check_of_credentials_that_cannot_be_opened_asks_for_them_again(
    world: World, owner: APIClient
) -> None:
    Account.objects.update(sealed_credentials="sealed elsewhere")
    answer = owner.post(at(world.account, "check/"))
    assert error_of(answer) == (422, "credentials_not_readable", "credentials")
    assert owner.get(at(world.account)).json()["credential_keys"] == []


def test_a_list_shows_ones_own_accounts_alone(
    world: World, owner: APIClient, mate: APIClient, stranger: APIClient
) -> None:
    Account.objects.update(sealed_credentials=seal(KEYS))
    assert [row["id"] for row in owner.get(ACCOUNTS).json()] == [world.account.pk]
    assert [row["id"] for row in mate.get(ACCOUNTS).json()] == [world.mates_account.pk]
    assert stranger.get(ACCOUNTS).json() == []


def test_a_list_is_filtered(world: World, owner: APIClient) -> None:
    assert len(owner.get(ACCOUNTS, {"is_active": "true"}).json()) == 1
    assert owner.get(ACCOUNTS, {"exchange": "NONE"}).json() == []


@pytest.mark.parametrize("person", ["mate", "stranger"])
@pytest.mark.parametrize(
    ("method", "verb"),
    [("get", ""), ("patch", ""), ("put", ""), ("delete", ""), ("post", "check/")],
)
def test_anothers_account_does_not_exist(
    world: World, request: pytest.FixtureRequest, person: str, method: str, verb: str
) -> None:
    client = request.getfixturevalue(person)
    body = None if method == "get" else {"name": "mine"}
    answer = getattr(client, method)(at(world.account, verb), body, format="json")
    assert error_of(answer) == (404, "not_found", "")
    world.account.refresh_from_db()
    assert world.account.name == "A1"


def test_even_a_superuser_sees_only_ones_own_by_rest(world: World, stranger: APIClient) -> None:
    world.stranger.is_superuser = world.stranger.is_staff = True
    world.stranger.save()
    assert stranger.get(ACCOUNTS).json() == []
    assert stranger.get(at(world.account)).status_code == 404
