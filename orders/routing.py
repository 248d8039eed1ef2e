"""Where sockets go."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.urls import path, re_path
from django.utils.http import is_same_domain

from orders.stream.consumer import OrderEvents
from orders.stream.entrance import ApiTokens

_PORTS = {"http": "80", "https": "443"}


class OwnOrigins:
    """A page of another site may not use our user's session.

    Browsers always name the origin. What names none is a program, which has a token of its own;
    and who has a token, from whatever page, needs no session.
    """

    def __init__(self, application: Any) -> None:
        self._application = application
        self._denier: Any = WebsocketDenier.as_asgi()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        is_own = scope.get("api_token") is not None or _is_own_origin(scope)
        await (self._application if is_own else self._denier)(scope, receive, send)


def _is_own_origin(scope: Any) -> bool:
    written = _header(scope, b"origin")
    try:
        origin = urlsplit(written)
        port = str(origin.port or _PORTS.get(origin.scheme, ""))
    except ValueError:
        return False
    domain, host_port = split_domain_port(_header(scope, b"host"))
    is_own = (
        origin.scheme in _PORTS
        and (origin.hostname or "") == domain.strip("[]")
        and port == (host_port or _PORTS[origin.scheme])
        and validate_host(domain, settings.ALLOWED_HOSTS)
    )
    return is_own or _is_trusted(written, origin)


def _is_trusted(written: str, origin: SplitResult) -> bool:
    """As Django reads CSRF_TRUSTED_ORIGINS: in full, or `https://*.example.com`."""
    for trusted in settings.CSRF_TRUSTED_ORIGINS:
        scheme, _, netloc = trusted.partition("://")
        is_wildcard = netloc.startswith("*") and scheme == origin.scheme
        if written == trusted or (
            is_wildcard and is_same_domain(origin.netloc, netloc.lstrip("*"))
        ):
            return True
    return False


def _header(scope: Any, wanted: bytes) -> str:
    """Empty when there is none, and when there are several."""
    values = [value for name, value in scope["headers"] if name.lower() == wanted]
    return values[0].decode("latin-1") if len(values) == 1 else ""


websocket_urlpatterns = [
    path("ws/orders/", OrderEvents.as_asgi()),
    re_path(r"", WebsocketDenier.as_asgi()),
]
_authenticated = AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
websocket_application: Any = ApiTokens(OwnOrigins(_authenticated))
