"""Sales of what is owned: as much as the ledger holds closes, and what is more opens."""

from decimal import Decimal
from typing import Any

import pytest

from orders.models import Order
from strategies.models import StrategyRisk
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks.answers import Answer

MARKET = {"order_type": "MARKET", "price": None, "account": "A1"}


def limited(sender: Sender, **limits: Any) -> None:
    StrategyRisk.objects.update_or_create(strategy=sender.desk.strategy, defaults=limits)
    sender.settle()


def codes(answer: Answer) -> list[str | None]:
    return [entry.get("code") for entry in answer.body["results"]]


@pytest.mark.parametrize("also", [{}, {"reduce_only": True}], ids=["plain", "reduce_only"])
def test_what_the_ledger_does_not_hold_is_sold_within_the_limits_alone(
    sender: Sender, venue: ScriptedVenue, also: dict[str, Any]
) -> None:
    limited(sender, allowed_sides=["BUY"])
    assert codes(sender.send(**MARKET, **also, side="sell", qty="5")) == ["risk_side_not_allowed"]
    assert venue.book == []


def test_without_limits_what_was_bought_by_hand_is_sold(sender: Sender) -> None:
    assert sender.send(**MARKET, side="sell", qty="5").body["success"] is True


def test_what_is_held_is_sold_whatever_the_limits(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(**MARKET, qty="5")
    limited(sender, allowed_sides=["BUY"], max_notional=Decimal("0.01"), max_open_positions=0)
    assert codes(sender.send(**MARKET, side="sell", qty="5")) == [None]
    again = sender.send(**MARKET, side="sell", qty="5", alert_id="again")
    assert codes(again) == ["risk_side_not_allowed"]


def test_only_what_is_more_than_held_counts(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(**MARKET, qty="5")
    limited(sender, max_notional=Decimal(299))
    assert codes(sender.send(**MARKET, side="sell", qty="8")) == ["risk_notional"]
    limited(sender, max_notional=Decimal(300))
    assert codes(sender.send(**MARKET, side="sell", qty="8", alert_id="a")) == [None]


def test_what_another_order_is_selling_already_is_not_held(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send(**MARKET, qty="5")
    limited(sender, allowed_sides=["BUY"])
    sale = {"side": "sell", "account": "A1", "price": "200", "qty": "5"}
    assert codes(sender.send(**sale)) == [None]
    assert codes(sender.send(**sale, alert_id="again")) == ["risk_side_not_allowed"]


def test_what_rests_to_be_bought_hides_no_sale(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send(**MARKET, qty="5")
    sender.send(account="A1", price="50", qty="5")
    limited(sender, allowed_sides=["BUY"])
    sale = {"side": "sell", "account": "A1", "price": "200", "qty": "5"}
    assert codes(sender.send(**sale)) == [None]
    assert codes(sender.send(**sale, alert_id="again")) == ["risk_side_not_allowed"]


@pytest.mark.parametrize("also", [{}, {"reduce_only": True}], ids=["plain", "reduce_only"])
def test_sales_of_one_alert_count_together(
    sender: Sender, venue: ScriptedVenue, also: dict[str, Any]
) -> None:
    sender.send(**MARKET, qty="5")
    limited(sender, allowed_sides=["BUY"])
    sale = {"order_type": "MARKET", "side": "sell", "qty": "4", **also}
    assert codes(sender.batch(sale, sale, account="A1")) == [None, "risk_side_not_allowed"]


def test_a_sale_right_behind_its_purchase_knows_of_it(sender: Sender, venue: ScriptedVenue) -> None:
    limited(sender, allowed_sides=["BUY"])
    bought, sold = sender.together(
        sender.order(**MARKET, qty="5"), sender.order(**MARKET, side="sell", qty="5")
    )
    assert (codes(bought), codes(sold)) == ([None], [None])


def test_a_purchase_that_says_it_only_reduces_is_refused(
    sender: Sender, venue: ScriptedVenue
) -> None:
    limited(sender, max_notional=Decimal(1))
    answer = sender.send(**MARKET, reduce_only=True, qty="5")
    error = answer.body["error"]
    assert (answer.http_status, error["code"], error["field"]) == (
        422,
        "reduce_only_buy",
        "reduce_only",
    )
    assert venue.book == []


def test_in_a_batch_such_a_purchase_fails_alone(sender: Sender, venue: ScriptedVenue) -> None:
    answer = sender.batch(
        {"order_type": "MARKET", "side": "buy", "qty": "5", "reduce_only": True},
        {"order_type": "MARKET", "side": "buy", "qty": "5"},
        account="A1",
    )
    wrong, right = answer.body["instructions"]
    assert (wrong["code"], wrong["field"]) == ("reduce_only_buy", "orders[0].reduce_only")
    assert right["success"] is True


def test_a_target_that_would_buy_with_it_is_denied_and_one_that_sells_goes(
    sender: Sender, venue: ScriptedVenue
) -> None:
    limited(sender, max_notional=Decimal(1))
    target = {**MARKET, "side": None, "qty": None, "reduce_only": True}
    answer = sender.send(**target, target_position="5")
    assert codes(answer) == ["reduce_only_buy"]
    assert Order.objects.get().status == "FAILED"
    limited(sender, max_notional=None)
    venue.next(Act.FILL)
    sender.send(account="A1", qty="5")
    limited(sender, max_notional=Decimal(1))
    assert codes(sender.send(**target, target_position="2")) == [None]
