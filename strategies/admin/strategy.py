from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import unquote
from django.db.models import Count, DateTimeField, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from strategies import services, tokens
from strategies.admin import pages
from strategies.admin.link import LinkInline
from strategies.admin.own import OwnForm, OwnModelAdmin, told
from strategies.admin.risk import StrategyRiskInline
from strategies.admin.theme import action, display
from strategies.limits import ANSWER_WITHIN, DEDUPE_WINDOW, MAX_AGE, Range
from strategies.models import Strategy
from strategies.refusals import Refused

_HOUR = 3_600


class StrategyForm(OwnForm):
    ranges: ClassVar[dict[str, Range]] = {
        "answer_within": ANSWER_WITHIN,
        "max_age": MAX_AGE,
        "dedupe_window": DEDUPE_WINDOW,
    }

    def clean_group_name(self) -> str:
        try:
            return services.checked_group_name(self.cleaned_data["group_name"])
        except Refused as refusal:
            raise told(refusal) from None


class RotationForm(forms.Form):
    overlap = forms.TypedChoiceField(
        label=_("The old token"),
        coerce=int,
        choices=(
            (24 * _HOUR, _("works for another day")),
            (_HOUR, _("works for another hour")),
            (0, _("stops now")),
        ),
        widget=UnfoldAdminSelectWidget,
    )


class StrategyAdmin(OwnModelAdmin):
    form = StrategyForm
    inlines = (LinkInline, StrategyRiskInline)
    list_display = ("group_name", "market_type", "is_active", "links_count", "last_alert")
    list_filter = ("market_type", "is_active", "is_public")
    search_fields = ("group_name",)
    list_select_related = ("owner",)
    fields = (
        "group_name",
        "market_type",
        "is_active",
        "is_public",
        "language",
        "answer_within",
        "max_age",
        "dedupe_window",
        "outside_hours",
        "on_missed_alert",
    )
    actions_detail = ("rotate_token",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Strategy]:
        alerts = Strategy._meta.get_field("alerts").related_model._default_manager
        newest = alerts.filter(strategy=OuterRef("pk")).order_by("-pk").values("received_at")[:1]
        rows: QuerySet[Strategy] = super().get_queryset(request)
        return rows.annotate(
            links_count=Count("links"),
            last_alert=Subquery(newest, output_field=DateTimeField()),
        )

    @display(description=_("links"), ordering="links_count")
    def links_count(self, strategy: Any) -> int:
        count: int = strategy.links_count
        return count

    @display(description=_("last alert"), ordering="last_alert")
    def last_alert(self, strategy: Any) -> Any:
        return strategy.last_alert

    def response_add(
        self, request: HttpRequest, obj: Strategy, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The token is made and shown here, and never again."""
        super().response_add(request, obj, post_url_continue)
        return self._show(request, obj, tokens.issue(obj))

    @action(
        description=_("Rotate token"), url_path="rotate-token", permissions=["change"], icon="key"
    )
    def rotate_token(self, request: HttpRequest, object_id: str) -> HttpResponse:
        strategy = self.get_object(request, unquote(object_id))
        if strategy is None:
            raise Http404
        form = RotationForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            overlap = timedelta(seconds=form.cleaned_data["overlap"])
            token = services.rotate_token(strategy=strategy, overlap=overlap)
            self.log_change(request, strategy, "Rotated the token.")
            return self._show(request, strategy, token)
        return pages.question_page(
            request,
            self.admin_site,
            strategy,
            title=_("Rotate token"),
            question=_("Make a new token for this strategy? Put it into every alert that uses it."),
            answer=_("Rotate token"),
            form=form,
        )

    def _show(self, request: HttpRequest, strategy: Strategy, token: str) -> HttpResponse:
        return pages.token_page(
            request,
            self.admin_site,
            strategy,
            token=token,
            note=_("The token of this strategy, for the “token” field of its alerts."),
        )
