"""Exits beside sales that rest, and beside another strategy in the same account."""

from dataclasses import replace

import pytest

from exchanges.vocabulary import MarketType, OrderType, Side
from orders import causes
from orders.models import Order
from tests import worlds
from tests.bridges import Desk, RunningBridge, alert_for
from tests.orders.protection.conftest import Guarded
from tests.worlds import MARKETS

pytestmark = pytest.mark.usefixtures("unlinked")

CRYPTO, SECURITIES = MARKETS
MARGINED = (
    replace(CRYPTO, name="futures", market_type=MarketType.FUTURES),
    replace(SECURITIES, name="options", market_type=MarketType.DOMESTIC_FUTUREOPTION),
)


@pytest.fixture
def other(bridge: RunningBridge, desk: Desk) -> Desk:
    """Another strategy in the same account."""
    strategy = worlds.make_strategy(desk.owner, desk.market, group_name="test2")
    worlds.link(strategy, desk.accounts[0])
    bridge.runtime.routes.load()
    return replace(desk, strategy=strategy)


@pytest.mark.parametrize("is_exit", [False, True])
def test_a_sale_that_rests_leaves_exits_only_for_what_it_does_not_sell(
    bridge: RunningBridge, desk: Desk, armed: Guarded, is_exit: bool
) -> None:
    sale = _sell(bridge, desk, armed, 4, is_exit=is_exit)
    _covers(armed, 6)
    assert sale.status == "NEW"
    bridge.cancel(sale.pk)
    _covers(armed, 10)


@pytest.mark.parametrize("market", MARGINED, ids=lambda market: market.name)
def test_what_rests_is_trusted_to_the_venue_only_while_nobody_else_is_in_the_account(
    bridge: RunningBridge, desk: Desk, other: Desk, armed: Guarded
) -> None:
    _sell(bridge, desk, armed, 4, is_exit=True)
    _covers(armed, 10)
    bridge.execute(other.draft(order_type=OrderType.MARKET, price=None))
    _covers(armed, 6)
    bridge.execute(other.draft(side=Side.SELL, order_type=OrderType.MARKET, price=None))
    _covers(armed, 10)


def _sell(bridge: RunningBridge, desk: Desk, armed: Guarded, lots: int, *, is_exit: bool) -> Order:
    """A sale that rests; the pair is cancelled before it, as an alert does it."""
    sale = desk.draft(
        side=Side.SELL,
        order_type=OrderType.LIMIT,
        quantity=armed.lot * lots,
        reduce_only=is_exit,
        is_exit=is_exit,
    )
    cancels = {sale.account.id: [each.pk for each in armed.exits()]}

    async def sell() -> None:
        execution = await bridge.runtime.engine.execute(
            alert_for([sale]), [sale], cancels=cancels, cause=causes.of_exit(sale.receipt)
        )
        await execution.flights[0].done

    bridge.call(sell())
    return Order.objects.get(client_order_id=sale.client_order_id)


def _covers(armed: Guarded, lots: int) -> None:
    """Wait until all pairs together do, and nothing moves."""
    wanted = {"TAKE_PROFIT": lots, "STOP_LOSS": lots}
    armed.comes(lambda: _covered(armed) == wanted and not armed.in_motion())


def _covered(armed: Guarded) -> dict[str, int]:
    """The lots that rest for each role, of all pairs."""
    covered: dict[str, int] = {}
    for each in armed.exits():
        if each.status in {"NEW", "PARTIALLY_FILLED"}:
            lots = int((each.quantity - each.filled_quantity) / armed.lot)
            covered[each.role] = covered.get(each.role, 0) + lots
    return covered
