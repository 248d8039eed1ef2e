"""The bare ASGI door: the same function as the documented view, without its request cycle."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from webhooks import intake, preview
from webhooks.answers import Answer
from webhooks.grammar import BODY_LIMIT

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]

PATH = "/api/webhook"
PREVIEW = "preview"
"""No strategy's name in an address: what is posted there is tried out and goes nowhere."""

_DRAINED_AT_MOST = 1 << 20


def wants(scope: Scope) -> bool:
    """Senders post and want JSON; a browser is shown the documented view instead."""
    path: str = scope["path"]
    if scope["method"] != "POST" or not (path == PATH or path.startswith(f"{PATH}/")):
        return False
    headers = scope["headers"]
    return not any(
        name == b"accept" and is_a_browser(value.decode("latin-1")) for name, value in headers
    )


def is_a_browser(accept: str) -> bool:
    """Browsers ask for a page first; some senders' libraries name it somewhere behind."""
    return accept.lstrip().startswith("text/html")


async def door(scope: Scope, receive: Receive, send: Send) -> None:
    body = await _body(receive)
    if body is None:
        return
    client = scope.get("client")
    peer = client[0] if client else ""
    answer = await answer_to(scope["path"], body, _headers(scope), peer)
    content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
    await send(
        {
            "type": "http.response.start",
            "status": answer.http_status,
            "headers": [
                (b"content-type", b"application/json; charset=utf-8"),
                (b"content-length", str(len(content)).encode()),
                *((name.encode(), value.encode()) for name, value in answer.headers.items()),
            ],
        }
    )
    await send({"type": "http.response.body", "body": content})


async def answer_to(path: str, body: bytes, headers: Mapping[str, str], peer: str) -> Answer:
    """What both doors do. The decoded path names a strategy, the preview, or neither."""
    name = path.removeprefix(PATH).strip("/").strip()
    if name == PREVIEW:
        return await preview.preview(body, headers, peer)
    return await intake.receive(body, headers, peer, name)


def _headers(scope: Scope) -> dict[str, str]:
    """A header that stands twice is one list, as Django reads it."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def _body(receive: Receive) -> bytes | None:
    """None when the sender hung up before the end. Keeps one byte more than a body may have."""
    kept = bytearray()
    seen = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunk = message.get("body", b"")
        seen += len(chunk)
        kept += chunk[: BODY_LIMIT + 1 - len(kept)]
        if not message.get("more_body", False) or seen > _DRAINED_AT_MOST:
            return bytes(kept)
