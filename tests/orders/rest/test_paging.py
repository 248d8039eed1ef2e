"""Cursor pages: nothing is shown twice and nothing left out, whatever is added meanwhile."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from orders.models import Order
from orders.rest.paging import Cursor
from tests.orders.people import World
from tests.orders.rows import NOON, make_alert, make_order


def make_orders(world: World, count: int, **changes: Any) -> list[Order]:
    alert = make_alert(world.strategy)
    return [
        make_order(
            world.strategy, world.account, world.market, alert=alert, instruction=i, **changes
        )
        for i in range(count)
    ]


def page(client: Client, url: str) -> dict[str, Any]:
    answer = client.get(url)
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def walk(client: Client, url: str, *, way: str = "next") -> list[int]:
    """The ids of all pages from here on."""
    found = []
    following: str | None = url
    while following:
        body = page(client, following)
        found += [row["id"] for row in body["results"]]
        following = body[way]
    return found


@pytest.mark.parametrize("ordering", ["-id", "id", "created_at", "-updated_at", "-status"])
def test_pages_together_are_the_whole_list(world: World, client: Client, ordering: str) -> None:
    """Equal times are told apart by the id, so no row falls between two pages."""
    orders = make_orders(world, 7)
    make_orders(world, 2, created_at=NOON + timedelta(days=1), updated_at=NOON)
    found = walk(client, f"/api/orders/?page_size=2&ordering={ordering}")
    assert len(found) == len(set(found)) == 9
    assert {order.pk for order in orders} <= set(found)


def test_the_way_back_shows_the_same_pages(world: World, client: Client) -> None:
    make_orders(world, 5)
    first = page(client, "/api/orders/?page_size=2")
    second = page(client, first["next"])
    third = page(client, second["next"])
    assert first["previous"] is None
    assert third["next"] is None
    assert page(client, third["previous"])["results"] == second["results"]
    again = page(client, page(client, third["previous"])["previous"])
    assert again["results"] == first["results"]
    assert again["previous"] is None


def test_rows_added_meanwhile_shift_nothing(world: World, client: Client) -> None:
    orders = make_orders(world, 4)
    first = page(client, "/api/orders/?page_size=2")
    make_orders(world, 3)
    rest = walk(client, first["next"])
    assert rest == [orders[1].pk, orders[0].pk]


def test_what_is_new_is_found_by_going_back_from_the_first_page(
    world: World, client: Client
) -> None:
    make_orders(world, 3)
    second = page(client, page(client, "/api/orders/?page_size=2")["next"])
    newer = make_orders(world, 1)[0]
    back = walk(client, second["previous"], way="previous")
    assert newer.pk in back


def test_a_filter_goes_on_to_the_next_page(world: World, client: Client) -> None:
    make_orders(world, 3, symbol="KEPT")
    make_orders(world, 3, symbol="LEFT")
    assert len(walk(client, "/api/orders/?page_size=1&symbol=KEPT")) == 3


def test_an_empty_list_has_no_other_pages(world: World, client: Client) -> None:
    assert page(client, "/api/orders/") == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("row_id", [10**30, -(10**30)])
def test_a_cursor_beyond_all_ids_is_harmless(world: World, client: Client, row_id: int) -> None:
    make_orders(world, 1)
    cursor = Cursor(back=False, value=str(row_id), row_id=row_id).text
    assert client.get(f"/api/orders/?cursor={cursor}").status_code in (200, 400)


@pytest.mark.parametrize(
    ("ordering", "value"),
    [
        ("symbol", "\0"),
        ("symbol", "\ud800"),
        ("status", "NEW\0"),
        ("quantity", "1e999999999"),
        ("quantity", "1e-999999999"),
        ("quantity", "NaN"),
        ("quantity", "sNaN"),
        ("quantity", "Infinity"),
        ("created_at", "\0"),
        ("created_at", "0001-01-01T00:00:00+23:59"),
        ("created_at", "9999-12-31T23:59:59-23:59"),
        ("id", "9" * 5000),
    ],
)
def test_a_cursor_that_we_never_wrote_is_refused(
    world: World, client: Client, ordering: str, value: str
) -> None:
    make_orders(world, 1)
    cursor = Cursor(back=False, value=value, row_id=1).text
    answer = client.get(f"/api/orders/?ordering={ordering}&cursor={cursor}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"]["code"] == "invalid_cursor"


@pytest.mark.parametrize(
    "place", ["[0, 1, 1]", '[0, "1", 1e999999999]', '[0, "1", 1.5]', "{}", "9"]
)
def test_a_cursor_of_another_form_is_refused(world: World, client: Client, place: str) -> None:
    cursor = base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")
    answer = client.get(f"/api/orders/?cursor={cursor}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_cursor")
