"""The server's side of one request, without a server between."""

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from typing import Any

PATIENCE = 10.0


class Exchange:
    """A request with the messages that its client sends, and then silence."""

    def __init__(
        self, method: str, path: str, *messages: Mapping[str, Any], **headers: str
    ) -> None:
        self.heard: list[Any] = []
        self.is_heard = asyncio.Event()
        self._messages = deque(messages)
        self._scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [
                (b"host", b"localhost"),
                *(
                    (name.replace("_", "-").encode(), text.encode())
                    for name, text in headers.items()
                ),
            ],
            "client": ("127.0.0.1", 1),
        }

    async def with_app(self, app: Any) -> "Exchange":
        await asyncio.wait_for(app(self._scope, self.receive, self.send), PATIENCE)
        return self

    async def receive(self) -> Any:
        if self._messages:
            return self._messages.popleft()
        return await asyncio.get_running_loop().create_future()

    async def send(self, message: Any) -> None:
        self.heard.append(message)
        self.is_heard.set()

    @property
    def status(self) -> int:
        status: int = self.heard[0]["status"]
        return status

    @property
    def json(self) -> Any:
        return json.loads(b"".join(message["body"] for message in self.heard[1:]))

    @property
    def code(self) -> str:
        code: str = self.json["error"]["code"]
        return code

    @property
    def headers(self) -> dict[bytes, bytes]:
        return dict(self.heard[0]["headers"])


def chunk(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}
