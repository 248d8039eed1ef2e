"""CANCEL: one order of the strategy's own, by any of its names."""

from collections.abc import Callable
from typing import Any

import pytest

from orders.models import Order
from orders.vocabulary import OrderStatus
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from tests.worlds import make_strategy
from webhooks.answers import Answer

NAMES: dict[str, Callable[[Order], dict[str, Any]]] = {
    "ours": lambda order: {"order_id": str(order.pk)},
    "a number": lambda order: {"order_id": order.pk},
    "the venue's": lambda order: {"order_id": order.exchange_order_id},
    "client": lambda order: {"client_order_id": order.client_order_id},
    "both": lambda order: {
        "order_id": str(order.pk),
        "client_order_id": order.client_order_id,
    },
}


def cancel(sender: Sender, **fields: Any) -> Answer:
    head = {"group_name": sender.desk.strategy.group_name, "token": sender.token}
    return sender.post(head | {"order_type": "CANCEL"} | fields)


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_an_order_is_cancelled_by_any_of_its_names(
    sender: Sender, venue: ScriptedVenue, name: Callable[[Order], dict[str, Any]]
) -> None:
    sender.send()
    order = Order.objects.order_by("id")[0]
    answer = cancel(sender, **name(order))
    assert (answer.http_status, answer.body["success"]) == (200, True)
    assert answer.body["action"] == "cancel_order"
    assert (answer.body["cancelled_orders"], answer.body["failed_orders"]) == (1, 0)
    (entry,) = answer.body["results"]
    assert (entry["order_id"], entry["cancelled"], entry["status"]) == (
        str(order.pk),
        True,
        "CANCELLED",
    )
    statuses = Order.objects.order_by("id").values_list("status", flat=True)
    assert list(statuses) == [OrderStatus.CANCELLED, OrderStatus.NEW]


@pytest.mark.parametrize(
    "fields", [{"order_id": "999999"}, {"order_id": "x"}, {"client_order_id": "0" * 32}]
)
def test_an_order_that_is_not_there_is_refused(sender: Sender, fields: dict[str, Any]) -> None:
    sender.send()
    answer = cancel(sender, **fields)
    assert answer.http_status == 422
    assert answer.body["error"]["code"] == "order_not_found"
    assert answer.body["error"]["field"] == next(iter(fields))


def test_a_venue_s_padded_id_is_not_ours(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send()
    ours, theirs = Order.objects.order_by("id")
    padded = f"{ours.pk:010d}"
    assert cancel(sender, order_id=padded).body["error"]["code"] == "order_not_found"
    Order.objects.filter(pk=theirs.pk).update(exchange_order_id=padded)
    (entry,) = cancel(sender, order_id=padded).body["results"]
    assert entry["order_id"] == str(theirs.pk)


def test_an_id_that_is_ours_and_another_venue_s_cancels_neither(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send()
    ours, theirs = Order.objects.order_by("id")
    Order.objects.filter(pk=theirs.pk).update(exchange_order_id=str(ours.pk))
    answer = cancel(sender, order_id=str(ours.pk))
    error = answer.body["error"]
    assert (answer.http_status, error["code"], error["field"]) == (
        422,
        "ambiguous_order_id",
        "order_id",
    )
    for order, account in ((ours, "A1"), (theirs, "A2")):
        assert f"{order.pk} ({order.symbol}, {account})" in error["message"]
    assert venue.cancels == []
    (entry,) = cancel(sender, order_id=str(ours.pk), account="A2").body["results"]
    assert entry["order_id"] == str(theirs.pk)


def test_an_id_that_a_venue_gave_twice_cancels_both(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send()
    Order.objects.update(exchange_order_id="0000117057")
    assert cancel(sender, order_id="0000117057").body["cancelled_orders"] == 2


def test_another_strategy_s_order_is_not_there(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send()
    order = Order.objects.order_by("id")[0]
    Order.objects.update(
        strategy=make_strategy(sender.desk.owner, sender.desk.market, group_name="other")
    )
    assert cancel(sender, order_id=str(order.pk)).http_status == 422
    assert venue.cancels == []


@pytest.mark.parametrize(
    ("narrowed", "status"),
    [
        ({"account": "A1"}, 200),
        ({"account": "A2"}, 422),
        ({"exchange": "scripted"}, 200),
        ({"exchange": "BINANCE"}, 422),
    ],
)
def test_it_may_be_narrowed(sender: Sender, narrowed: dict[str, str], status: int) -> None:
    sender.send()
    order = Order.objects.get(account=sender.desk.accounts[0])
    assert cancel(sender, order_id=str(order.pk), **narrowed).http_status == status


def test_one_that_was_cancelled_before_is_nothing_left_to_do(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send()
    order = Order.objects.order_by("id")[0]
    cancel(sender, order_id=str(order.pk))
    answer = cancel(sender, order_id=str(order.pk), account="A1")
    assert answer.body["success"] is True
    assert answer.body["message"] == "취소할 미체결 주문이 없습니다"
    assert len(venue.cancels) == 1


def test_one_that_was_filled_first_is_no_success(sender: Sender, venue: ScriptedVenue) -> None:
    venue.next(Act.FILL)
    sender.send(account="A1")
    answer = cancel(sender, order_id=str(Order.objects.get().pk))
    assert answer.body["success"] is False
    assert answer.body["failed_orders"] == 1
    assert answer.body["results"][0]["code"] == "filled_before_cancel"


def test_a_cancel_that_the_venue_refuses_is_told(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(account="A1")
    venue.next_cancel(Act.REFUSE)
    answer = cancel(sender, order_id=str(Order.objects.get().pk))
    assert (answer.body["success"], answer.body["failed_orders"]) == (False, 1)
    assert answer.body["results"][0]["cancelled"] is False
    assert answer.body["results"][0]["code"]


def test_in_a_batch_it_goes_before_the_orders(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(account="A1")
    order = Order.objects.get()
    price = str(sender.desk.market.price)
    answer = sender.batch(
        {"order_type": "LIMIT", "side": "buy", "qty": "5", "price": price},
        {"order_type": "CANCEL", "order_id": str(order.pk), "symbol": None},
        account="A1",
    )
    entered, cancelled = answer.body["instructions"]
    assert (cancelled["kind"], cancelled["cancelled_orders"]) == ("CANCEL", 1)
    assert entered["success"] is True


def test_an_unknown_order_of_a_batch_fails_alone(sender: Sender, venue: ScriptedVenue) -> None:
    answer = sender.batch(
        {"order_type": "CANCEL", "client_order_id": "nobody"},
        {"order_type": "MARKET", "side": "buy", "qty": "5"},
        account="A1",
    )
    lost, good = answer.body["instructions"]
    assert (lost["code"], lost["field"]) == ("order_not_found", "orders[0].client_order_id")
    assert good["success"] is True


def test_while_the_venue_is_slow_the_answer_is_202(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(account="A1")
    type(sender.desk.strategy).objects.update(answer_within="0.1")
    sender.settle()
    venue.next_cancel(Act.HANG)
    answer = cancel(sender, order_id=str(Order.objects.get().pk))
    assert answer.http_status == 202
    venue.release()
    sender.bridge.wait_until(lambda: Order.objects.get().status == OrderStatus.CANCELLED)
