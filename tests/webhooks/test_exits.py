"""Exits close what is held, once, and in turn."""

from decimal import Decimal

from orders.models import Position
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender

EXIT = {"order_type": "MARKET", "price": None, "side": None, "qty": None}


def held() -> set[Decimal]:
    return set(Position.objects.values_list("quantity", flat=True))


def test_a_part_of_a_position_is_closed(sender: Sender, venue: ScriptedVenue) -> None:
    venue.act(Act.FILL, symbol=sender.desk.market.symbol)
    sender.send()
    sender.send(**EXIT, qty_per="-50")
    assert held() == {sender.desk.market.lot * 5}


def test_two_exits_at_once_close_the_position_once(sender: Sender, venue: ScriptedVenue) -> None:
    venue.act(Act.FILL, symbol=sender.desk.market.symbol)
    sender.send()
    first, second = (sender.order(**EXIT, qty_per="-100", alert_id=name) for name in "ab")
    sender.together(first, second)
    assert held() == {Decimal(0)}


def test_an_exit_right_behind_its_entry_closes_it(sender: Sender, venue: ScriptedVenue) -> None:
    venue.act(Act.FILL, symbol=sender.desk.market.symbol)
    sender.together(sender.order(), sender.order(**EXIT, qty_per="-100"))
    assert held() == {Decimal(0)}
    assert len(venue.book) == 4


def test_an_exit_that_is_on_its_way_is_not_repeated(sender: Sender, venue: ScriptedVenue) -> None:
    venue.next(Act.FILL, Act.FILL)
    sender.send()
    sender.send(**(EXIT | {"order_type": "LIMIT", "price": "200"}), qty_per="-100")
    answer = sender.send(**EXIT, qty_per="-100")
    assert {entry["code"] for entry in answer.body["results"]} == {"nothing_to_close"}
    assert len(venue.book) == 4


def test_a_side_that_would_add_to_the_position_closes_nothing(
    sender: Sender, venue: ScriptedVenue
) -> None:
    venue.next(Act.FILL, Act.FILL)
    sender.send()
    answer = sender.send(**(EXIT | {"side": "buy"}), qty_per="-100")
    assert {entry["code"] for entry in answer.body["results"]} == {"nothing_to_close"}


def test_alerts_of_one_burst_reach_an_account_in_their_order(
    sender: Sender, venue: ScriptedVenue
) -> None:
    lot = sender.desk.market.lot
    sender.together(*(sender.order(qty=str(lot * number)) for number in range(1, 9)))
    account = sender.desk.accounts[0].pk
    arrived = [a.request.quantity for a in venue.book if a.account_id == account]
    assert arrived == [lot * number for number in range(1, 9)]
