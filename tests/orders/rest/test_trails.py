"""Alerts, receipts, trades and positions as REST shows them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from exchanges.vocabulary import Side
from orders.rest.trails import slippage_of
from orders.vocabulary import AlertStatus
from tests.orders.people import World
from tests.orders.rows import NOON, fill, hold, make_alert, make_order, make_transition


def listed(client: Client, path: str) -> list[Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    results: list[Any] = answer.json()["results"]
    return results


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_receipt_is_the_whole_trail(world: World, client: Client, slash: str) -> None:
    alert = make_alert(world.strategy, warnings=["unknown field: foo"])
    order = make_order(world.strategy, world.account, world.market, alert=alert)
    make_transition(order, "", "SUBMITTING", "CLAIMED")
    fill(order, price=world.market.price * 2)
    trail = client.get(f"/api/receipts/{alert.receipt}{slash}").json()
    assert (trail["receipt"], trail["strategy"]) == (alert.receipt, "test1")
    assert (trail["body"], trail["warnings"]) == (alert.body, ["unknown field: foo"])
    assert trail["received_at"] == "2026-03-02T12:00:00.123Z"
    assert trail["fired_at"] == "2026-03-02T12:00:00.000Z"
    [shown] = trail["orders"]
    assert [each["event"] for each in shown["transitions"]] == ["CLAIMED"]
    assert len(shown["trades"]) == 1
    assert shown["first_filled_at"] == "2026-03-02T12:00:00.183Z"
    assert shown["slippage"]["percent"] == "100"


def test_a_receipt_costs_the_same_queries_however_many_orders_it_made(
    world: World, client: Client, django_assert_num_queries: Any
) -> None:
    alert = make_alert(world.strategy)
    for instruction in range(10):
        order = make_order(
            world.strategy, world.account, world.market, alert=alert, instruction=instruction
        )
        fill(order)
    # Token, alert, orders, transitions, trades; cancels, duplicates, what was missed.
    with django_assert_num_queries(8):
        trail = client.get(f"/api/receipts/{alert.receipt}").json()
    assert len(trail["orders"]) == 10


@pytest.mark.parametrize(
    ("side", "average", "price", "percent"),
    [
        (Side.BUY, "101", "1", "1"),
        (Side.BUY, "99", "-1", "-1"),
        (Side.SELL, "99", "1", "1"),
        (Side.BUY, "100.000001", "0.000001", "0.000001"),
        (Side.BUY, "100", "0", "0"),
    ],
)
def test_slippage_is_positive_when_the_price_was_worse(
    world: World, side: Side, average: str, price: str, percent: str
) -> None:
    order = make_order(
        world.strategy,
        world.account,
        world.market,
        side=side.value,
        reference_price=Decimal(100),
        filled_quantity=Decimal(1),
        average_price=Decimal(average),
    )
    slippage = slippage_of(order)
    assert slippage is not None
    assert (slippage["price"], slippage["percent"]) == (price, percent)


def test_there_is_no_slippage_before_a_fill_or_without_a_price(world: World) -> None:
    order = make_order(world.strategy, world.account, world.market)
    assert slippage_of(order) is None
    order.filled_quantity, order.average_price = Decimal(1), Decimal(5)
    order.reference_price = None
    assert slippage_of(order) is None


def test_a_refused_alert_says_why(world: World, client: Client) -> None:
    alert = make_alert(
        world.strategy,
        status=AlertStatus.REJECTED.value,
        http_status=422,
        error_code="missing_field",
        error_message="Missing required field: side",
        error_field="side",
    )
    [row] = listed(client, "/api/alerts/?status=REJECTED&error_code=missing_field")
    assert row["error"] == {
        "code": "missing_field",
        "message": "Missing required field: side",
        "field": "side",
    }
    assert client.get(f"/api/alerts/{alert.pk}/").json()["body"] == alert.body


def test_an_alert_of_nobodys_strategy_is_shown_to_nobody(world: World, client: Client) -> None:
    alert = make_alert(None)
    assert listed(client, "/api/alerts/") == []
    assert client.get(f"/api/receipts/{alert.receipt}").status_code == 404


def test_alerts_are_filtered_by_strategy_text_and_time(world: World, client: Client) -> None:
    make_alert(world.strategy)
    wanted = make_alert(
        world.strategy, body="find the needle", received_at=NOON + timedelta(days=1)
    )
    for query in ("search=needle", "since=2026-03-03T00:00:00Z", f"receipt={wanted.receipt}"):
        found = listed(client, f"/api/alerts/?strategy=test1&{query}")
        assert [row["id"] for row in found] == [wanted.pk], query


def test_a_trade_carries_what_its_order_says(world: World, client: Client) -> None:
    order = make_order(world.strategy, world.account, world.market)
    fill(order, fee=Decimal("0.10"), fee_currency=world.market.quote)
    [row] = listed(client, f"/api/trades/?symbol={world.market.symbol}&order={order.pk}")
    assert (row["order"], row["receipt"]) == (order.pk, order.alert.receipt)
    assert (row["symbol"], row["side"]) == (world.market.symbol, "BUY")
    assert (row["quantity"], row["fee"]) == (f"{world.market.lot}", "0.1")


def test_trades_are_filtered_by_everything_their_order_has(world: World, client: Client) -> None:
    wanted = make_order(world.strategy, world.account, world.market, side="SELL", exchange="KIS")
    fill(wanted)
    fill(make_order(world.strategy, world.account, world.market))
    for query in ("side=SELL", "exchange=kis", f"receipt={wanted.alert.receipt}"):
        found = listed(client, f"/api/trades/?strategy=test1&{query}")
        assert [row["order"] for row in found] == [wanted.pk], query


@pytest.mark.parametrize("trades", [1, 20])
def test_a_page_of_trades_costs_the_same_queries(
    world: World, client: Client, trades: int, django_assert_num_queries: Any
) -> None:
    for _ in range(trades):
        fill(make_order(world.strategy, world.account, world.market))
    with django_assert_num_queries(2):
        assert len(listed(client, "/api/trades/")) == trades


def test_a_short_position_is_negative_and_a_flat_one_can_be_left_out(
    world: World, client: Client, django_assert_num_queries: Any
) -> None:
    hold(world.strategy, world.account, world.market, Decimal("-2.50"))
    with django_assert_num_queries(2):
        [row] = listed(client, "/api/positions/?open=true")
    assert (row["quantity"], row["strategy"], row["account_name"]) == ("-2.5", "test1", "A1")
    assert listed(client, "/api/positions/?open=false") == []
