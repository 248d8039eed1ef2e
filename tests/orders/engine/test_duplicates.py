"""A copy of an alert is found by the one commit, and then nothing of it happens."""

from dataclasses import replace
from typing import Any

import pytest

from orders.drafts import AlertDraft, AlertKeyDraft, OrderDraft
from orders.journal import DuplicateAlert
from orders.models import Alert, Order
from orders.vocabulary import OrderStatus
from tests.bridges import Desk, RunningBridge, alert_for
from tests.venues import ScriptedVenue

KEY = AlertKeyDraft(digest="d" * 64, expires_at=None)


def _keyed(draft: OrderDraft) -> AlertDraft:
    return replace(alert_for([draft]), key=KEY)


def _execute(bridge: RunningBridge, draft: OrderDraft, *more: Any) -> Any:
    return bridge.call(bridge.runtime.engine.execute(_keyed(draft), [draft], *more))


def test_a_copy_names_the_first_and_makes_no_order(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    first, copy = desk.draft(), desk.draft()
    bridge.landed(_execute(bridge, first).flights)
    with pytest.raises(DuplicateAlert) as duplicate:
        _execute(bridge, copy)
    assert duplicate.value.receipt == first.receipt
    assert (len(venue.book), Order.objects.count()) == (1, 1)
    assert not Alert.objects.filter(receipt=copy.receipt).exists()


def test_a_copy_cancels_nothing(bridge: RunningBridge, desk: Desk, venue: ScriptedVenue) -> None:
    (resting,) = bridge.landed(_execute(bridge, desk.draft()).flights)
    cancels = {desk.accounts[0].pk: [resting.order_id]}
    with pytest.raises(DuplicateAlert):
        _execute(bridge, desk.draft(), None, cancels, "alert")
    bridge.wait_until(lambda: bridge.runtime.engine.is_idle)
    assert venue.cancels == []


def test_a_copy_leaves_its_places(bridge: RunningBridge, desk: Desk) -> None:
    bridge.landed(_execute(bridge, desk.draft()).flights)

    async def with_turns() -> None:
        copy = desk.draft()
        engine = bridge.runtime.engine
        with engine.queue([copy.account.id]) as turns:
            await engine.execute(_keyed(copy), [copy], turns)

    with pytest.raises(DuplicateAlert):
        bridge.call(with_turns())
    (flight,) = bridge.execute(desk.draft())
    assert flight.status is OrderStatus.NEW
