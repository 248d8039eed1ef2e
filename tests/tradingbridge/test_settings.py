"""What the environment's switches do to pages."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.views.debug import get_exception_reporter_filter
from pytest_django import Settings

from tests.tradingbridge.house.launched import ROOT, environment

_NAMES = ("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE")


def settings_with(folder: Path, **switches: str) -> dict[str, Any]:
    asked = f"import json; from tradingbridge import settings as s; names = {_NAMES!r}; "
    asked += "print(json.dumps({name: getattr(s, name) for name in names}))"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=environment(folder, **switches),
        capture_output=True,
        text=True,
        check=True,
    )
    read: dict[str, Any] = json.loads(done.stdout)
    return read


@pytest.mark.parametrize(
    ("switches", "expected"),
    [
        ({}, (False, 0, False)),
        ({"HTTPS_ONLY": "true"}, (False, 0, True)),
        ({"HSTS_SECONDS": "60"}, (False, 0, False)),
        ({"HTTPS_ONLY": "true", "BEHIND_PROXY": "true"}, (True, 0, True)),
        (
            {"HTTPS_ONLY": "true", "BEHIND_PROXY": "true", "HSTS_SECONDS": "60"},
            (True, 60, True),
        ),
    ],
)
def test_https_is_insisted_on_as_far_as_was_asked_for(
    tmp_path: Path, switches: dict[str, str], expected: tuple[object, ...]
) -> None:
    assert tuple(settings_with(tmp_path, **switches).values()) == expected


def test_djangos_error_page_hides_the_databases_password(settings: Settings) -> None:
    settings.DATABASE_URL = "postgresql://bridge:hush@db/bridge"
    request = RequestFactory().get("/")
    shown = get_exception_reporter_filter(request).get_safe_settings()
    assert "hush" not in str(shown)
    assert "DATABASE_URL" in shown


def test_a_login_without_a_goal_leads_to_the_desk(settings: Settings) -> None:
    assert reverse(settings.LOGIN_REDIRECT_URL) == "/"
