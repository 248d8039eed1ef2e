"""By what a stream was opened, and whether it would still open one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.db import Error

from orders.stream import ledger, presence
from strategies import api_tokens

ASKED_EVERY = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """An API token or else a session. Streams live for hours, and either may end before them."""

    user_id: int
    token: str = field(default="", repr=False)
    session_key: str = field(default="", repr=False)

    async def is_over(self) -> bool:
        """Asked of the database; one that does not answer now is asked again next time."""
        try:
            return await ledger.aread(self._is_over)
        except Error:
            return False

    async def ended(self) -> None:
        """Returns when it is over."""
        is_over = False
        while not is_over:
            await asyncio.sleep(ASKED_EVERY)
            is_over = await self.is_over()

    def _is_over(self) -> bool:
        user = api_tokens.user_of(self.token) if self.token else _user_of(self.session_key)
        return user is None or user.pk != self.user_id


def _user_of(session_key: str) -> User | None:
    """Also none after a change of the password, as everywhere in Django."""
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = get_user(SimpleNamespace(session=session))  # type: ignore[arg-type]
    return user if isinstance(user, User) else None


async def while_admitted(chunks: Any, admission: Admission) -> AsyncIterator[bytes]:
    """The stream as long as it may be heard, and in a place of its user's."""
    place = object()
    if not presence.arrived(place, admission.user_id):
        return
    over = asyncio.ensure_future(admission.ended())
    try:
        async with aclosing(chunks) as stream:
            while True:
                upcoming = asyncio.ensure_future(anext(stream, None))
                try:
                    await asyncio.wait((upcoming, over), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    await _settled(upcoming)
                if over.done() or upcoming.cancelled():
                    return
                if (chunk := upcoming.result()) is None:
                    return
                yield chunk
    finally:
        over.cancel()
        presence.left(place)


async def _settled(upcoming: "asyncio.Future[Any]") -> None:
    """A generator cannot be closed while somebody still waits for what it yields next."""
    if not upcoming.done():
        upcoming.cancel()
        with suppress(asyncio.CancelledError):
            await upcoming
