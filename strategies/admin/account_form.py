"""The form of an account: one field per credential that its exchange asks for, write-only."""

from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from exchanges.base import Capabilities
from strategies import accounts, refusals
from strategies.admin.own import OwnForm, told
from strategies.models import Account
from strategies.refusals import Refused
from strategies.sealing import seal

PREFIX = "credential_"
NOTHING_OFFERED = Capabilities(
    market_types=frozenset(), order_types=frozenset(), times_in_force=frozenset()
)


class AccountForm(OwnForm):
    account_type: ClassVar[str]
    exchange: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.instance.account_type = self.account_type
            self.instance.exchange = self.exchange

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for check in (self._check_address, self._check_name, self._check_credentials):
            try:
                check(cleaned)
            except Refused as refusal:
                field = refusal.field if refusal.field in self.fields else None
                self.add_error(field, told(refusal))
        return cleaned

    def _check_address(self, cleaned: dict[str, Any]) -> None:
        address = accounts.checked_base_url(cleaned.get("base_url", ""))
        cleaned["base_url"] = address
        if self.instance.pk is None:
            accounts.check_demo(
                self.capabilities,
                exchange=self.exchange,
                is_demo=cleaned.get("is_demo", True),
                base_url=address,
            )
        elif address != self.initial.get("base_url", ""):
            accounts.check_new_address(self.instance, address)

    def _check_name(self, cleaned: dict[str, Any]) -> None:
        """The owner may not be among the fields, and then no constraint is checked."""
        owner = cleaned.get("owner") or getattr(self.instance, "owner", None)
        others = Account.objects.filter(owner=owner, name=cleaned.get("name"))
        if others.exclude(pk=self.instance.pk).exists():
            raise refusals.account_name_taken(cleaned["name"])

    def _check_credentials(self, cleaned: dict[str, Any]) -> None:
        """What is left empty keeps what is stored."""
        typed = {
            key: cleaned[PREFIX + key]
            for key in self.capabilities.credential_fields
            if cleaned.get(PREFIX + key)
        }
        if self.instance.pk is not None and not typed:
            return
        stored = accounts.readable_credentials(self.instance)
        kept = {key: stored[key] for key in self.capabilities.credential_fields if key in stored}
        credentials = accounts.checked_credentials(self.capabilities, {**kept, **typed})
        self.instance.sealed_credentials = seal(credentials)


def credential_fields(account: Account) -> tuple[str, ...]:
    """The names of the form's fields for them."""
    return tuple(PREFIX + key for key in _capabilities(account).credential_fields)


def form_for(account: Account) -> type[AccountForm]:
    """The form of one exchange's accounts."""
    capabilities = _capabilities(account)
    known = accounts.credential_keys(account)
    attributes: dict[str, Any] = {
        "account_type": account.account_type,
        "exchange": account.exchange,
        "capabilities": capabilities,
    }
    for key in capabilities.credential_fields:
        attributes[PREFIX + key] = _credential_field(key, is_set=key in known)
    form = type(AccountForm)("AccountForm", (AccountForm,), attributes)  # type: ignore[misc]
    return cast("type[AccountForm]", form)


def _capabilities(account: Account) -> Capabilities:
    """An exchange whose plug-in is gone asks for nothing; its account can still be switched off."""
    try:
        return accounts.offered(account.account_type, account.exchange)
    except Refused:
        return NOTHING_OFFERED


def _credential_field(key: str, *, is_set: bool) -> forms.CharField:
    return forms.CharField(
        label=key,
        required=not is_set,
        help_text=_("Set. Leave it empty to keep it.") if is_set else _("Not set."),
        widget=UnfoldAdminPasswordWidget(
            render_value=False, attrs={"autocomplete": "new-password"}
        ),
    )
