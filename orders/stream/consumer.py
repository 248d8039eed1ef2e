"""The WebSocket: the same events as the stream, with the same filters and the same replay."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer
from django.contrib.auth.models import User

from orders.stream import ledger, presence
from orders.stream.backlog import Backlog, Batch
from orders.stream.subscription import StoredEvent, Subscription, group_of, position_of
from strategies import api_tokens

log = structlog.get_logger(__name__)

NOT_LOGGED_IN = 4401
BAD_REQUEST = 4400
_TRY_AGAIN = 1011
_PARAMETERS = frozenset({"strategy", "account", "last_event_id"})
_PAGE = 200


class OrderEvents(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels is not typed
    """Nothing is missed or doubled: it subscribes first, replays, and then drops what it had."""

    _group = ""
    _sender: "asyncio.Task[None] | None" = None

    async def connect(self) -> None:
        query = dict(parse_qsl(self.scope["query_string"].decode("latin-1")))
        user = await _user_of(self.scope)
        if user is None:
            await self.close(code=NOT_LOGGED_IN)
            return
        try:
            self._subscription, last_id = _read_query(user, query)
        except ValueError:
            await self.close(code=BAD_REQUEST)
            return
        self._backlog = Backlog()
        self._group = group_of(user.pk)
        presence.arrived(self)
        await self.channel_layer.group_add(self._group, self.channel_name)
        self._position = await ledger.aread(lambda: ledger.resume_at(last_id))
        await self.accept()
        self._sender = asyncio.create_task(self._send_all())

    async def order_events(self, message: Mapping[str, Any]) -> None:
        """From the fan-out, by way of the channel layer."""
        events = [StoredEvent(**event) for event in message["events"]]
        self._backlog.put(Batch(previous=message["previous"], events=events))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The socket goes one way; what a client says is not listened to."""

    async def disconnect(self, code: int) -> None:  # noqa: ARG002
        presence.left(self)
        if self._group:
            await self.channel_layer.group_discard(self._group, self.channel_name)
        if self._sender is not None:
            self._sender.cancel()
            with suppress(asyncio.CancelledError):
                await self._sender

    async def _send_all(self) -> None:
        try:
            await self._replay()
            while True:
                batch = await self._backlog.take()
                if batch.previous > self._position:
                    await self._replay()
                for event in batch.events:
                    await self._send_once(event)
        except Exception as error:  # noqa: BLE001  # the client comes back and asks for the rest
            log.warning("socket_closed", error=type(error).__name__)
            with suppress(Exception):
                await self.close(code=_TRY_AGAIN)

    async def _replay(self) -> None:
        subscription = self._subscription
        while True:
            events = await ledger.aread(
                partial(ledger.events_after, subscription, self._position, _PAGE)
            )
            for event in events:
                await self._send_once(event)
            if len(events) < _PAGE:
                return

    async def _send_once(self, event: StoredEvent) -> None:
        if event.id <= self._position:
            return
        self._position = event.id
        if self._subscription.wants(event):
            await self.send(text_data=event.frame)


def _read_query(user: User, query: Mapping[str, str]) -> tuple[Subscription, int | None]:
    """Raises ValueError: a misspelt filter must not open a stream of everything."""
    if unknown := query.keys() - _PARAMETERS:
        raise ValueError(f"unknown parameters: {sorted(unknown)}")
    subscription = Subscription(
        user_id=user.pk,
        strategy=query.get("strategy", ""),
        account_id=int(query["account"]) if "account" in query else None,
    )
    last_event_id = query.get("last_event_id")
    return subscription, position_of(last_event_id) if last_event_id else None


async def _user_of(scope: Mapping[str, Any]) -> User | None:
    """A token that was sent decides alone: a bad one is not made good by a session."""
    token = scope.get("api_token")
    if token is not None:
        return await ledger.aread(lambda: api_tokens.user_of(token))
    user = scope.get("user")
    return user if user is not None and user.is_authenticated else None
