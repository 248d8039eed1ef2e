from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import EmptyFieldListFilter, action, display
from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from orders.admin.history import STRATEGY, HistoryAdmin, link_to, shortened, worded
from orders.models import Alert, MissedAlert
from orders.reviewing import review

_POSITIONS = {"LONG": _("Long"), "SHORT": _("Short"), "FLAT": _("Flat")}


class MissedAlertAdmin(HistoryAdmin):
    """What nobody has reviewed yet comes first: a strategy may be waiting for it."""

    owner_path = "strategy__owner"
    actions = ("mark_reviewed",)
    ordering: ClassVar[Any] = (F("reviewed_at").desc(nulls_first=True), "-id")
    date_hierarchy = "detected_at"
    list_display = (
        "detected_at",
        "strategy",
        "symbol",
        "market_word",
        "expected_word",
        "told_word",
        "short_receipt",
        "is_reviewed",
        "reviewed_by",
    )
    list_filter = (("reviewed_at", EmptyFieldListFilter), STRATEGY, "symbol")
    list_select_related = ("strategy", "reviewed_by")
    search_fields = ("symbol", "receipt", "last_receipt", "strategy__group_name")
    fields = (
        "strategy",
        "symbol",
        "market_word",
        "expected_word",
        "told_word",
        "last_alert",
        "its_alert",
        "detected_at",
        "reviewed_at",
        "reviewed_by",
    )
    readonly_fields = fields
    expected_word = worded("expected", _("expected"), _POSITIONS)
    told_word = worded("told", _("told"), _POSITIONS)

    @display(description=_("receipt"), ordering="receipt")
    def short_receipt(self, row: MissedAlert) -> SafeString:
        return shortened(row.receipt)

    @display(description=_("reviewed"), ordering="reviewed_at")
    def is_reviewed(self, row: MissedAlert) -> str:
        return gettext("Yes") if row.reviewed_at is not None else gettext("No")

    @display(description=_("last alert before"))
    def last_alert(self, row: MissedAlert) -> SafeString | str:
        return _link(row.last_receipt)

    @display(description=_("alert"))
    def its_alert(self, row: MissedAlert) -> SafeString | str:
        return _link(row.receipt)

    def has_review_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.change_missedalert"))

    @action(description=_("Mark the selected missed alerts as reviewed"), permissions=["review"])
    def mark_reviewed(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        if not isinstance(request.user, User):
            raise TypeError("an action of the admin was reached without a user")
        count = review(rows, request.user)
        text = gettext("%(count)d missed alerts were marked as reviewed.") % {"count": count}
        self.message_user(request, text, messages.SUCCESS)


def _link(receipt: str) -> SafeString | str:
    """The receipt alone where its alert is gone or was never kept."""
    alert = Alert.objects.filter(receipt=receipt).first() if receipt else None
    return receipt if alert is None else link_to(alert)
