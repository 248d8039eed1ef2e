"""Stop orders and the venue's own kinds, as far as each venue has them."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from exchanges.vocabulary import OrderType
from orders.models import Order
from tests.venues import ScriptedCrypto, ScriptedSecurities, ScriptedVenue
from tests.webhooks.conftest import Sender


def lacking(monkeypatch: pytest.MonkeyPatch, *types: OrderType) -> None:
    for adapter in (ScriptedCrypto, ScriptedSecurities):
        left = adapter.capabilities.order_types - set(types)
        monkeypatch.setattr(
            adapter, "capabilities", replace(adapter.capabilities, order_types=left)
        )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"order_type": "STOP_MARKET", "stop_price": "95.5", "price": None}, ("None", "95")),
        ({"order_type": "STOP_LIMIT", "stop_price": "95.5", "price": "96.5"}, ("96", "95")),
        (
            {"order_type": "STOP_LIMIT", "stop_price": "95.5", "price": "96.5", "side": "sell"},
            ("97", "96"),
        ),
    ],
)
def test_a_stop_goes_with_both_prices_on_the_venue_s_ticks(
    sender: Sender, venue: ScriptedVenue, fields: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert sender.send(**fields).body["success"] is True
    sent = {(str(a.request.price), str(a.request.stop_price)) for a in venue.book}
    assert sent == {expected}
    assert set(Order.objects.values_list("stop_price", flat=True)) == {Decimal(expected[1])}


def test_the_answer_shows_the_stop(sender: Sender) -> None:
    answer = sender.send(order_type="STOP_MARKET", stop_price="95", price=None, account="A1")
    assert answer.body["results"][0]["stop_price"] == "95"


def test_a_stop_is_sized_by_its_stop_price(sender: Sender, venue: ScriptedVenue) -> None:
    fields = {"order_type": "STOP_MARKET", "stop_price": "50", "price": None, "qty": None}
    sender.send(**fields, qty_per="10")
    is_crypto = sender.desk.market.name == "crypto"
    assert {a.request.quantity for a in venue.book} == {Decimal(20 if is_crypto else 10)}


@pytest.mark.parametrize("order_type", [OrderType.STOP_MARKET, OrderType.STOP_LIMIT])
def test_a_venue_without_stops_says_so_and_keeps_the_order_as_failed(
    sender: Sender,
    venue: ScriptedVenue,
    monkeypatch: pytest.MonkeyPatch,
    order_type: OrderType,
) -> None:
    lacking(monkeypatch, order_type)
    answer = sender.send(order_type=order_type.value, stop_price="95")
    assert {entry["code"] for entry in answer.body["results"]} == {"not_offered"}
    assert f"order_type={order_type}" in answer.body["results"][0]["error"]
    assert set(Order.objects.values_list("status", flat=True)) == {"FAILED"}
    assert venue.book == []


def test_a_stop_may_close(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(order_type="MARKET", price=None, account="A1")
    head = {"price": None, "side": None, "qty": None, "account": "A1"}
    answer = sender.send(order_type="STOP_MARKET", stop_price="90.5", qty_per="-100", **head)
    assert answer.body["success"] is True
    stop = venue.book[-1].request
    assert (stop.side.value, stop.stop_price, stop.reduce_only) == ("SELL", Decimal(91), True)


@pytest.mark.parametrize("order_type", ["BEST_LIMIT", "PRE_MARKET", "AFTER_MARKET"])
def test_a_broker_s_own_kinds_need_no_price(
    sender: Sender, venue: ScriptedVenue, order_type: str
) -> None:
    answer = sender.send(order_type=order_type, price=None)
    if sender.desk.market.name == "crypto":
        assert answer.body["error"]["code"] == "securities_only"
        return
    assert answer.body["success"] is True
    assert {a.request.order_type.value for a in venue.book} == {order_type}


def test_a_conditional_limit_goes_with_its_stop(sender: Sender, venue: ScriptedVenue) -> None:
    answer = sender.send(order_type="CONDITIONAL_LIMIT", stop_price="95")
    if sender.desk.market.name == "crypto":
        assert answer.body["error"]["code"] == "securities_only"
        return
    assert {a.request.stop_price for a in venue.book} == {Decimal(95)}
