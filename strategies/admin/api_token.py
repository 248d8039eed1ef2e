from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from strategies import api_tokens
from strategies.admin import pages
from strategies.admin.own import OwnForm, OwnModelAdmin
from strategies.models import ApiToken


class ApiTokenForm(OwnForm):
    owner_name = "user"
    days = forms.IntegerField(
        label=_("Works for how many days"),
        help_text=_("Without end if left empty."),
        required=False,
        min_value=1,
        max_value=api_tokens.LONGEST_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class ApiTokenAdmin(OwnModelAdmin):
    """A token is made and deleted, never changed."""

    form = ApiTokenForm
    owner_name = "user"
    fields = ("name", "days")
    list_display = ("name", "hint", "created_at", "expires_at")
    search_fields = ("name",)
    list_select_related = ("user",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def own_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        if obj is None:
            return super().own_fields(request, obj)
        return ("name", "hint", "created_at", "expires_at")

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        if days := form.cleaned_data.get("days"):
            obj.expires_at = datetime.now(UTC) + timedelta(days=days)
        request.issued_token = api_tokens.stamp(obj)  # type: ignore[attr-defined]
        super().save_model(request, obj, form, change)

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """The only time that the token is seen."""
        super().response_add(request, obj, post_url_continue)
        return pages.token_page(
            request,
            self.admin_site,
            obj,
            token=request.issued_token,  # type: ignore[attr-defined]
            note=_("For “Authorization: Token …” in requests to the REST API."),
        )
