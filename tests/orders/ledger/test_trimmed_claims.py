"""An exit that had to wait is trimmed in the commit that claims it."""

import asyncio
from decimal import Decimal

import pytest

from orders.journal import Journal
from orders.wire import decimal_text
from tests.orders.ledger.kit import Rows, World

NOBODY: frozenset[str] = frozenset()
CAUSE = "SELECT cause FROM orders_ordertransition WHERE order_id = %s AND event = 'CLAIMED'"


async def _waiting(world: World, journal: Journal, count: int = 1) -> tuple[int, ...]:
    """Orders of ten lots."""
    alert = world.alert()
    drafts = [world.draft(alert, instruction=n) for n in range(count)]
    return (await journal.write_ahead(alert, drafts, NOBODY)).order_ids


async def test_the_quantity_is_written_with_the_claim_and_its_trail_says_so(
    world: World, journal: Journal, rows: Rows
) -> None:
    (order_id,) = await _waiting(world, journal)
    lot = world.market.lot
    assert await journal.claim([order_id], {order_id: lot * 3}) == {order_id}
    assert rows.order(order_id, "status, quantity") == ("SUBMITTING", lot * 3)
    before, after = decimal_text(lot * 10), decimal_text(lot * 3)
    assert rows.one(CAUSE, order_id) == f"trimmed from {before} to {after}"


async def test_an_order_is_never_enlarged(world: World, journal: Journal, rows: Rows) -> None:
    (order_id,) = await _waiting(world, journal)
    await journal.claim([order_id], {order_id: world.market.lot * 11})
    assert rows.order(order_id, "quantity") == world.market.lot * 10
    assert rows.one(CAUSE, order_id) == ""


async def test_only_the_named_orders_are_trimmed(
    world: World, journal: Journal, rows: Rows
) -> None:
    first, second = await _waiting(world, journal, 2)
    lot = world.market.lot
    await journal.claim([first, second], {second: lot})
    assert rows.order(first, "quantity") == lot * 10
    assert rows.order(second, "quantity") == lot


async def test_an_order_that_somebody_else_took_is_not_trimmed(
    world: World, journal: Journal, rows: Rows
) -> None:
    (order_id,) = await _waiting(world, journal)
    await journal.claim([order_id])
    assert await journal.claim([order_id], {order_id: world.market.lot}) == set()
    assert rows.order(order_id, "quantity") == world.market.lot * 10


async def test_of_two_claims_at_once_the_one_that_gets_the_order_trims_it(
    world: World, journal: Journal, rows: Rows
) -> None:
    (order_id,) = await _waiting(world, journal)
    lot = world.market.lot
    claims = await asyncio.gather(
        *(journal.claim([order_id], {order_id: lot * n}) for n in range(1, 6))
    )
    winner = claims.index(frozenset({order_id})) + 1
    assert rows.order(order_id, "quantity") == lot * winner


async def test_an_order_cannot_be_trimmed_to_nothing(world: World, journal: Journal) -> None:
    (order_id,) = await _waiting(world, journal)
    with pytest.raises(ValueError, match="nothing"):
        await journal.claim([order_id], {order_id: Decimal(0)})
