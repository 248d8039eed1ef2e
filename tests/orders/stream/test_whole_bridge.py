"""From an order at the engine to its events at both doors, in the application as it is deployed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from websockets.sync.client import connect

from orders import runtime
from orders.vocabulary import EventName
from strategies import api_tokens
from tests.bridges import Desk, alert_for
from tests.dsn import test_dsn
from tests.orders.scripted import desk, venue
from tests.orders.stream.clients import PATIENCE, EventReader, Heard, Site
from tests.orders.stream.conftest import served
from tradingbridge.asgi import Application

__all__ = ["desk", "venue"]

ORDER_FIELDS = {
    "account_id",
    "account_name",
    "exchange",
    "strategy",
    "order_id",
    "exchange_order_id",
    "client_order_id",
    "symbol",
    "market_type",
    "side",
    "order_type",
    "status",
    "quantity",
    "filled_quantity",
    "price",
    "average_price",
    "timestamp",
    "receipt",
}


class Tidy:
    """Closes what the server's shared thread still holds, so that the database can go."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)
        if scope["type"] == "lifespan":
            await sync_to_async(connections.close_all)()


@pytest.fixture
def whole(desk: Desk) -> Iterator[Site]:
    with served(Tidy(Application(test_dsn()))) as site:
        yield site


def trade(desk: Desk) -> None:
    draft = desk.draft()
    runtime.call(runtime.current().engine.execute(alert_for([draft]), [draft]), PATIENCE)


def until_accepted(reader: EventReader) -> list[Heard]:
    heard = reader.take(1)
    while heard[-1].payload.get("status") != "NEW":
        heard += reader.take(1)
    return heard


def test_an_orders_events_arrive_at_both_doors_and_are_replayed(whole: Site, desk: Desk) -> None:
    reader = whole.events(desk.owner)
    token = api_tokens.issue(desk.owner, "socket")
    with connect(
        f"ws://{whole.address}/ws/orders/",
        additional_headers={"Authorization": f"Token {token}"},
        proxy=None,
    ) as socket:
        trade(desk)
        heard = until_accepted(reader)
        messages = [json.loads(socket.recv(timeout=PATIENCE)) for _ in heard]
    assert [message["id"] for message in messages] == [each.id for each in heard]
    assert [message["payload"] for message in messages] == [each.payload for each in heard]
    names = [each.name for each in heard]
    assert names[:2] == [EventName.ALERT_RECEIVED, EventName.ORDER_CREATED]
    assert heard[1].payload.keys() >= ORDER_FIELDS
    again = whole.events(desk.owner, last_event_id=heard[0].place)
    assert again.take(len(heard) - 1) == [
        Heard(name=each.name, place=each.place, payload=each.payload) for each in heard[1:]
    ]
