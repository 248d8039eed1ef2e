"""The floor: what no bridge can beat. JSON, one comparison, one signed keep-alive POST an account.

With COMMIT=1, the alert and its orders are committed durably first, in one statement.
"""

import asyncio
import hmac
import json
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2

from benchmarks.signing import SIGNATURE, signed_order
from benchmarks.thin import Connection, connect

ACCOUNTS = int(os.environ["ACCOUNTS"])
VENUE_PORT = int(os.environ["VENUE_PORT"])
TOKEN = os.environ["TOKEN"]
COMMITS = os.environ.get("COMMIT") == "1"

_INSERT = """
WITH alert AS (INSERT INTO floor_alert (body) VALUES (%s) RETURNING id)
INSERT INTO floor_order (alert_id, account, body)
SELECT alert.id, orders.account, orders.body
FROM alert, unnest(%s::int[], %s::text[]) AS orders (account, body)
"""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS floor_alert (id bigserial PRIMARY KEY, body text);
CREATE TABLE IF NOT EXISTS floor_order (id bigserial PRIMARY KEY, alert_id bigint, account int,
                                        body text, UNIQUE (alert_id, account));
"""


class Floor:
    def __init__(self) -> None:
        self._free: list[Connection] = []
        self._writer = ThreadPoolExecutor(max_workers=1)
        self._database: Any = None

    async def start(self) -> None:
        self._free = [await connect(VENUE_PORT) for _ in range(max(ACCOUNTS, 32))]
        if COMMITS:
            self._database = psycopg2.connect(os.environ["DATABASE_URL"])
            self._database.autocommit = True
            with self._database.cursor() as cursor:
                cursor.execute(_SCHEMA)

    async def take(self, body: bytes) -> bytes:
        alert = json.loads(body)
        if not hmac.compare_digest(alert["token"], TOKEN):
            return b'{"success":false}'
        orders = [
            {"symbol": alert["symbol"], "side": alert["side"], "account": str(account)}
            for account in range(ACCOUNTS)
        ]
        if COMMITS:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._writer, self._commit, body, orders)
        sent = [await self._send(order) for order in orders]
        for connection, answer in sent:
            await answer
            self._free.append(connection)
        return b'{"success":true}'

    async def _send(self, order: dict[str, str]) -> "tuple[Connection, asyncio.Future[bytes]]":
        connection = self._free.pop() if self._free else await connect(VENUE_PORT)
        content, signature = signed_order(order)
        return connection, connection.post("/order", content, [f"{SIGNATURE}: {signature}"])

    def _commit(self, body: bytes, orders: list[dict[str, str]]) -> None:
        accounts = [int(order["account"]) for order in orders]
        texts = [json.dumps(order) for order in orders]
        with self._database.cursor() as cursor:
            cursor.execute(_INSERT, (body.decode(), accounts, texts))


_floor = Floor()
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await receive()
        await _floor.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    answer = await _floor.take(body)
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
