"""Both doors are one function: what goes through one goes through the other alike."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from strategies.models import Strategy
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks import intake
from webhooks.door import door, wants

Request = tuple[bytes, dict[str, str]]
_OWN = frozenset(
    {
        "receipt",
        "timing",
        "order_id",
        "exchange_order_id",
        "client_order_id",
        "message",
        "average_price",
    }
)


def requests(sender: Sender) -> Iterator[Request]:
    """Forty alerts, good and bad, in both languages and several content types."""
    good: list[dict[str, Any]] = [
        sender.order(),
        sender.order(order_type="market", price=None),
        sender.order(side="short", qty="1"),
        sender.order(account="A1"),
        sender.order(colour="blue"),
    ]
    bad: list[dict[str, Any]] = [
        sender.order(**{field: None})
        for field in ("group_name", "token", "symbol", "order_type", "side", "price", "qty")
    ]
    bad += [
        sender.order(token="wrong"),
        sender.order(market_type="MOON"),
        sender.order(side="up"),
        sender.order(qty="-1"),
        sender.order(account="nobody"),
    ]
    bodies = [json.dumps(alert).encode() for alert in (*good, *bad)]
    pairs = "\n".join(f"{name}={value}" for name, value in sender.order().items())
    bodies += [b"", b"[]", b"\xff", b'{"a":' * 5000, pairs.encode(), b"x" * (64 * 1024 + 1)]
    for body in bodies[:20]:
        yield body, {"content-type": "application/json", "accept-language": "ko"}
    for body in (*bodies[20:], *bodies[:17]):
        yield body, {"content-type": "text/plain; charset=utf-8", "accept-language": "en"}


def through_the_bare_door(sender: Sender, path: str, request: Request) -> tuple[int, Any]:
    body, headers = request
    sent: list[Mapping[str, Any]] = []
    chunks = [body[:1000], body[1000:]]

    async def receive() -> dict[str, Any]:
        chunk = chunks.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(chunks)}

    async def send(message: Mapping[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 5),
    }
    assert wants(scope)
    sender.bridge.call(door(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def through_the_view(client: Client, path: str, request: Request) -> tuple[int, Any]:
    body, headers = request
    answer = client.generic(
        "POST",
        path,
        body,
        content_type=headers["content-type"],
        headers={"accept-language": headers["accept-language"]},
    )
    return answer.status_code, json.loads(answer.content)


def without_what_is_its_own(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_what_is_its_own(v) for k, v in value.items() if k not in _OWN}
    if isinstance(value, list):
        return [without_what_is_its_own(item) for item in value]
    return value


@pytest.mark.parametrize("path", ["/api/webhook", "/api/webhook/test1"])
def test_forty_requests_are_answered_alike_through_both_doors(
    sender: Sender, venue: ScriptedVenue, client: Client, path: str
) -> None:
    Strategy.objects.update(dedupe_window=0)
    sender.settle()
    venue.act(Act.FILL, symbol=sender.desk.market.symbol)
    several = list(requests(sender))
    assert len(several) == 40
    for request in several:
        bare_status, bare = through_the_bare_door(sender, path, request)
        status, told = through_the_view(client, path, request)
        assert status == bare_status
        assert without_what_is_its_own(told) == without_what_is_its_own(bare)
    assert Order.objects.count() > 0


def test_a_browser_is_shown_the_documented_view(client: Client) -> None:
    page = client.get("/api/webhook", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert b"<html" in page.content
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/webhook",
        "headers": [(b"accept", b"text/html,application/xhtml+xml")],
    }
    assert not wants(scope)


def test_a_sender_whose_library_also_names_pages_is_answered_in_json(client: Client) -> None:
    accept = "application/json, text/html;q=0.9, */*;q=0.1"
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/webhook",
        "headers": [(b"accept", accept.encode())],
    }
    assert wants(scope)
    answer = client.get("/api/webhook", headers={"accept": accept})
    assert answer["Content-Type"] == "application/json"


def test_a_sender_that_hangs_up_in_the_middle_of_its_body_sends_nothing(
    sender: Sender, venue: ScriptedVenue
) -> None:
    messages: list[dict[str, Any]] = [
        {"type": "http.request", "body": b'{"group_name"', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Mapping[str, Any]) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "POST", "path": "/api/webhook", "headers": []}
    sender.bridge.call(door(scope, receive, send))
    assert venue.book == []


@pytest.mark.parametrize("path", ["/api/webhook", "/api/webhook/", "/api/webhook/test1"])
def test_the_door_is_there_with_and_without_its_last_slash(path: str) -> None:
    assert wants({"type": "http", "method": "POST", "path": path, "headers": []})
    assert not wants({"type": "http", "method": "GET", "path": path, "headers": []})
    beside = path.replace("webhook", "webhooks")
    assert not wants({"type": "http", "method": "POST", "path": beside, "headers": []})


def test_the_orders_go_out_when_the_sender_stops_waiting(
    sender: Sender, venue: ScriptedVenue
) -> None:
    """The task that answers is cancelled, as a server does when its client is gone."""
    venue.act(Act.HANG, symbol=sender.desk.market.symbol)

    async def hang_up() -> None:
        arrived = asyncio.Event()
        venue.on_arrival = lambda _: arrived.set()
        task = asyncio.ensure_future(
            intake.receive(json.dumps(sender.order()).encode(), {}, "203.0.113.9")
        )
        await arrived.wait()
        task.cancel()

    sender.bridge.call(hang_up())
    venue.release()
    sender.bridge.wait_until(
        lambda: list(Order.objects.values_list("status", flat=True)) == ["NEW", "NEW"]
    )
