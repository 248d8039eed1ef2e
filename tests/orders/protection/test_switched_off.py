"""A switch that is off keeps exits back, and nothing is lost by it."""

import pytest
from django.db.models import Model

from orders.models import Order, OrderEvent
from orders.vocabulary import EventName
from strategies.models import Account, Strategy, StrategyAccount
from tests.bridges import RunningBridge
from tests.orders.protection.conftest import Guarded
from tests.venues import Act, ScriptedVenue

pytestmark = pytest.mark.usefixtures("unlinked")


def _switch(bridge: RunningBridge, what: type[Model], *, on: bool) -> None:
    what._default_manager.update(is_active=on)
    bridge.runtime.routes.load()


@pytest.mark.parametrize("what", [Strategy, Account, StrategyAccount])
def test_a_fill_while_it_is_off_is_protected_once_it_is_on_again(
    bridge: RunningBridge, guarded: Guarded, what: type[Model]
) -> None:
    _switch(bridge, what, on=False)
    guarded.fills()
    guarded.comes(lambda: guarded.has("BROKEN"))
    assert guarded.protection.error_code == "exit_waits_for_switch"
    assert guarded.protection.guarded == guarded.entry.quantity
    assert not guarded.exits()
    _switch(bridge, what, on=True)
    wanted = {"TAKE_PROFIT": 10, "STOP_LOSS": 10}
    guarded.comes(lambda: guarded.standing() == wanted, step=1)
    assert (guarded.protection.status, guarded.protection.error_code) == ("ACTIVE", "")
    assert len(guarded.exits()) == 2


def test_its_owner_is_told_once_that_nothing_is_placed(
    bridge: RunningBridge, guarded: Guarded
) -> None:
    _switch(bridge, Strategy, on=False)
    guarded.fills()
    guarded.comes(lambda: guarded.has("BROKEN"))
    _switch(bridge, Strategy, on=True)
    guarded.comes(lambda: guarded.has("ACTIVE"), step=1)
    guarded.rests(10)
    told = OrderEvent.objects.filter(name=EventName.BRIDGE_STATE.value)
    assert [each.payload["error"]["code"] for each in told] == ["exit_waits_for_switch"]


def test_an_exit_that_a_switch_stopped_on_its_way_is_placed_again(
    bridge: RunningBridge, guarded: Guarded, venue: ScriptedVenue
) -> None:
    """The second of the pair waits in its lane while the first one is being sent."""
    venue.next(Act.HANG)
    guarded.fills()
    guarded.comes(lambda: Order.objects.filter(role="TAKE_PROFIT", status="SUBMITTING").exists())
    venue.wait_for(lambda v: len(v.book) == 2)
    _switch(bridge, Strategy, on=False)
    venue.release()
    guarded.comes(lambda: "account_switched_off" in {e.error_code for e in guarded.exits()})
    guarded.comes(lambda: guarded.has("BROKEN"), step=1)
    _switch(bridge, Strategy, on=True)
    wanted = {"TAKE_PROFIT": 10, "STOP_LOSS": 10}
    guarded.comes(lambda: guarded.standing() == wanted, step=1)
    assert guarded.protection.status == "ACTIVE"
