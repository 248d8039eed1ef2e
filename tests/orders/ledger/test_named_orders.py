"""Which of a strategy's orders an id names."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exchanges.vocabulary import ReportStatus as R
from orders.journal import Journal
from orders.states import Event
from tests.orders.ledger.kit import Rows, World, change

NOBODY: frozenset[str] = frozenset()


async def _named(world: World, journal: Journal, **changes: Any) -> list[int]:
    question = {"created_before": datetime.now(UTC), **changes}
    strategy_id = question.pop("strategy_id", world.strategy_id)
    return [row.order_id for row in await journal.orders_named(strategy_id, **question)]


async def test_our_own_id_names_the_order(world: World, journal: Journal) -> None:
    order_id = await world.placed(journal)
    await world.placed(journal)
    assert await _named(world, journal, order_id=str(order_id)) == [order_id]


async def test_the_venues_id_names_every_order_that_has_it(world: World, journal: Journal) -> None:
    ids = [await world.placed(journal, account=account) for account in range(2)]
    for order_id in ids:
        report = world.report(R.NEW, exchange_order_id="0000117057")
        await journal.record(change(order_id, Event.ACCEPTED, report=report))
    assert await _named(world, journal, order_id="0000117057") == ids


async def test_our_own_id_comes_before_the_venues(world: World, journal: Journal) -> None:
    ours, theirs = await world.placed(journal), await world.placed(journal)
    report = world.report(R.NEW, exchange_order_id=str(ours))
    await journal.record(change(theirs, Event.ACCEPTED, report=report))
    assert await _named(world, journal, order_id=str(ours)) == [ours, theirs]


async def test_our_own_id_is_never_padded(world: World, journal: Journal) -> None:
    ours = await world.placed(journal)
    assert await _named(world, journal, order_id=f"0{ours}") == []


async def test_the_client_order_id_names_the_order_though_it_is_finished(
    world: World, journal: Journal, rows: Rows
) -> None:
    order_id = await world.placed(journal)
    await journal.record(change(order_id, Event.CANCELLED, report=world.report(R.CANCELLED)))
    name = rows.order(order_id, "client_order_id")
    (row,) = await journal.orders_named(
        world.strategy_id, client_order_id=name, created_before=datetime.now(UTC)
    )
    assert (row.order_id, row.status) == (order_id, "CANCELLED")


async def test_an_order_is_not_named_by_another_strategy_nor_before_it_was_made(
    world: World, journal: Journal
) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    name = str(await world.placed(journal))
    assert await _named(world, journal, order_id=name, strategy_id=world.strategy_id + 1) == []
    assert await _named(world, journal, order_id=name, created_before=before) == []


@pytest.mark.parametrize(
    "name", ["", "0", "-1", "9" * 19, "9" * 30, "9" * 5_000, "१", "a\x00b", "\ud800", "1.0", " 1"]
)
async def test_a_name_that_is_nobodys_names_nothing(
    world: World, journal: Journal, name: str
) -> None:
    await world.placed(journal)
    assert await _named(world, journal, order_id=name) == []
    assert await _named(world, journal, client_order_id=name) == []


async def test_an_order_is_named_by_one_id(world: World, journal: Journal) -> None:
    with pytest.raises(ValueError, match="one id"):
        await _named(world, journal)
    with pytest.raises(ValueError, match="one id"):
        await _named(world, journal, order_id="1", client_order_id="2")
