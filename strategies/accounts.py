"""Accounts: whose they are, what their exchange asks for, and the sealing of their credentials."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from exchanges import registry
from exchanges.base import Capabilities
from exchanges.errors import NotOffered
from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import AccountType
from strategies import refusals
from strategies.models import Account
from strategies.refusals import Refused
from strategies.sealing import Unsealable, seal, unseal

FIXED_FIELDS = ("account_type", "exchange", "is_demo")
"""They say which book the account's orders are in, so a change would lose sight of those."""


def offered(account_type: str, exchange: str) -> Capabilities:
    try:
        return registry.capabilities(AccountType(account_type), exchange)
    except NotOffered as refusal:
        raise Refused(refusal.reason, field="exchange") from None


def checked_credentials(
    capabilities: Capabilities, credentials: Mapping[str, str]
) -> dict[str, str]:
    """All of the exchange's own keys and no others; values without the blanks of a paste."""
    given = {key: value.strip() for key, value in credentials.items()}
    known = capabilities.credential_fields
    if unknown := sorted(given.keys() - set(known)):
        raise refusals.unknown_credentials(unknown, known)
    if missing := [key for key in known if not given.get(key)]:
        raise refusals.missing_credentials(missing)
    return given


def checked_base_url(base_url: str) -> str:
    """Scheme, host, port and path. A login in it would be stored and shown unsealed."""
    address = base_url.strip(" ")
    if address and not _is_plain_address(address):
        raise refusals.bad_base_url()
    return address


def _is_plain_address(address: str) -> bool:
    # Looked for first: urlsplit drops some of them in silence.
    if not address.isprintable() or any(letter in address for letter in " \\?#@"):
        return False
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def check_demo(capabilities: Capabilities, *, exchange: str, is_demo: bool, base_url: str) -> None:
    """A real account must not pass for a demo; a simulator's address may be either."""
    if is_demo and not capabilities.demo and not base_url:
        raise refusals.no_demo(exchange)


def check_new_address(account: Account, address: str) -> None:
    """Without its simulator's address a demo account must not become real money."""
    if account.is_demo and not address:
        capabilities = offered(account.account_type, account.exchange)
        check_demo(capabilities, exchange=account.exchange, is_demo=True, base_url=address)


def stored_credentials(account: Account) -> dict[str, str]:
    try:
        return unseal(account.sealed_credentials)
    except Unsealable:
        raise refusals.credentials_locked() from None


def readable_credentials(account: Account) -> dict[str, str]:
    """None of them when they cannot be opened any more: then all must be entered again."""
    try:
        return unseal(account.sealed_credentials)
    except Unsealable:
        return {}


def credential_keys(account: Account) -> list[str]:
    """Which keys are set, never their values."""
    return sorted(readable_credentials(account))


def create_account(
    *,
    owner: User,
    name: str,
    account_type: str,
    exchange: str,
    is_demo: bool = True,
    is_active: bool = True,
    credentials: Mapping[str, str] = MappingProxyType({}),
    base_url: str = "",
) -> Account:
    capabilities = offered(account_type, exchange)
    address = checked_base_url(base_url)
    if address and not owner.is_staff:
        raise refusals.staff_only("base_url")
    check_demo(capabilities, exchange=exchange, is_demo=is_demo, base_url=address)
    account = Account(
        owner=owner,
        name=name,
        account_type=account_type,
        exchange=exchange,
        is_demo=is_demo,
        is_active=is_active,
        base_url=address,
        sealed_credentials=seal(checked_credentials(capabilities, credentials)),
    )
    return _saved(account)


def edit_account(*, account: Account, editor: User, changes: Mapping[str, Any]) -> Account:
    """`credentials`, when given, replaces all of them."""
    for field in FIXED_FIELDS:
        if field in changes and changes[field] != getattr(account, field):
            raise refusals.fixed(field)
    if "base_url" in changes:
        address = checked_base_url(changes["base_url"])
        if address != account.base_url and not editor.is_staff:
            raise refusals.staff_only("base_url")
        if address != account.base_url:
            check_new_address(account, address)
        account.base_url = address
    if "credentials" in changes:
        capabilities = offered(account.account_type, account.exchange)
        account.sealed_credentials = seal(checked_credentials(capabilities, changes["credentials"]))
    account.name = changes.get("name", account.name)
    account.is_active = changes.get("is_active", account.is_active)
    return _saved(account)


def exchange_account(account: Account) -> ExchangeAccount:
    """The account as adapters take it, with its credentials opened."""
    return ExchangeAccount(
        id=account.pk,
        name=account.name,
        account_type=AccountType(account.account_type),
        exchange=account.exchange,
        is_demo=account.is_demo,
        base_url=account.base_url,
        credentials=MappingProxyType(stored_credentials(account)),
    )


def _saved(account: Account) -> Account:
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        if "one_account_name_per_owner" in str(error):
            raise refusals.account_name_taken(account.name) from None
        raise
    return account
