"""Whatever the caller does, an alert that arrived is carried out."""

import asyncio
import json
from decimal import Decimal

from orders.models import Alert, Order
from orders.vocabulary import OrderStatus
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks import intake


def hang_up(sender: Sender, *, after: int) -> None:
    """The caller is gone after so many turns of the loop."""

    async def call_and_leave() -> None:
        body = json.dumps(sender.order()).encode()
        call = asyncio.create_task(intake.receive(body, {}, "203.0.113.9"))
        for _ in range(after):
            await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait({call})

    sender.bridge.call(call_and_leave())


def carried_out() -> bool:
    statuses = list(Order.objects.values_list("status", flat=True))
    return statuses == [OrderStatus.NEW] * 2 and Alert.objects.get().answer is not None


def test_a_caller_that_hangs_up_at_once_stops_nothing(sender: Sender, venue: ScriptedVenue) -> None:
    hang_up(sender, after=1)
    sender.bridge.wait_until(carried_out)
    assert len(venue.book) == 2


def test_a_caller_that_hangs_up_before_the_commit_stops_nothing(
    sender: Sender, venue: ScriptedVenue
) -> None:
    hang_up(sender, after=4)
    sender.bridge.wait_until(carried_out)
    assert len(venue.book) == 2


def test_a_caller_that_hangs_up_while_the_venue_is_asked_stops_nothing(
    sender: Sender, venue: ScriptedVenue
) -> None:
    type(sender.desk.strategy).objects.update(answer_within=Decimal(30))
    sender.settle()
    venue.act(Act.HANG, symbol=sender.desk.market.symbol)

    async def call_and_leave() -> None:
        arrived = asyncio.Event()
        venue.on_arrival = lambda _: arrived.set()
        body = json.dumps(sender.order()).encode()
        call = asyncio.create_task(intake.receive(body, {}, "203.0.113.9"))
        await arrived.wait()
        call.cancel()
        await asyncio.wait({call})

    sender.bridge.call(call_and_leave())
    venue.release()
    sender.bridge.wait_until(carried_out)
