"""Takes a socket's API token out of its address, before anybody logs the address."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode

App = Callable[[Any, Any, Any], Awaitable[None]]


class ApiTokens:
    """`Authorization: Token …`, or `?token=` for clients that can set no header.

    The scope itself is changed: the server logs a socket's path and query from it.
    """

    def __init__(self, application: App) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        in_address = _taken_out_of_address(scope)
        scope["api_token"] = _in_header(scope) or in_address
        await self._application(scope, receive, send)


def _taken_out_of_address(scope: Any) -> str | None:
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    tokens: list[str] = [value for name, value in query if name == "token"]
    if not tokens:
        return None
    rest = [(name, value) for name, value in query if name != "token"]
    scope["query_string"] = urlencode(rest).encode()
    return tokens[-1]


def _in_header(scope: Any) -> str | None:
    for name, value in scope["headers"]:
        scheme, _, token = value.decode("latin-1").partition(" ")
        if name.lower() == b"authorization" and scheme.lower() == "token":
            text: str = token.strip()
            return text
    return None
