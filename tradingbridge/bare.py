"""Answers that are given before Django is asked, or without it."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from exchanges.errors import Reason
from webhooks.language import choose

TOO_LATE = Reason(
    code="body_too_late",
    ko="본문이 제시간에 도착하지 않았습니다",
    en="The body did not arrive in time",
)
TOO_LONG = Reason(
    code="body_too_large",
    ko="본문이 너무 큽니다",
    en="The body is too large",
)


async def answer(send: Any, status: int, body: Mapping[str, Any], *, close: bool = False) -> None:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = [
        (b"content-type", b"application/json; charset=utf-8"),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
    ]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": False})


async def refuse(scope: Any, send: Any, status: int, reason: Reason) -> None:
    """The connection is closed: what is left of the body would be taken for the next request."""
    language = choose(_accept_language(scope), None, settings.LANGUAGE_CODE)
    error = {"code": reason.code, "message": reason.text(language), "field": ""}
    await answer(send, status, {"success": False, "error": error}, close=True)


def _accept_language(scope: Any) -> str:
    for name, value in scope["headers"]:
        if name == b"accept-language":
            text: str = value.decode("latin-1")
            return text
    return ""
