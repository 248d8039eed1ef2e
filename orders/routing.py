"""Where sockets go."""

from typing import Any
from urllib.parse import ParseResult

from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.security.websocket import OriginValidator, WebsocketDenier
from django.conf import settings
from django.urls import path, re_path

from orders.stream.consumer import OrderEvents
from orders.stream.entrance import ApiTokens


class OwnOrigins(OriginValidator):  # type: ignore[misc]  # channels is not typed
    """A page of another site may not use our user's session.

    Browsers always name the origin; what names none is a program, which has no session to steal.
    """

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or bool(self.validate_origin(parsed_origin))


websocket_urlpatterns = [
    path("ws/orders/", OrderEvents.as_asgi()),
    re_path(r"", WebsocketDenier.as_asgi()),
]
_authenticated = AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
websocket_application: Any = ApiTokens(OwnOrigins(_authenticated, settings.ALLOWED_HOSTS))
