"""Links, on a page of their own and inside their strategy's."""

from typing import Any, ClassVar

from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from strategies import refusals
from strategies.admin.own import RangedForm, restrict_to_own, sees_all, told, trimmed
from strategies.admin.risk import LinkRiskInline
from strategies.admin.theme import InlineFormSet, ModelAdmin, TabularInline, display
from strategies.limits import CAPITAL, LEVERAGE, Range
from strategies.models import StrategyAccount

_TERMS = ("capital", "leverage", "is_active")


class LinkForm(RangedForm):
    """A link stays with its account; to move it, delete it and make another."""

    ranges: ClassVar[dict[str, Range]] = {"capital": CAPITAL, "leverage": LEVERAGE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            for name in ("strategy", "account"):
                if field := self.fields.get(name):
                    field.disabled = True

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        strategy, account = cleaned.get("strategy"), cleaned.get("account")
        if strategy and account and "strategy" in self.fields:
            refuse_a_strangers_account(self, owner_id=strategy.owner_id)
        return cleaned


class OwnLinks(InlineFormSet):
    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            refuse_a_strangers_account(form, owner_id=self.instance.owner_id)


def refuse_a_strangers_account(form: Any, *, owner_id: int | None) -> None:
    account = getattr(form, "cleaned_data", {}).get("account")
    if account is not None and account.owner_id != owner_id:
        form.add_error("account", told(refusals.not_your_account()))


class LinkInline(TabularInline):
    model = StrategyAccount
    form = LinkForm
    formset = OwnLinks
    fields = ("account", *_TERMS)
    extra = 0
    hide_title = True

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        restrict_to_own(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class LinkAdmin(ModelAdmin):
    form = LinkForm
    inlines = (LinkRiskInline,)
    fields = ("strategy", "account", *_TERMS)
    list_display = ("strategy", "account", "capital_given", "times", "is_active")
    list_filter = ("is_active", "strategy__market_type")
    list_select_related = ("strategy", "account")
    search_fields = ("strategy__group_name", "account__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if sees_all(request) else rows.filter(strategy__owner=request.user)

    @display(description=_("capital"), ordering="capital")
    def capital_given(self, link: StrategyAccount) -> str:
        return f"{trimmed(link.capital):f}"

    @display(description=_("leverage"), ordering="leverage")
    def times(self, link: StrategyAccount) -> str:
        return f"{trimmed(link.leverage):f}"

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        columns = tuple(super().get_list_display(request))
        return (*columns, "strategy__owner") if sees_all(request) else columns

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        restrict_to_own(db_field, request, kwargs)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
