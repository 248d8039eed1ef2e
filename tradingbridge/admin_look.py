"""How the admin looks: its colour, its menu, and its theme's texts that had no Korean."""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

_GREEN = {
    "50": "oklch(98.4% .014 180.72)",
    "100": "oklch(95.3% .051 180.801)",
    "200": "oklch(91% .096 180.426)",
    "300": "oklch(85.5% .138 181.071)",
    "400": "oklch(77.7% .152 181.912)",
    "500": "oklch(60% .118 184.704)",
    "600": "oklch(51.1% .096 186.391)",
    "700": "oklch(43.7% .078 188.216)",
    "800": "oklch(38.6% .063 188.416)",
    "900": "oklch(32% .05 190)",
    "950": "oklch(27.7% .046 192.524)",
}


def _may_view(label: str) -> Callable[[HttpRequest], bool]:
    def may_view(request: HttpRequest) -> bool:
        from django.contrib import admin  # noqa: PLC0415 - the settings are read before it

        return bool(admin.site.get_model_admin(apps.get_model(label)).has_view_permission(request))

    return may_view


def _item(title: Any, icon: str, label: str) -> dict[str, Any]:
    page = f"admin:{label.replace('.', '_').lower()}_changelist"
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(page),
        "permission": _may_view(label),
    }


UNFOLD = {
    "SITE_TITLE": "Trading Bridge",
    "SITE_HEADER": "Trading Bridge",
    "SITE_ICON": lambda _request: static("desk/mark.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda _request: static("desk/mark.svg"),
        }
    ],
    "STYLES": [lambda _request: static("desk/admin.css")],
    "SHOW_LANGUAGES": True,
    "LANGUAGES": {"action": "/i18n/setlang/"},
    "COLORS": {"primary": _GREEN},
    "SIDEBAR": {
        "navigation": [
            {
                "items": [
                    # Every page's address begins with the desk's, so it would always be lit.
                    {
                        "title": _("Desk"),
                        "icon": "dashboard",
                        "link": "/",
                        "active": lambda _request: False,
                    },
                ],
            },
            {
                "title": _("Orders and history"),
                "items": [
                    _item(_("Orders"), "receipt_long", "orders.Order"),
                    _item(_("Open orders"), "hourglass_top", "orders.OpenOrder"),
                    _item(_("Trades"), "swap_horiz", "orders.Trade"),
                    _item(_("Positions"), "account_balance_wallet", "orders.Position"),
                    _item(_("Alerts"), "notifications", "orders.Alert"),
                    _item(_("Missed alerts"), "notification_important", "orders.MissedAlert"),
                ],
            },
            {
                "title": _("Strategies and accounts"),
                "items": [
                    _item(_("Strategies"), "route", "strategies.Strategy"),
                    _item(_("Accounts"), "account_balance", "strategies.Account"),
                    _item(_("Links"), "link", "strategies.StrategyAccount"),
                    _item(_("API tokens"), "key", "strategies.ApiToken"),
                ],
            },
            {
                "title": _("People"),
                "items": [
                    _item(_("Users"), "person", "auth.User"),
                    _item(_("Groups"), "group", "auth.Group"),
                    _item(_("Failed logins"), "lock", "axes.AccessAttempt"),
                ],
            },
        ],
    },
}

# The theme marks these for translation and brings no Korean of its own.
THEME_TEXTS = (
    _("All applications"),
    _("Apply Filters"),
    _("Cancel"),
    _("Dark"),
    _("Date from"),
    _("Date to"),
    _("Expand row"),
    _("False"),
    _("Filters"),
    _("From"),
    _("General"),
    _("Go back"),
    _("Light"),
    _("More actions"),
    _("No results found"),
    _("Reset filters"),
    _("Return to site"),
    _("Run"),
    _("Select action"),
    _("Select action to run"),
    _("Select all rows"),
    _("Select record"),
    _("Select value"),
    _("Submit"),
    _("System"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("To"),
    _("True"),
    _("Type to search"),
    _("Value"),
    _("Welcome back to"),
    _("You have been successfully logged out from the administration"),
)
