"""The WebSocket: the same events as the stream, with the same filters and the same replay."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer

from orders.stream import ledger, presence
from orders.stream.admission import Admission
from orders.stream.backlog import Backlog, Batch
from orders.stream.subscription import StoredEvent, Subscription, group_of, position_of
from strategies import api_tokens
from strategies.rest.keys import key_of

log = structlog.get_logger(__name__)

NOT_LOGGED_IN = 4401
BAD_REQUEST = 4400
TOO_MANY = 4429
_TRY_AGAIN = 1011
_PARAMETERS = frozenset({"strategy", "account", "last_event_id"})
_PAGE = 200


class OrderEvents(AsyncWebsocketConsumer):  # type: ignore[misc]  # channels is not typed
    """Nothing is missed or doubled: it subscribes first, replays, and then drops what it had."""

    _group = ""
    _tasks: "tuple[asyncio.Task[None], ...]" = ()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            # A socket that broke off while it opened is not told that it is disconnected.
            presence.left(self)

    async def connect(self) -> None:
        query = dict(parse_qsl(self.scope["query_string"].decode("latin-1")))
        admission = await _admission(self.scope)
        if admission is None:
            await self.close(code=NOT_LOGGED_IN)
            return
        try:
            self._subscription, last_id = _read_query(admission.user_id, query)
        except ValueError:
            await self.close(code=BAD_REQUEST)
            return
        if not presence.arrived(self, admission.user_id):
            await self._refuse(TOO_MANY)
            return
        self._backlog = Backlog()
        self._group = group_of(admission.user_id)
        await self.channel_layer.group_add(self._group, self.channel_name)
        self._position = await ledger.aread(lambda: ledger.resume_at(last_id))
        await self.accept()
        self._tasks = (
            asyncio.create_task(self._send_all()),
            asyncio.create_task(self._close_when_over(admission)),
        )

    async def _refuse(self, code: int) -> None:
        """Open for a moment: a code that comes before the hand-shake is not seen."""
        await self.accept()
        await self.close(code=code)

    async def _close_when_over(self, admission: Admission) -> None:
        await admission.ended()
        self._tasks[0].cancel()
        presence.left(self)
        await self.close(code=NOT_LOGGED_IN)

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
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

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


def _read_query(user_id: int, query: Mapping[str, str]) -> tuple[Subscription, int | None]:
    """Raises ValueError: a misspelt filter must not open a stream of everything."""
    if unknown := query.keys() - _PARAMETERS:
        raise ValueError(f"unknown parameters: {sorted(unknown)}")
    account, strategy = query.get("account"), query.get("strategy", "")
    account_id = None if account is None else key_of(account)
    if (account is not None and account_id is None) or "\0" in strategy:
        raise ValueError("not a strategy's name, or not an account's id")
    last_event_id = query.get("last_event_id")
    return (
        Subscription(user_id=user_id, strategy=strategy, account_id=account_id),
        position_of(last_event_id) if last_event_id else None,
    )


async def _admission(scope: Mapping[str, Any]) -> Admission | None:
    """A token that was sent decides alone: a bad one is not made good by a session."""
    token = scope.get("api_token")
    if token is not None:
        user = await ledger.aread(lambda: api_tokens.user_of(token))
        return Admission(user_id=user.pk, token=token) if user is not None else None
    user = scope.get("user")
    if user is None or not user.is_authenticated:
        return None
    return Admission(user_id=user.pk, session_key=scope["session"].session_key or "")
