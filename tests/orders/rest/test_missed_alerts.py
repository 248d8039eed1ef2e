"""Missed alerts over REST: seen and reviewed by their strategy's owner."""

from typing import Any

import pytest
from django.test import Client

from orders.models import MissedAlert
from strategies.models import Strategy
from tests.orders.people import World, client_of, make_world
from tests.orders.rest.test_export import exported
from tests.orders.rows import NOON
from tests.worlds import Market

PATH = "/api/missed-alerts/"


def make_missed(strategy: Strategy, **changes: Any) -> MissedAlert:
    fields: dict[str, Any] = {
        "strategy": strategy,
        "market_type": strategy.market_type,
        "symbol": "BTC/USDT",
        "expected": "LONG",
        "told": "FLAT",
        "last_receipt": "R1",
        "receipt": "R2",
        "detected_at": NOON,
    }
    return MissedAlert.objects.create(**fields | changes)


@pytest.fixture
def missed(world: World) -> MissedAlert:
    return make_missed(world.strategy)


def review(client: Client, row: MissedAlert) -> Any:
    return client.post(f"{PATH}{row.pk}/review/")


def test_a_missed_alert_is_shown_to_its_owner(
    world: World, client: Client, missed: MissedAlert
) -> None:
    (row,) = client.get(PATH).json()["results"]
    assert row == {
        "id": missed.pk,
        "strategy": "test1",
        "market_type": world.strategy.market_type,
        "symbol": "BTC/USDT",
        "expected": "LONG",
        "told": "FLAT",
        "last_receipt": "R1",
        "receipt": "R2",
        "detected_at": "2026-03-02T12:00:00.123Z",
        "reviewed_at": None,
        "reviewed_by": None,
    }


def test_it_is_nobody_elses(world: World, missed: MissedAlert) -> None:
    for other in (world.mate, world.stranger):
        assert client_of(other).get(PATH).json()["results"] == []
        assert review(client_of(other), missed).status_code == 404
    assert review(client_of(None), missed).status_code == 401
    missed.refresh_from_db()
    assert missed.reviewed_at is None


def test_a_review_says_who_and_when(world: World, client: Client, missed: MissedAlert) -> None:
    answer = review(client, missed)
    missed.refresh_from_db()
    assert answer.status_code == 200
    assert missed.reviewed_at is not None
    assert missed.reviewed_by == world.owner
    assert (answer.json()["reviewed_by"], answer.json()["id"]) == ("owner", missed.pk)
    assert answer.json()["reviewed_at"] is not None


def test_the_first_review_is_kept(world: World, client: Client) -> None:
    missed = make_missed(world.strategy, reviewed_at=NOON, reviewed_by=world.mate)
    assert review(client, missed).json()["reviewed_by"] == "mate"
    missed.refresh_from_db()
    assert missed.reviewed_at == NOON


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("reviewed=false", 1),
        ("reviewed=true", 0),
        ("strategy=test1", 1),
        ("strategy=mates", 0),
        ("symbol=BTC/USDT", 1),
        ("symbol=ETH/USDT", 0),
        ("receipt=R2", 1),
        ("since=2026-03-02T12:00:01Z", 0),
        ("until=2026-03-02T12:00:01Z", 1),
    ],
)
def test_the_list_is_narrowed(client: Client, missed: MissedAlert, query: str, count: int) -> None:
    assert len(client.get(f"{PATH}?{query}").json()["results"]) == count


def test_a_misspelt_filter_is_refused(client: Client, missed: MissedAlert) -> None:
    answer = client.get(f"{PATH}?reviewd=false")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unknown_parameter")


def test_the_list_is_a_file_too(transactional_db: None, market: Market) -> None:
    world = make_world(market)
    make_missed(world.strategy, reviewed_by=world.owner, reviewed_at=NOON)
    (row,) = exported(world.owner, f"{PATH}?format=csv")
    assert (row["strategy"], row["receipt"], row["reviewed_by"]) == ("test1", "R2", "owner")
    assert exported(world.mate, f"{PATH}?format=csv") == []
