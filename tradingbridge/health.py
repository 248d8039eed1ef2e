"""Is this process alive, and can it take an alert right now? Open to monitors without a login."""

from django.db import DatabaseError, connection
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    permission_classes,
    renderer_classes,
)
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from orders import runtime

_OK = "ok"
LIVE = "/api/health/live/"
ALIVE = {"status": _OK}


@extend_schema(summary="Is the process alive?", responses=OpenApiTypes.OBJECT, auth=[])
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes([JSONRenderer])
def live(_request: Request) -> Response:
    """The process answers. Nothing else is asked, so that a slow database restarts nobody.

    The server itself answers this, even when all of Django's threads are at work.
    """
    return Response(ALIVE)


@extend_schema(
    summary="Can it take an alert right now?",
    responses={200: OpenApiTypes.OBJECT, 503: OpenApiTypes.OBJECT},
    auth=[],
)
@api_view(["GET"])
@authentication_classes([])
@permission_classes([AllowAny])
@renderer_classes([JSONRenderer])
def ready(_request: Request) -> Response:
    """Each part by itself; one word each, since anybody may read it."""
    engine, journal = _runtime()
    parts = {"database": _database(), "engine": engine, "journal": journal}
    is_ready = all(state == _OK for state in parts.values())
    status = _OK if is_ready else "unavailable"
    return Response({"status": status, **parts}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unreachable"
    return _OK


def _runtime() -> tuple[str, str]:
    """Each says of itself whether it can work."""
    try:
        running = runtime.current().ready()
    except runtime.NotRunning:
        return "stopped", "stopped"
    return _OK if running["engine"] else "stopped", _OK if running["journal"] else "unreachable"


urlpatterns = [
    path("live/", live, name="health-live"),
    path("ready/", ready, name="health-ready"),
]
