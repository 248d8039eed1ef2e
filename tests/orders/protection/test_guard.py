"""Attached exits at a venue: placed as the entry fills, taken back with the position."""

from dataclasses import replace

import pytest

from exchanges.vocabulary import OrderType, Side
from orders import causes
from orders.models import Order, OrderEvent, Position
from orders.vocabulary import EventName, OrderRole
from tests.bridges import Desk, RunningBridge, alert_for
from tests.orders.protection.conftest import Guarded
from tests.venues import Act, ScriptedVenue

pytestmark = pytest.mark.usefixtures("unlinked")

TP, SL = OrderRole.TAKE_PROFIT, OrderRole.STOP_LOSS


def _told() -> list[str]:
    events = OrderEvent.objects.filter(name=EventName.BRIDGE_STATE.value).order_by("id")
    return [event.payload["kind"] for event in events]


def _close(bridge: RunningBridge, desk: Desk, lots: int) -> None:
    """An alert's exit at the market, which does not touch the attached exits."""
    bridge.execute(
        desk.draft(
            side=Side.SELL,
            order_type=OrderType.MARKET,
            price=None,
            quantity=desk.market.lot * lots,
            reduce_only=True,
            is_exit=True,
        )
    )


def test_both_exits_rest_once_the_entry_has_filled(armed: Guarded, desk: Desk) -> None:
    profit, stop = armed.exits()
    price = desk.market.price
    assert (profit.role, profit.order_type, profit.price) == (TP, "LIMIT", price + 1000)
    assert (stop.role, stop.order_type, stop.stop_price) == (SL, "STOP_MARKET", price - 1000)
    for exit_ in (profit, stop):
        assert (exit_.side, exit_.is_exit, exit_.reduce_only) == ("SELL", True, True)
        assert exit_.alert_id == armed.entry.alert_id
    assert (profit.linked_to, stop.linked_to) == (stop.client_order_id, profit.client_order_id)
    assert armed.protection.guarded == armed.entry.quantity


def test_an_entry_without_attached_exits_gets_none(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    bridge.execute(desk.draft(symbol="PLAIN", order_type=OrderType.MARKET, price=None))
    later = Guarded(bridge, desk, venue)
    later.fills()
    later.rests(10)
    assert not Order.objects.filter(symbol="PLAIN").exclude(role="").exists()


def test_the_stop_is_cancelled_when_profit_is_taken(armed: Guarded, venue: ScriptedVenue) -> None:
    profit, stop = armed.exits()
    venue.fill(profit.client_order_id)
    armed.comes(lambda: armed.has("ENDED"))
    stop.refresh_from_db()
    assert stop.status == "CANCELLED"
    assert Position.objects.get().quantity == 0


def test_profit_taking_is_cancelled_when_the_stop_trades(
    armed: Guarded, venue: ScriptedVenue
) -> None:
    profit, stop = armed.exits()
    venue.fill(stop.client_order_id)
    armed.comes(lambda: armed.has("ENDED"))
    profit.refresh_from_db()
    assert profit.status == "CANCELLED"
    assert Position.objects.get().quantity == 0


def test_an_entry_that_fills_in_parts_is_protected_in_parts(guarded: Guarded) -> None:
    guarded.fills(4)
    guarded.rests(4)
    guarded.fills(6)
    guarded.comes(lambda: len(guarded.exits()) == 4)
    guarded.comes(lambda: not guarded.in_motion())
    assert [int(e.quantity / guarded.lot) for e in guarded.exits()] == [4, 4, 6, 6]
    assert [e.leg for e in guarded.exits()] == [2, 3, 4, 5]


def test_what_filled_of_an_entry_that_was_cancelled_stays_protected(
    bridge: RunningBridge, guarded: Guarded
) -> None:
    guarded.fills(4)
    guarded.rests(4)
    bridge.cancel(guarded.entry.pk)
    guarded.comes(lambda: Order.objects.get(pk=guarded.entry.pk).status == "CANCELLED")
    assert guarded.standing() == {"TAKE_PROFIT": 4, "STOP_LOSS": 4}


def test_the_stop_shrinks_with_what_profit_taking_has_traded(
    armed: Guarded, venue: ScriptedVenue
) -> None:
    profit, _ = armed.exits()
    venue.fill(profit.client_order_id, armed.lot * 4)
    armed.rests(6)
    assert [e.status for e in armed.exits(SL)] == ["CANCELLED", "NEW"]
    assert len(armed.exits(TP)) == 1


def test_an_exit_of_all_of_it_takes_the_pair_back_for_good(
    bridge: RunningBridge, desk: Desk, armed: Guarded
) -> None:
    _close(bridge, desk, 10)
    armed.comes(lambda: armed.has("ENDED"))
    armed.rests(0)
    bridge.execute(desk.draft(order_type=OrderType.MARKET, price=None))
    other = Guarded(bridge, desk, armed.venue)
    other.fills()
    other.rests(10)
    assert len(armed.exits()) == 2


def test_an_exit_that_first_cancels_the_pair_leaves_nothing_behind(
    bridge: RunningBridge, desk: Desk, armed: Guarded
) -> None:
    ids = [e.pk for e in armed.exits()]
    closing = desk.draft(
        side=Side.SELL,
        order_type=OrderType.MARKET,
        price=None,
        reduce_only=True,
        is_exit=True,
    )
    cause = causes.of_exit(closing.receipt)

    async def exit_all() -> None:
        execution = await bridge.runtime.engine.execute(
            alert_for([closing]), [closing], cancels={closing.account.id: ids}, cause=cause
        )
        await execution.flights[0].done

    bridge.call(exit_all())
    armed.comes(lambda: armed.has("ENDED"))
    assert len(armed.exits()) == 2
    assert Position.objects.get().quantity == 0


def test_a_partial_exit_arms_the_rest_anew(
    bridge: RunningBridge, desk: Desk, armed: Guarded
) -> None:
    _close(bridge, desk, 4)
    armed.rests(6)
    assert armed.protection.released == armed.lot * 4


def test_exits_that_the_owner_cancels_stay_cancelled(bridge: RunningBridge, armed: Guarded) -> None:
    bridge.cancel(*(e.pk for e in armed.exits()))
    armed.comes(lambda: armed.has("ENDED"))
    assert len(armed.exits()) == 2
    assert Position.objects.get().quantity == armed.entry.quantity


def test_a_refused_exit_is_told_of_and_the_other_one_stays(
    guarded: Guarded, venue: ScriptedVenue
) -> None:
    venue.next(Act.REFUSE)
    guarded.fills()
    guarded.comes(lambda: guarded.has("BROKEN"))
    guarded.comes(lambda: not guarded.in_motion())
    assert guarded.standing() == {"STOP_LOSS": 10}
    assert guarded.protection.error_code == "insufficient_balance"
    assert guarded.protection.error_ko
    guarded.comes(lambda: _told() == ["protection_broken"])
    payload = OrderEvent.objects.get(name=EventName.BRIDGE_STATE.value).payload
    assert payload["error"]["code"] == "insufficient_balance"
    assert payload["receipt"] == guarded.entry.alert.receipt


def test_nothing_is_placed_for_an_exit_whose_outcome_is_unknown(
    guarded: Guarded, venue: ScriptedVenue
) -> None:
    venue.next(Act.TIME_OUT)
    guarded.fills()
    guarded.comes(lambda: guarded.standing() == {"STOP_LOSS": 10})
    guarded.comes(lambda: guarded.standing() == {"TAKE_PROFIT": 10, "STOP_LOSS": 10}, step=1)
    assert len(guarded.exits()) == 2
    assert venue.arrivals(guarded.exits(TP)[0].client_order_id) == 1


def test_an_exit_that_never_reached_the_venue_is_placed_again(
    guarded: Guarded, venue: ScriptedVenue
) -> None:
    venue.next(Act.VANISH)
    guarded.fills()
    guarded.comes(lambda: guarded.standing() == {"TAKE_PROFIT": 10, "STOP_LOSS": 10}, step=1)
    assert [e.status for e in guarded.exits(TP)] == ["REJECTED", "NEW"]
    assert guarded.protection.status == "ACTIVE"


def test_one_entry_that_fails_does_not_stop_the_others(
    bridge: RunningBridge, desk: Desk, guarded: Guarded, venue: ScriptedVenue
) -> None:
    price = desk.market.price
    other = desk.open_account("A2")
    bridge.wait_until(lambda: _is_routed(bridge, other.pk))
    venue.act(Act.HANG, account_id=desk.accounts[0].pk)
    guarded.fills()
    draft = desk.draft(other, take_profit=price + 1000, stop_loss=price - 1000)
    bridge.execute(replace(draft, order_type=OrderType.MARKET, price=None))
    bridge.wait_until(
        lambda: Order.objects.filter(account=other, status="NEW").exclude(role="").count() == 2
    )


def _is_routed(bridge: RunningBridge, account_id: int) -> bool:
    routes = bridge.runtime.routes.routes.strategies.values()
    return any(link.account.id == account_id for route in routes for link in route.links)
