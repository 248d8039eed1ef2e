from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from exchanges import registry
from exchanges.vocabulary import AccountType
from strategies import accounts
from strategies.admin import pages
from strategies.admin.account_form import credential_fields, form_for
from strategies.admin.own import OwnModelAdmin
from strategies.admin.theme import action, display
from strategies.checking import check_account
from strategies.models import Account
from strategies.refusals import Refused
from strategies.rest.errors import language

_FIELDS = ("name", "account_type", "exchange", "is_demo", "is_active", "base_url")


class AccountAdmin(OwnModelAdmin):
    """An account is added for a chosen exchange, since that says what credentials there are."""

    list_display = ("name", "account_type", "exchange", "is_demo", "is_active", "credentials_set")
    list_filter = ("account_type", "exchange", "is_demo", "is_active")
    list_select_related = ("owner",)
    search_fields = ("name", "exchange")
    actions = ("check_accounts",)
    actions_detail = ("check_now",)

    @display(description=_("credentials set"))
    def credentials_set(self, account: Account) -> str:
        return ", ".join(accounts.credential_keys(account))

    def own_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        account = obj or _asked_for(request)
        return _FIELDS if account is None else (*_FIELDS, *credential_fields(account))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        fixed = ("account_type", "exchange") if obj is None else accounts.FIXED_FIELDS
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Any]]:
        account = obj or _asked_for(request)
        if account is not None:
            kwargs["form"] = form_for(account)
        return super().get_form(request, obj, change, **kwargs)

    @method_decorator(sensitive_post_parameters())
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(request, *args, **kwargs)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        if _asked_for(request) is None and self.has_add_permission(request):
            return pages.choice_page(
                request,
                self.admin_site,
                Account,
                title=_("At which exchange or broker is the account?"),
                choices=_exchanges(request),
            )
        return super().add_view(request, form_url, extra_context)

    @action(description=_("Check"), url_path="check", permissions=["change"], icon="network_check")
    def check_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        account = self.get_object(request, unquote(object_id))
        if account is None:
            raise Http404
        if request.method == "POST":
            self._check(request, account)
            opts = Account._meta
            name = f"{self.admin_site.name}:{opts.app_label}_{opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=(account.pk,)))
        return pages.question_page(
            request,
            self.admin_site,
            account,
            title=_("Check"),
            question=_("Log in at the exchange and read the balance? No order is sent."),
            answer=_("Check"),
        )

    @action(description=_("Check the selected accounts"), permissions=["change"])
    def check_accounts(self, request: HttpRequest, queryset: QuerySet[Account]) -> None:
        for account in queryset:
            self._check(request, account)

    def _check(self, request: HttpRequest, account: Account) -> None:
        try:
            checked = check_account(account)
        except Refused as refusal:
            text = refusal.reason.text(language())
            self.message_user(request, f"{account}: {text}", messages.ERROR)
            return
        shown = ", ".join(f"{each.total:f} {each.currency}" for each in checked.balances)
        told = shown or gettext("no balance")
        self.message_user(request, f"{account}: {told}", messages.SUCCESS)


def _asked_for(request: HttpRequest) -> Account | None:
    """The exchange that the add page's address names; None when nobody offers it."""
    account_type, exchange = request.GET.get("account_type", ""), request.GET.get("exchange", "")
    family = AccountType.__members__.get(account_type)
    if family is None or exchange not in registry.names(family):
        return None
    return Account(account_type=account_type, exchange=exchange)


def _exchanges(request: HttpRequest) -> list[tuple[str, list[tuple[str, str]]]]:
    """By family: an exchange's name, and the query that adds an account there."""

    def query(family: AccountType, name: str) -> str:
        asked = request.GET.copy()
        asked["account_type"], asked["exchange"] = family.value, name
        return asked.urlencode()

    return [
        (family.value, [(name, query(family, name)) for name in registry.names(family)])
        for family in AccountType
    ]
