"""The ledger is read here and never written: finished orders are history, for superusers too."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.contrib.admin import RelatedOnlyFieldListFilter, display
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.vocabulary import AlertStatus, OrderStatus
from orders.wire import optional_decimal_text
from strategies.admin.own import ModelAdmin, TabularInline, sees_all

STATUS_COLOURS = {
    OrderStatus.PENDING.value: "info",
    OrderStatus.SUBMITTING.value: "info",
    OrderStatus.NEW.value: "primary",
    OrderStatus.PARTIALLY_FILLED.value: "primary",
    OrderStatus.FILLED.value: "success",
    OrderStatus.CANCELLING.value: "warning",
    OrderStatus.UNKNOWN.value: "danger",
    OrderStatus.FAILED.value: "danger",
    AlertStatus.REJECTED.value: "danger",
    AlertStatus.ACCEPTED.value: "success",
}

Column = TypeVar("Column", bound=Callable[..., str])

STRATEGY = ("strategy", RelatedOnlyFieldListFilter)
ACCOUNT = ("account", RelatedOnlyFieldListFilter)


def exact(name: str, label: Any) -> Callable[[Any, Model], str]:
    """A decimal as REST shows it: all of its digits, and no trailing zeros."""

    @display(description=label, ordering=name)
    def shown(_admin: Any, row: Model) -> str:
        return optional_decimal_text(getattr(row, name)) or ""

    return shown


def _coloured(column: Column) -> Column:
    """For unfold, whose own decorator has no types."""
    vars(column)["label"] = STATUS_COLOURS
    return column


class _Shown:
    """Columns that more than one page has."""

    exact_quantity = exact("quantity", _("quantity"))
    exact_price = exact("price", _("price"))
    exact_stop_price = exact("stop_price", _("stop price"))
    exact_reference_price = exact("reference_price", _("reference price"))
    exact_filled_quantity = exact("filled_quantity", _("filled"))
    exact_average_price = exact("average_price", _("average price"))
    exact_leverage = exact("leverage", _("leverage"))
    exact_contract_size = exact("contract_size", _("contract size"))
    exact_fee = exact("fee", _("fee"))
    exact_realized_pnl = exact("realized_pnl", _("realized profit"))

    @_coloured
    @display(description=_("status"), ordering="status")
    def coloured_status(self, row: Any) -> str:
        return str(row.status)


class _ReadOnly:
    """No adding, no changing, no deleting, whoever asks."""

    def has_add_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False

    def has_change_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False

    def has_delete_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False


class HistoryInline(_ReadOnly, _Shown, TabularInline):
    extra = 0
    can_delete = False
    show_change_link = False


class HistoryAdmin(_ReadOnly, _Shown, ModelAdmin):
    """`owner_path` leads from a row to whose it is; staff see their own, superusers everybody's."""

    owner_path: ClassVar[str] = "account__owner"
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if sees_all(request) else rows.filter(**{self.owner_path: request.user})


def link_to(row: Model, text: object = None) -> SafeString:
    """To the row's own page in the admin."""
    options = row._meta.concrete_model._meta if row._meta.concrete_model else row._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_change", args=(row.pk,))
    return format_html('<a class="text-primary-600" href="{}">{}</a>', address, text or row)
