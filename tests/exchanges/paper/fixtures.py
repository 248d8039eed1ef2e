"""Fixtures of the paper venue, for the folders that trade on it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.exchanges.paper.worlds import PaperVenue, forget_everything, fresh_database


@pytest.fixture(scope="session")
def paper_database() -> Iterator[str]:
    with fresh_database() as url:
        yield url


@pytest.fixture
async def venue(paper_database: str) -> AsyncIterator[PaperVenue]:
    forget_everything(paper_database)
    opened = PaperVenue(paper_database)
    yield opened
    await opened.close()
