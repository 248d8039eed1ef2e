"""From the committed event to every listener of this process."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg2
import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.contrib.auth.models import User
from django.db import connection, connections
from django_eventstream.views import Listener, get_listener_manager

from orders.models import OrderEvent
from orders.stream import presence
from orders.stream.fanout import Fanout
from orders.stream.subscription import Subscription, group_of
from tests.dsn import test_dsn
from tests.orders.rows import make_event
from tests.orders.stream.clients import PATIENCE


@pytest.fixture
async def fanout(transactional_db: None) -> AsyncIterator[Fanout]:
    fanout = Fanout(await sync_to_async(test_dsn)())
    yield fanout
    await fanout.stop()
    presence.everybody_left()
    await sync_to_async(connections.close_all)()


class Group:
    """A socket's place in the channel layer."""

    def __init__(self, user: User) -> None:
        layer = get_channel_layer()
        assert layer is not None
        self._layer, self._user = layer, user

    async def join(self) -> "Group":
        presence.arrived(self, user_id=self._user.pk)
        self._channel = await self._layer.new_channel()
        await self._layer.group_add(group_of(self._user.pk), self._channel)
        return self

    async def message(self) -> Any:
        return await asyncio.wait_for(self._layer.receive(self._channel), PATIENCE)


async def commit(user: User) -> OrderEvent:
    return await sync_to_async(make_event)(user)


def ids(message: Any) -> list[int]:
    return [event["id"] for event in message["events"]]


async def test_what_was_committed_before_the_start_is_left_to_the_replay(
    fanout: Fanout, owner: User
) -> None:
    old = await commit(owner)
    group = await Group(owner).join()
    await fanout.start()
    new = await commit(owner)
    fanout.notified("")
    message = await group.message()
    assert (ids(message), message["previous"]) == ([new.pk], old.pk)


async def test_each_message_names_the_users_event_before_it(
    fanout: Fanout, owner: User, mate: User
) -> None:
    group = await Group(owner).join()
    await fanout.start()
    first = await commit(owner)
    fanout.notified()
    await group.message()
    await commit(mate)
    second = await commit(owner)
    fanout.notified()
    message = await group.message()
    assert (ids(message), message["previous"]) == ([second.pk], first.pk)


async def test_many_events_are_all_told(fanout: Fanout, owner: User) -> None:
    group = await Group(owner).join()
    await fanout.start()
    committed = await sync_to_async(lambda: [make_event(owner).pk for _ in range(600)])()
    fanout.notified()
    told: list[int] = []
    while len(told) < 600:
        told += ids(await group.message())
    assert told == committed


async def test_a_lost_connection_is_replaced_and_nothing_is_missed(
    fanout: Fanout, owner: User
) -> None:
    group = await Group(owner).join()
    await fanout.start()
    await sync_to_async(_cut_the_connection)()
    event = await commit(owner)
    fanout.notified()
    assert ids(await group.message()) == [event.pk]


async def test_a_dead_listener_keeps_no_other_from_hearing(fanout: Fanout, owner: User) -> None:
    dead = Listener()
    dead.loop = asyncio.new_event_loop()
    dead.loop.close()
    dead.channels = {Subscription(user_id=owner.pk).channel}
    get_listener_manager().add_listener(dead)
    group = await Group(owner).join()
    await fanout.start()
    try:
        event = await commit(owner)
        fanout.notified()
        assert ids(await group.message()) == [event.pk]
    finally:
        get_listener_manager().remove_listener(dead)


async def test_a_broken_channel_layer_is_survived(
    fanout: Fanout, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer = get_channel_layer()
    group = await Group(owner).join()
    await fanout.start()
    broken = asyncio.Event()

    async def refuse(*_: Any) -> None:
        broken.set()
        raise ConnectionError("the layer is away")

    with monkeypatch.context() as patched:
        patched.setattr(layer, "group_send", refuse)
        lost = await commit(owner)
        fanout.notified()
        await asyncio.wait_for(broken.wait(), PATIENCE)
    event = await commit(owner)
    fanout.notified()
    message = await group.message()
    assert (ids(message), message["previous"]) == ([event.pk], lost.pk)


async def test_without_a_database_the_start_says_so() -> None:
    with pytest.raises(psycopg2.OperationalError):
        await Fanout("postgresql://nobody@127.0.0.1:1/none").start()


async def test_a_notice_before_the_start_and_a_stop_without_one_are_harmless() -> None:
    fanout = Fanout("postgresql://nobody@127.0.0.1:1/none")
    fanout.notified("")
    await fanout.stop()


def _cut_the_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE application_name = 'tradingbridge-event-fanout'"
        )
        assert cursor.fetchone() == (True,)


async def test_what_nobody_listened_to_is_skipped_and_seen_as_a_gap(
    fanout: Fanout, owner: User
) -> None:
    await fanout.start()
    unheard = await commit(owner)
    await asyncio.to_thread(fanout._tell_all)
    group = await Group(owner).join()
    heard = await commit(owner)
    fanout.notified()
    message = await group.message()
    assert (ids(message), message["previous"]) == ([heard.pk], unheard.pk)
