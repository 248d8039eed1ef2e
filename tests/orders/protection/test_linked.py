"""Where the venue itself keeps the exits of a pair in step, the guard leaves them to it."""

from exchanges.vocabulary import Side
from orders.models import Position
from orders.vocabulary import OrderRole
from tests.bridges import Desk, RunningBridge
from tests.orders.protection.conftest import Guarded
from tests.venues import ScriptedVenue

TP, SL = OrderRole.TAKE_PROFIT, OrderRole.STOP_LOSS


def test_the_venue_is_told_of_the_pair_and_cancels_one_by_itself(
    armed: Guarded, venue: ScriptedVenue
) -> None:
    profit, stop = armed.exits()
    sent = {a.request.client_order_id: a.request.linked_to for a in venue.book}
    assert sent[profit.client_order_id] == stop.client_order_id
    venue.fill(profit.client_order_id)
    armed.comes(lambda: armed.has("ENDED"))
    armed.comes(lambda: not armed.standing(), step=1)
    assert Position.objects.get().quantity == 0


def test_what_profit_taking_has_traded_needs_no_new_stop(
    bridge: RunningBridge, armed: Guarded, venue: ScriptedVenue
) -> None:
    profit, _ = armed.exits()
    venue.fill(profit.client_order_id, armed.lot * 4)
    armed.comes(lambda: armed.protection.guarded == armed.lot * 6)
    assert len(armed.exits()) == 2
    assert not venue.cancels


def test_a_partial_exit_replaces_the_pair_as_a_whole(
    bridge: RunningBridge, desk: Desk, armed: Guarded
) -> None:
    bridge.execute(
        desk.draft(side=Side.SELL, quantity=armed.lot * 4, reduce_only=True, is_exit=True)
    )
    closing = armed.entry.strategy.orders.latest("id")
    armed.venue.fill(closing.client_order_id)
    armed.rests(6)
    assert [exit_.leg for exit_ in armed.exits()] == [2, 3, 4, 5]
