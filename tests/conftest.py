"""What every test may ask for."""

from collections.abc import Iterator

import pytest
from django.core.management.commands import flush
from django.db import connection, connections
from django.test import override_settings

from tests.worlds import MARKETS, Market

_LONGEST = (
    "tests/scenario/",
    "tests/tradingbridge/house/",
    "tests/webhooks/test_random_batches.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, so that none of them is left over when the others are done."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


@pytest.fixture(params=MARKETS, ids=lambda market: market.name)
def market(request: pytest.FixtureRequest) -> Market:
    """The same test for a crypto account and for a securities account."""
    market: Market = request.param
    return market


@pytest.fixture(autouse=True)
def _no_connection_outlives_its_test() -> Iterator[None]:
    yield
    connections.close_all()


_MADE_BY_MIGRATIONS = {"django_content_type", "auth_permission"}
_EMPTY_WHAT_IS_FULL = """
DO $$
DECLARE name text; is_full boolean;
BEGIN
  FOREACH name IN ARRAY ARRAY[{tables}] LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO is_full;
    IF is_full THEN EXECUTE format('DELETE FROM %I', name); END IF;
  END LOOP;
END
$$
"""


@pytest.fixture(autouse=True, scope="session")
def _tables_are_emptied_quickly() -> Iterator[None]:
    """TRUNCATE makes new files for every table and index, also of those that are empty. What the
    migrations put there stays, so that it need not be made again after each test.
    """

    def sql_flush(_style: object, tables: list[str], **_options: object) -> list[str]:
        names = ", ".join(f"'{name}'" for name in tables if name not in _MADE_BY_MIGRATIONS)
        return [_EMPTY_WHAT_IS_FULL.format(tables=names)] if tables else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection.ops, "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_args, **_options: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _passwords_are_hashed_quickly() -> Iterator[None]:
    """The real hash takes half a second by design, and every world has users."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True, scope="session")
def _static_files_are_looked_for_when_they_are_asked_for() -> Iterator[None]:
    """Each test client has middleware of its own, and listing two hundred files takes it 50 ms."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield
