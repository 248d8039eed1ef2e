"""The ledger of a strategy, for a crypto and for a securities account."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio

from orders.journal import Journal
from tests.orders.ledger.kit import Ledger, MakeJournal, Rows, World, make_world
from tests.worlds import Market


@pytest.fixture
def world(market: Market, transactional_db: None) -> World:
    return make_world(market)


@pytest.fixture
def rows(world: World) -> Iterator[Rows]:
    rows = Rows(world.dsn)
    yield rows
    rows.connection.close()


@pytest.fixture
def ledger(rows: Rows) -> Ledger:
    return Ledger(rows)


@pytest_asyncio.fixture
async def journal(world: World) -> AsyncIterator[Journal]:
    journal = Journal(world.dsn, 7)
    await journal.start()
    yield journal
    await journal.stop()


@pytest_asyncio.fixture
async def make_journal(world: World) -> AsyncIterator[MakeJournal]:
    """Journals with options of their own. Ask for `rows` after it: it may hold locks."""
    made: list[Journal] = []

    async def make(process_id: int = 7, **options: Any) -> Journal:
        made.append(Journal(world.dsn, process_id, **options))
        await made[-1].start()
        return made[-1]

    yield make
    for journal in made:
        await journal.stop()


@pytest.fixture
def order_id(world: World, rows: Rows) -> int:
    """An order that is being sent; nothing of its birth is left in the stream."""

    async def place() -> int:
        journal = Journal(world.dsn, 7)
        await journal.start()
        try:
            return await world.placed(journal)
        finally:
            await journal.stop()

    order_id = asyncio.run(place())
    rows.run("DELETE FROM orders_orderevent")
    return order_id
