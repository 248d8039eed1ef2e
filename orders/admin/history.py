"""The ledger is read here and never written: finished orders are history, for superusers too."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.contrib.admin import ChoicesFieldListFilter, RelatedOnlyFieldListFilter, display
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders import words
from orders.vocabulary import AlertStatus, OrderStatus
from orders.wire import optional_decimal_text
from strategies.admin.own import ModelAdmin, sees_all

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

Column = TypeVar("Column", bound=Callable[..., tuple[str, str]])

STRATEGY = ("strategy", RelatedOnlyFieldListFilter)
ACCOUNT = ("account", RelatedOnlyFieldListFilter)


def exact(name: str, label: Any) -> Callable[[Any, Model], str]:
    """A decimal as REST shows it: all of its digits, and no trailing zeros."""

    @display(description=label, ordering=name)
    def shown(_admin: Any, row: Model) -> str:
        return optional_decimal_text(getattr(row, name)) or ""

    return shown


def worded(name: str, label: Any, texts: Mapping[str, Any]) -> Callable[[Any, Any], str]:
    """A word of the field in the reader's language."""

    @display(description=label, ordering=name)
    def shown(_admin: Any, row: Any) -> str:
        word = getattr(row, name)
        return str(texts.get(word, word))

    return shown


def worded_filter(texts: Mapping[str, Any]) -> type[ChoicesFieldListFilter]:
    """The choices in the reader's language too."""

    class Worded(ChoicesFieldListFilter):
        def choices(self, changelist: Any) -> Iterator[Any]:
            for choice in super().choices(changelist):
                shown = str(choice["display"])
                yield {**choice, "display": texts.get(shown, shown)}

    return Worded


def yes_or_no(name: str, label: Any) -> Callable[[Any, Any], str]:
    """Plain: a switch that is off is nothing to be alarmed about."""

    @display(description=label, ordering=name)
    def shown(_admin: Any, row: Any) -> str:
        return gettext("Yes") if getattr(row, name) else gettext("No")

    return shown


def _coloured(column: Column) -> Column:
    """For unfold, whose own decorator has no types."""
    vars(column)["label"] = STATUS_COLOURS
    return column


class _Shown:
    """Columns that more than one page has."""

    _status_words: ClassVar[Mapping[str, Any]] = words.STATUSES

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

    side_word = worded("side", _("side"), words.SIDES)
    type_word = worded("order_type", _("order type"), words.ORDER_TYPES)
    market_word = worded("market_type", _("market type"), words.MARKET_TYPES)

    @_coloured
    @display(description=_("status"), ordering="status")
    def coloured_status(self, row: Any) -> tuple[str, str]:
        """The theme colours by the first and shows the second."""
        return str(row.status), self.status_word(row)

    @display(description=_("status"))
    def status_word(self, row: Any) -> str:
        return str(self._status_words.get(row.status, row.status))


class _ReadOnly:
    """No adding, no changing, no deleting, whoever asks."""

    def has_add_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False

    def has_change_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False

    def has_delete_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False


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


def small_table(titles: Iterable[Any], rows: Iterable[Iterable[Any]]) -> SafeString:
    """For the few rows that belong to the one a page is about."""
    written = [format_html_join("", "<td>{}</td>", ((cell,) for cell in row)) for row in rows]
    if not written:
        return SafeString("")
    return format_html(
        '<table class="ledger"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>',
        format_html_join("", "<th>{}</th>", ((title,) for title in titles)),
        format_html_join("", "<tr>{}</tr>", ((row,) for row in written)),
    )


def shortened(receipt: str) -> SafeString:
    """Its time and its chance, enough to tell two apart; the whole of it on hovering."""
    return format_html('<span title="{}">{}…{}</span>', receipt, receipt[:8], receipt[-4:])


def precise(moment: datetime | None) -> str:
    """With milliseconds, in which an order lives."""
    return f"{localtime(moment):%Y-%m-%d %H:%M:%S.%f}"[:-3] if moment else ""
