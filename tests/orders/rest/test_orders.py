"""`/api/orders/`: what it shows, and what it can be narrowed by."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.vocabulary import OrderStatus
from tests.orders.people import World, client_of
from tests.orders.rows import NOON, fill, make_alert, make_order, make_transition
from tests.worlds import make_account, make_strategy


def listed(client: Client, query: str = "") -> list[Any]:
    answer = client.get(f"/api/orders/{query}")
    assert answer.status_code == 200, answer.content
    results: list[Any] = answer.json()["results"]
    return results


def ids(rows: list[Any]) -> list[int]:
    return [row["id"] for row in rows]


def test_decimals_have_no_trailing_zeros_and_times_have_milliseconds(
    world: World, client: Client
) -> None:
    make_order(world.strategy, world.account, world.market, quantity=Decimal("10.50"))
    [row] = listed(client)
    assert row["quantity"] == "10.5"
    assert row["price"] == f"{world.market.price}"
    assert (row["filled_quantity"], row["average_price"]) == ("0", None)
    assert row["created_at"] == "2026-03-02T12:00:00.123Z"


def test_an_order_is_told_in_the_words_of_its_events(world: World, client: Client) -> None:
    order = make_order(world.strategy, world.account, world.market)
    [row] = listed(client)
    assert (row["id"], row["exchange_order_id"]) == (order.pk, order.exchange_order_id)
    assert (row["strategy"], row["receipt"]) == ("test1", order.alert.receipt)
    assert (row["account_id"], row["account_name"]) == (world.account.pk, "A1")
    assert row["error"] is None


@pytest.mark.parametrize(("language", "text"), [("ko", "최소 미달"), ("en", "Too small")])
def test_a_failure_is_told_in_the_readers_language(world: World, language: str, text: str) -> None:
    make_order(
        world.strategy,
        world.account,
        world.market,
        status=OrderStatus.FAILED.value,
        error_code="below_minimum",
        error_ko="최소 미달",
        error_en="Too small",
    )
    [row] = listed(client_of(world.owner, language=language))
    assert row["error"] == {"code": "below_minimum", "message": text}


def test_every_filter_keeps_what_it_names(world: World, client: Client) -> None:
    other_strategy = make_strategy(world.owner, world.market, group_name="second")
    other_account = make_account(world.owner, world.market.account_type, name="A2", exchange="KIS")
    wanted = make_order(
        other_strategy,
        other_account,
        world.market,
        symbol="ETH/USDT",
        side="SELL",
        status=OrderStatus.FILLED.value,
        market_type=world.market.other.value,
        created_at=NOON + timedelta(hours=1),
    )
    make_order(world.strategy, world.account, world.market)
    for query in (
        "strategy=second",
        f"account={other_account.pk}",
        "exchange=KIS",
        "exchange=kis",
        "symbol=ETH/USDT",
        "side=SELL",
        "status=FILLED",
        "status=FILLED,CANCELLED",
        f"market_type={world.market.other}",
        "since=2026-03-02T12:30:00Z",
        f"receipt={wanted.alert.receipt}",
        "search=eth",
        "search=A2",
        f"search={wanted.exchange_order_id}",
        f"search={wanted.client_order_id}",
    ):
        assert ids(listed(client, f"?{query}")) == [wanted.pk], query


def test_a_time_range_has_its_start_and_not_its_end(world: World, client: Client) -> None:
    order = make_order(world.strategy, world.account, world.market, created_at=NOON)
    assert ids(listed(client, "?since=2026-03-02T12:00:00.123Z")) == [order.pk]
    assert listed(client, "?until=2026-03-02T12:00:00.123Z") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("stratgy=test1", "stratgy"),
        ("status=OPEN", "status"),
        ("status=NEW,OPEN", "status"),
        ("side=long", "side"),
        ("account=A1", "account"),
        ("since=yesterday", "since"),
        ("ordering=error_en", "ordering"),
        ("page_size=0", "page_size"),
        ("page_size=501", "page_size"),
        ("page_size=٣", "page_size"),
        ("cursor=zzz", "cursor"),
        ("cursor=WzAsIngiLDFd", "cursor"),
    ],
)
def test_what_is_not_understood_is_refused_by_name(
    world: World, client: Client, query: str, field: str
) -> None:
    answer = client.get(f"/api/orders/?{query}")
    body = answer.json()
    assert (answer.status_code, body["success"]) == (400, False)
    assert body["error"]["field"].split(".")[0] == field


def test_open_orders_are_those_that_are_not_finished(world: World, client: Client) -> None:
    for status in (OrderStatus.FILLED, OrderStatus.REJECTED, OrderStatus.CANCELLED):
        make_order(world.strategy, world.account, world.market, status=status.value)
    unknown = make_order(
        world.strategy, world.account, world.market, status=OrderStatus.UNKNOWN.value
    )
    rows = client.get("/api/orders/open/?ordering=created_at").json()["results"]
    assert ids(rows) == [unknown.pk]


def test_one_order_comes_with_its_states_and_its_fills(world: World, client: Client) -> None:
    order = make_order(world.strategy, world.account, world.market)
    make_transition(order, "", "SUBMITTING", "CLAIMED")
    make_transition(order, "SUBMITTING", "FILLED", "FILLED")
    fill(order)
    shown = client.get(f"/api/orders/{order.pk}/").json()
    assert [each["to_status"] for each in shown["transitions"]] == ["SUBMITTING", "FILLED"]
    assert [each["price"] for each in shown["trades"]] == [f"{world.market.price}"]


@pytest.mark.parametrize("orders", [1, 20])
def test_a_page_costs_the_same_queries_however_long_it_is(
    world: World, client: Client, orders: int, django_assert_num_queries: Any
) -> None:
    alert = make_alert(world.strategy)
    for instruction in range(orders):
        make_order(
            world.strategy, world.account, world.market, alert=alert, instruction=instruction
        )
    with django_assert_num_queries(2):  # the token, and the page
        assert len(listed(client)) == orders


def test_orders_sort_by_what_is_safe_to_sort_by(world: World, client: Client) -> None:
    first = make_order(world.strategy, world.account, world.market, symbol="B")
    second = make_order(world.strategy, world.account, world.market, symbol="A")
    third = make_order(world.strategy, world.account, world.market, symbol="B")
    assert ids(listed(client)) == [third.pk, second.pk, first.pk]
    assert ids(listed(client, "?ordering=symbol")) == [second.pk, first.pk, third.pk]
    assert ids(listed(client, "?ordering=-symbol")) == [third.pk, first.pk, second.pk]
