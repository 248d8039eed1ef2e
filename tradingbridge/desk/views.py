"""Pages for people. What they show is read in `board` and `trail`."""

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from tradingbridge.desk import board, bridge, builder_page, trail, words

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


@require_safe
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    shown = {
        "board": board.of(_viewer(request)),
        "bridge": bridge.state(),
        "webhook_url": f"{settings.PUBLIC_URL.rstrip('/')}/api/webhook",
        "words": words.for_scripts(),
    }
    return _page(request, "desk/desk.html", shown)


@require_safe
@login_required
def alert(request: HttpRequest, receipt: str) -> HttpResponse:
    found = trail.of(receipt, _viewer(request))
    if found is None:
        raise Http404
    return _page(request, "desk/alert.html", {"trail": found})


@require_safe
@login_required
def builder(request: HttpRequest) -> HttpResponse:
    shown = builder_page.of(request.GET.dict(), _viewer(request))
    return _page(request, "desk/builder.html", {"page": shown})


def _viewer(request: HttpRequest) -> User:
    """Behind `login_required`, so that it is never the anonymous one."""
    return cast("User", request.user)


def _page(request: HttpRequest, template: str, shown: Mapping[str, Any]) -> HttpResponse:
    """For logged-in eyes only: no cache keeps it, and nothing runs in it but our own files."""
    response = render(request, template, dict(shown))
    response.headers["Content-Security-Policy"] = _POLICY
    add_never_cache_headers(response)
    return response
