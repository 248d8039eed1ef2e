"""A runtime that only looks: it has routes, ledger and adapters, and touches nothing."""

from exchanges.vocabulary import OrderType
from orders.models import Order
from orders.runtime import Runtime
from tests.bridges import Desk, RunningBridge
from tests.dsn import test_dsn
from tests.venues import ScriptedVenue


async def _looked(desk: Desk) -> tuple[bool, bool, object]:
    runtime = Runtime(test_dsn())
    await runtime.start_reading()
    try:
        account = desk.draft().account
        exchange = await runtime.exchanges.of(account)
        listed = await exchange.instrument(desk.market.market_type, desk.market.symbol)
        positions = await runtime.journal.positions(
            desk.strategy.pk, [account.id], desk.market.market_type, desk.market.symbol
        )
        is_routed = desk.strategy.group_name in runtime.routes.routes.strategies
        return is_routed, listed.symbol == desk.market.symbol, positions[account.id]
    finally:
        await runtime.stop()


def test_it_has_routes_the_ledger_and_adapters(
    bridge: RunningBridge, desk: Desk, venue: ScriptedVenue
) -> None:
    bridge.execute(desk.draft(order_type=OrderType.MARKET, price=None))
    is_routed, is_listed, position = bridge.call(_looked(desk))
    assert is_routed
    assert is_listed
    assert position == desk.market.lot * 10


def test_it_takes_up_nothing_that_waits(desk: Desk, venue: ScriptedVenue) -> None:
    first = RunningBridge(test_dsn()).start()
    draft = desk.draft()
    first.execute(draft)
    first.stop()
    Order.objects.update(status="PENDING", claimed_by=1)
    second = RunningBridge(test_dsn())
    try:
        second.call(_looked(desk))
    finally:
        second._end()
    assert Order.objects.get().status == "PENDING"
    assert venue.arrivals(draft.client_order_id) == 1
