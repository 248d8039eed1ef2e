"""CANCEL_ALL_ORDER: the strategy's own orders, from our own ledger."""

from typing import Any

import pytest

from orders.models import Order
from orders.vocabulary import OrderStatus
from strategies.models import Account, StrategyAccount
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks.answers import Answer


def cancel_all(sender: Sender, **changes: Any) -> Answer:
    alert = {
        "group_name": sender.desk.strategy.group_name,
        "token": sender.token,
        "order_type": "CANCEL_ALL_ORDER",
        **changes,
    }
    return sender.post(alert)


def statuses() -> list[str]:
    return list(Order.objects.order_by("id").values_list("status", flat=True))


def test_every_open_order_of_the_strategy_is_cancelled(sender: Sender) -> None:
    sender.send()
    answer = cancel_all(sender)
    assert answer.http_status == 200
    assert answer.body["success"] is True
    assert answer.body["action"] == "cancel_all_orders"
    assert answer.body["cancelled_orders"] == 2
    assert [entry["cancelled"] for entry in answer.body["results"]] == [1, 1]
    assert statuses() == [OrderStatus.CANCELLED] * 2


def test_nothing_to_cancel_is_a_success(sender: Sender, venue: ScriptedVenue) -> None:
    answer = cancel_all(sender)
    assert answer.body["success"] is True
    assert answer.body["message"] == "취소할 미체결 주문이 없습니다"
    assert venue.cancels == []


def test_the_message_counts_in_the_family_s_words(sender: Sender) -> None:
    sender.send()
    is_crypto = sender.desk.market.name == "crypto"
    told = cancel_all(sender).body["message"]
    assert told == ("" if is_crypto else "증권 ") + "주문 취소 완료 - 성공: 2, 실패: 0"


@pytest.mark.parametrize(
    ("narrowed", "left"),
    [({"side": "sell"}, ["NEW", "NEW"]), ({"side": "buy"}, ["CANCELLED", "CANCELLED"])],
)
def test_a_side_narrows_it(sender: Sender, narrowed: dict[str, str], left: list[str]) -> None:
    sender.send()
    cancel_all(sender, **narrowed)
    assert statuses() == left


def test_an_account_narrows_it(sender: Sender) -> None:
    sender.send()
    answer = cancel_all(sender, account="A2")
    assert statuses() == [OrderStatus.NEW, OrderStatus.CANCELLED]
    assert [entry["account_name"] for entry in answer.body["results"]] == ["A2"]


def test_an_account_that_nobody_has_is_refused(sender: Sender) -> None:
    sender.send()
    answer = cancel_all(sender, account="nobody")
    assert answer.http_status == 422
    assert answer.body["error"]["code"] == "no_matching_account"
    assert statuses() == [OrderStatus.NEW] * 2


@pytest.mark.parametrize("switched_off", ["account", "link", "unlinked"])
def test_it_reaches_accounts_that_no_longer_trade(sender: Sender, switched_off: str) -> None:
    sender.send()
    account = sender.desk.accounts[0]
    if switched_off == "account":
        Account.objects.filter(pk=account.pk).update(is_active=False)
    elif switched_off == "link":
        StrategyAccount.objects.filter(account=account).update(is_active=False)
    else:
        StrategyAccount.objects.filter(account=account).delete()
    sender.settle()
    answer = cancel_all(sender)
    assert answer.body["cancelled_orders"] == 2
    assert statuses() == [OrderStatus.CANCELLED] * 2


def test_one_market_s_cancel_leaves_the_other_s_orders(sender: Sender) -> None:
    other = {"SPOT": "FUTURES", "DOMESTIC_STOCK": "OVERSEAS_STOCK"}[
        sender.desk.market.market_type.value
    ]
    sender.send()
    assert cancel_all(sender, market_type=other).body["cancelled_orders"] == 0
    assert statuses() == [OrderStatus.NEW] * 2


def test_a_cancel_that_the_venue_refuses_is_told(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send()
    venue.next_cancel(Act.TIME_OUT, Act.TIME_OUT)
    answer = cancel_all(sender)
    assert answer.body["failed_orders"] + answer.body["cancelled_orders"] == 2
    assert set(statuses()) <= {OrderStatus.UNKNOWN, OrderStatus.CANCELLED}
