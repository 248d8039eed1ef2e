"""Risk limits, inside the page of what they limit."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from exchanges.vocabulary import MarketType, Side
from strategies import risk_terms
from strategies.admin.own import RangedForm, told
from strategies.admin.theme import StackedInline
from strategies.models import LinkRisk, StrategyRisk
from strategies.refusals import Refused

_BETWEEN_SYMBOLS = re.compile(r"[,;\n]+")
_DAYS = (
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)
_ALLOWED = (
    _("What may be opened"),
    {"fields": ("allowed_symbols", ("allowed_sides", "allowed_market_types"))},
)
_HOURS = (
    _("When it may be opened"),
    {"fields": ("trading_days", ("trading_from", "trading_until"), "timezone")},
)
_AMOUNTS = (
    ("max_qty_per", "max_notional"),
    ("max_open_positions", "max_open_orders"),
    ("max_daily_loss", "max_price_deviation"),
)


class LongSelect(UnfoldAdminSelectWidget):  # type: ignore[misc]  # not typed
    """A template for each of six hundred options takes longer than all the rest of the page."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, **_renderer: Any
    ) -> SafeString:
        chosen = self.format_value(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (key, mark_safe(" selected") if str(key) in chosen else "", label)
                for key, label in self.choices
            ),
        )
        given = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(given), options)


class SymbolsField(forms.CharField):
    """A list of symbols, as people write one: with commas."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        written = _BETWEEN_SYMBOLS.split(super().to_python(value) or "")
        return [symbol.strip() for symbol in written if symbol.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


class RiskForm(RangedForm):
    allowed_symbols = SymbolsField(
        help_text=_("BTC/USDT, 005930, AAPL. All are allowed if left empty."),
        required=False,
    )
    allowed_sides = forms.MultipleChoiceField(
        help_text=_("Both are allowed if none is ticked."),
        choices=[(side.value, side.value) for side in Side],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    allowed_market_types = forms.MultipleChoiceField(
        help_text=_("All are allowed if none is ticked."),
        choices=[(word.value, word.value) for word in MarketType],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    trading_days = forms.TypedMultipleChoiceField(
        help_text=_("Every day if none is ticked."),
        choices=_DAYS,
        coerce=int,
        empty_value=[],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    timezone = forms.ChoiceField(
        help_text=_("Of the days, the hours, and the day of the loss."),
        choices=lambda: [(name, name) for name in sorted(risk_terms.timezones())],
        initial=risk_terms.DEFAULT_TIMEZONE,
        widget=LongSelect,
    )

    class Meta:
        help_texts: ClassVar[dict[str, Any]] = {
            "max_qty_per": _(
                "As alerts write it: crypto in percent of the capital, securities in units."
            ),
            "max_notional": _("One order's worth, in the quote currency."),
            "max_open_positions": _("Symbols held at once."),
            "max_open_orders": _("Unfinished orders, without those that protect a position."),
            "max_daily_loss": _("Realized since midnight, in the quote currency."),
            "max_price_deviation": _("Percent between the alert's price and the venue's."),
            "max_alerts_per_minute": _("What opens beyond it is refused; exits and cancels pass."),
            "trading_until": _("Earlier than the beginning: on the next day."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if name in risk_terms.NOTHING_OF_A_STRATEGY:
                column: Any = self._meta.model._meta.get_field(name)
                field.label = capfirst(column.verbose_name)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for field, check in risk_terms.CHECKS.items():
            if field in cleaned:
                self._hold(cleaned, field, check)
        try:
            risk_terms.check_hours(cleaned.get("trading_from"), cleaned.get("trading_until"))
        except Refused as refusal:
            self.add_error(refusal.field, told(refusal))
        return cleaned

    def _hold(self, cleaned: dict[str, Any], field: str, check: Callable[[Any], Any]) -> None:
        try:
            cleaned[field] = check(cleaned[field])
        except Refused as refusal:
            self.add_error(field, told(refusal))


class RiskInline(StackedInline):
    """Emptied limits limit nothing, so there is nothing to delete."""

    form = RiskForm
    can_delete = False
    hide_title = True


class StrategyRiskInline(RiskInline):
    model = StrategyRisk
    verbose_name = _("Risk limits of the strategy, over all of its accounts")
    fieldsets: ClassVar[Any] = (
        _ALLOWED,
        (_("How much may be opened"), {"fields": (*_AMOUNTS, "max_alerts_per_minute")}),
        _HOURS,
    )


class LinkRiskInline(RiskInline):
    model = LinkRisk
    verbose_name = _("Risk limits of the strategy on this account")
    fieldsets: ClassVar[Any] = (
        _ALLOWED,
        (_("How much may be opened"), {"fields": _AMOUNTS}),
        _HOURS,
    )
