"""A venue on loopback: checks each signature, acknowledges after a set delay, and notes arrivals.

`POST /order` places; `POST /arrivals` answers with the times of arrival (CLOCK_MONOTONIC, seconds)
since the last such request, and forgets them.
"""

import argparse
import asyncio
import json
import time
from itertools import count
from typing import cast

import uvloop

from benchmarks.signing import SIGNATURE, signature

_ids = count(1)
_arrivals: list[float] = []


class Venue(asyncio.Protocol):
    delay = 0.0

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._buffer += data
        while True:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            headers = _headers(head)
            length = int(headers.get("content-length", "0"))
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            self._serve(head.split(b" ", 2)[1], headers, rest[:length], now)

    def _serve(self, path: bytes, headers: dict[str, str], body: bytes, now: float) -> None:
        if path == b"/arrivals":
            self._answer(200, json.dumps(_arrivals))
            _arrivals.clear()
            return
        if headers.get(SIGNATURE.lower()) != signature(body):
            self._answer(401, '{"error":"signature"}')
            return
        _arrivals.append(now)
        acknowledgement = json.dumps({"orderId": str(next(_ids)), "status": "FILLED"})
        if self.delay:
            loop = asyncio.get_running_loop()
            loop.call_later(self.delay, self._answer, 200, acknowledgement)
        else:
            self._answer(200, acknowledgement)

    def _answer(self, status: int, text: str) -> None:
        assert self._transport is not None
        body = text.encode()
        self._transport.write(
            f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )


def _headers(head: bytes) -> dict[str, str]:
    pairs = (line.decode("latin-1").partition(":") for line in head.split(b"\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Venue, "127.0.0.1", port)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds until an acknowledgement")
    options = parser.parse_args()
    Venue.delay = options.delay
    uvloop.run(_serve(options.port))


if __name__ == "__main__":
    main()
