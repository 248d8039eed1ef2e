"""Two bridges on one database receive the same alert at the same instant."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.orders.ledger.keys import digest
from tests.orders.ledger.kit import Rows, World
from tests.orders.ledger.two_processes import Round

ROOT = Path(__file__).resolve().parents[3]
ROUNDS = 60
AHEAD = 0.02
PATIENCE = 10.0
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'tradingbridge-journal-writer' AND wait_event_type = 'Lock'
  AND datname = current_database()
"""


class Bridge:
    """Another process with a journal of its own."""

    def __init__(self, world: World, number: int) -> None:
        self.number = number
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.orders.ledger.two_processes", world.dsn, str(number)],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "tradingbridge.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def take(self, each: Round) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(each.line())
        self._process.stdin.flush()

    def says(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline() or '"died"')

    def stop(self) -> None:
        self._process.communicate(timeout=20)


@pytest.fixture
def bridges(world: World) -> Iterator[list[Bridge]]:
    bridges = [Bridge(world, number) for number in (1, 2)]
    assert [bridge.says() for bridge in bridges] == ["ready", "ready"]
    yield bridges
    for bridge in bridges:
        bridge.stop()


def test_of_two_processes_one_stores_the_alert_and_the_other_learns_its_receipt(
    world: World, bridges: list[Bridge], rows: Rows
) -> None:
    winners = []
    for number in range(ROUNDS):
        at = time.time() + AHEAD
        for bridge in bridges:
            bridge.take(_round(world, bridge, number, at))
        answers = [bridge.says() for bridge in bridges]
        stored = [answer["mine"] for answer in answers if answer["mine"] == answer["first"]]
        assert len(stored) == 1
        assert [answer["first"] for answer in answers] == stored * 2
        winners += stored
    assert rows.all("SELECT receipt FROM orders_alert ORDER BY id") == winners
    assert rows.all("SELECT receipt FROM orders_alertkey ORDER BY id") == winners
    assert rows.one("SELECT count(*) FROM orders_order") == ROUNDS


def _round(world: World, bridge: Bridge, number: int, at: float) -> Round:
    return Round(
        receipt=f"01R{bridge.number}{number:022d}",
        strategy_id=world.strategy_id,
        owner_id=world.owner_id,
        account_id=world.accounts[0].id,
        market_type=world.market.market_type.value,
        symbol=world.market.symbol,
        digest=digest(str(number)),
        at=at,
    )


def test_both_processes_waiting_for_the_same_key_still_make_one_set_of_orders(
    world: World, bridges: list[Bridge], rows: Rows
) -> None:
    """A third holds the key and gives it up: what was rolled back burns nothing."""
    winners = []
    for number in range(10):
        rows.run("BEGIN")
        rows.run(
            "INSERT INTO orders_alertkey (strategy_id, digest, receipt) VALUES (%s, %s, 'nobody')",
            world.strategy_id,
            digest(str(number)),
        )
        for bridge in bridges:
            bridge.take(_round(world, bridge, number, 0.0))
        _wait_for_both(rows)
        rows.run("ROLLBACK")
        answers = [bridge.says() for bridge in bridges]
        stored = [answer["mine"] for answer in answers if answer["mine"] == answer["first"]]
        assert len(stored) == 1
        assert [answer["first"] for answer in answers] == stored * 2
        winners += stored
    assert rows.all("SELECT receipt FROM orders_alert ORDER BY id") == winners
    assert rows.one("SELECT count(*) FROM orders_order") == 10


def _wait_for_both(rows: Rows) -> None:
    until = time.monotonic() + PATIENCE
    while rows.one(WAITING) < 2:
        assert time.monotonic() < until
        rows.run("SELECT pg_stat_clear_snapshot()")
