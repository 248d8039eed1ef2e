"""Several instructions in one alert, carried out."""

from decimal import Decimal
from typing import Any

from orders.models import Alert, Order, Position
from orders.vocabulary import OrderStatus
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender

BUY = {"order_type": "MARKET", "side": "buy"}
CANCEL_ALL = {"order_type": "CANCEL_ALL_ORDER"}
EXIT = {"order_type": "MARKET", "qty_per": "-100"}


def lots(sender: Sender, count: int) -> str:
    return str(sender.desk.market.lot * count)


def limit(sender: Sender, count: int, **changes: Any) -> dict[str, Any]:
    price = str(sender.desk.market.price)
    order = {"order_type": "LIMIT", "side": "buy", "price": price, "qty": lots(sender, count)}
    return order | changes


def of_first(sender: Sender, venue: ScriptedVenue) -> list[str]:
    """What the first account's venue heard, in order."""
    account = sender.desk.accounts[0].pk
    return [a.request.order_type.value for a in venue.book if a.account_id == account]


def test_every_instruction_goes_to_every_account(sender: Sender, venue: ScriptedVenue) -> None:
    answer = sender.batch(limit(sender, 1), limit(sender, 2))
    assert (answer.http_status, answer.body["success"]) == (200, True)
    assert answer.body["action"] == "orders_processed"
    assert [entry["instruction"] for entry in answer.body["results"]] == [0, 0, 1, 1]
    assert answer.body["summary"]["successful_orders"] == 4
    assert len(venue.book) == 4


def test_a_batch_is_one_alert_in_the_ledger(sender: Sender) -> None:
    sender.batch(limit(sender, 1), limit(sender, 2))
    assert Alert.objects.count() == 1
    assert sorted(Order.objects.values_list("instruction", flat=True)) == [0, 0, 1, 1]


def test_cancels_reach_the_venue_first_then_market_orders_then_the_rest(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send(account="A1")
    heard: list[int] = []
    venue.on_arrival = lambda _: heard.append(len(venue.cancels))
    answer = sender.batch(
        limit(sender, 3), {**BUY, "qty": lots(sender, 1)}, CANCEL_ALL, account="A1"
    )
    assert of_first(sender, venue) == ["LIMIT", "MARKET", "LIMIT"]
    assert heard == [1, 1]
    assert Order.objects.order_by("id").values_list("status", flat=True)[0] == "CANCELLED"
    kinds = [(each["instruction"], each["kind"]) for each in answer.body["instructions"]]
    assert kinds == [(0, "ORDER"), (1, "ORDER"), (2, "CANCEL_ALL_ORDER")]


def test_an_account_s_orders_go_although_its_cancel_failed(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send(account="A1")
    venue.next_cancel(Act.REFUSE)
    answer = sender.batch(CANCEL_ALL, limit(sender, 3), account="A1")
    cancel, order = answer.body["instructions"]
    assert (cancel["success"], cancel["failed_orders"], order["success"]) == (False, 1, True)
    assert cancel["errors"][0]["code"]
    assert len(venue.book) == 2


def test_an_opening_order_behind_an_unknown_one_does_not_go(
    sender: Sender, venue: ScriptedVenue
) -> None:
    venue.next(Act.TIME_OUT)
    answer = sender.batch(limit(sender, 1), limit(sender, 2), account="A1")
    first, second = answer.body["results"]
    assert (first["status"], second["code"]) == ("UNKNOWN", "outcome_unknown_pending")
    assert len(venue.book) == 1


def test_one_that_cannot_be_read_fails_alone(sender: Sender, venue: ScriptedVenue) -> None:
    answer = sender.batch(limit(sender, 1), limit(sender, 2, price=None), account="A1")
    assert answer.body["success"] is True
    good, bad = answer.body["instructions"]
    assert good["success"] is True
    assert (bad["success"], bad["code"], bad["field"]) == (
        False,
        "price_required",
        "orders[1].price",
    )
    assert answer.body["summary"]["failed_instructions"] == 1
    assert answer.body["message"].endswith("성공: 1, 실패: 1")
    assert len(venue.book) == 1


def test_one_that_no_account_matches_fails_alone(sender: Sender, venue: ScriptedVenue) -> None:
    answer = sender.batch(limit(sender, 1, account="nobody"), limit(sender, 2, account="A2"))
    lost, good = answer.body["instructions"]
    assert (lost["success"], lost["code"]) == (False, "no_matching_account")
    assert good["success"] is True
    assert [a.account_id for a in venue.book] == [sender.desk.accounts[1].pk]


def test_where_none_can_be_carried_out_the_alert_is_refused(sender: Sender) -> None:
    answer = sender.batch(limit(sender, 1, account="nobody"), {**BUY, "side": None})
    assert answer.http_status == 422
    assert answer.body["error"]["code"] == "no_matching_account"
    assert not Order.objects.exists()


def test_an_account_that_refuses_one_gets_the_next(sender: Sender, venue: ScriptedVenue) -> None:
    venue.next(Act.REFUSE)
    answer = sender.batch(limit(sender, 1), limit(sender, 2), account="A1")
    assert [entry["status"] for entry in answer.body["results"]] == ["failed", "NEW"]
    assert answer.body["success"] is True


def test_two_exits_of_one_batch_close_the_position_once(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send(**BUY, price=None, account="A1")
    answer = sender.batch({**EXIT, "qty_per": "-40"}, EXIT, account="A1")
    quantities = [Decimal(entry["quantity"]) for entry in answer.body["results"]]
    lot = sender.desk.market.lot
    assert quantities == [lot * 4, lot * 6]
    assert Position.objects.get().quantity == 0


def test_what_the_batch_cancels_may_be_closed_in_it(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(**BUY, price=None, account="A1")
    sender.send(order_type="LIMIT", price="200", side=None, qty=None, qty_per="-100", account="A1")
    answer = sender.batch(CANCEL_ALL, EXIT, account="A1")
    assert answer.body["success"] is True
    assert Position.objects.get().quantity == 0
    assert sorted(Order.objects.values_list("status", flat=True)) == [
        OrderStatus.CANCELLED,
        OrderStatus.FILLED,
        OrderStatus.FILLED,
    ]


def test_a_batch_of_cancels_alone_with_nothing_to_do_is_a_success(sender: Sender) -> None:
    answer = sender.batch(CANCEL_ALL, {**CANCEL_ALL, "side": "buy"})
    assert (answer.body["success"], answer.body["results"]) == (True, [])


def test_a_batch_slower_than_the_sender_s_patience_is_answered_202(
    sender: Sender, venue: ScriptedVenue
) -> None:
    type(sender.desk.strategy).objects.update(answer_within=Decimal("0.1"))
    sender.settle()
    venue.next(Act.HANG)
    answer = sender.batch(limit(sender, 1), limit(sender, 2), account="A1")
    assert answer.http_status == 202
    assert [entry["status"] for entry in answer.body["results"]] == ["SUBMITTING", "PENDING"]
    venue.release()
    sender.bridge.wait_until(
        lambda: set(Order.objects.values_list("status", flat=True)) == {OrderStatus.NEW}
    )
