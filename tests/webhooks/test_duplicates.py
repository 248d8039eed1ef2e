"""The same alert again makes no new order and gets the first one's answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exchanges.messages import OrderRequest
from orders.models import Alert, AlertDuplicate, AlertKey, Order
from orders.vocabulary import OrderStatus
from strategies import tokens
from strategies.models import Strategy, StrategyAccount
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from tests.worlds import link, make_strategy
from webhooks import cautions


def without_duplicate(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "duplicate"}


@pytest.mark.parametrize("changes", [{}, {"alert_id": "a1"}], ids=["body", "alert_id"])
def test_a_copy_gets_the_first_one_s_answer(
    sender: Sender, venue: ScriptedVenue, changes: dict[str, Any]
) -> None:
    first = sender.send(**changes)
    again = sender.send(**changes)
    assert (first.body["duplicate"], again.body["duplicate"]) == (False, True)
    assert again.http_status == first.http_status == 200
    assert without_duplicate(again.body) == without_duplicate(first.body)
    assert len(venue.book) == 2
    assert Alert.objects.count() == 1


def test_the_sender_s_own_id_counts_whatever_else_differs(
    sender: Sender, venue: ScriptedVenue
) -> None:
    first = sender.send(alert_id="a1")
    again = sender.send(alert_id="a1", side="sell", price="1")
    assert again.body["receipt"] == first.body["receipt"]
    assert len(venue.book) == 2


def test_an_alert_that_is_lost_by_a_used_id_is_told_and_logged(
    sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    first = sender.send(id="Long")
    copy = sender.send(id="Long")
    assert copy.body["warnings"] == first.body["warnings"] == []
    assert "alert_id_used_before" not in caplog.text
    english = {"accept_language": "en"}
    lost = sender.post(sender.order(id="Long", price="1"), **english)
    assert lost.body["duplicate"] is True
    assert lost.body["warnings"] == [cautions.id_used_before("Long").en]
    assert "alert_id_used_before" in caplog.text
    korean = sender.send(id="Long", side="sell")
    assert korean.body["warnings"] == [cautions.id_used_before("Long").ko]


def test_a_copy_may_come_with_another_token(sender: Sender) -> None:
    """Bodies are compared as they are kept: without their secrets."""
    newer = tokens.issue(sender.desk.strategy)
    sender.settle()
    sender.send(alert_id="a1")
    copy = sender.send(alert_id="a1", token=newer)
    assert (copy.body["duplicate"], copy.body["warnings"]) == (True, [])


def test_a_header_may_have_the_id(sender: Sender, venue: ScriptedVenue) -> None:
    first = sender.post(sender.order(), idempotency_key="k1")
    again = sender.post(sender.order(price="1"), idempotency_key="k1")
    assert again.body["receipt"] == first.body["receipt"]
    other = sender.post(sender.order(), idempotency_key="k2")
    assert other.body["duplicate"] is False
    assert len(venue.book) == 4


def test_two_ids_are_two_alerts_with_one_body(sender: Sender, venue: ScriptedVenue) -> None:
    for name in ("a1", "a2"):
        assert sender.send(alert_id=name).body["duplicate"] is False
    assert len(venue.book) == 4


def test_a_body_may_come_again_behind_the_window(sender: Sender, venue: ScriptedVenue) -> None:
    sender.send()
    AlertKey.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert sender.send().body["duplicate"] is False
    assert len(venue.book) == 4


def test_an_id_never_comes_again(sender: Sender) -> None:
    sender.send(alert_id="a1")
    assert AlertKey.objects.get().expires_at is None


def test_a_window_of_zero_lets_every_body_through(sender: Sender, venue: ScriptedVenue) -> None:
    Strategy.objects.update(dedupe_window=0)
    sender.settle()
    assert [sender.send().body["duplicate"] for _ in range(2)] == [False, False]
    assert not AlertKey.objects.exists()
    assert len(venue.book) == 4


def test_an_id_counts_with_a_window_of_zero_too(sender: Sender, venue: ScriptedVenue) -> None:
    Strategy.objects.update(dedupe_window=0)
    sender.settle()
    assert [sender.send(alert_id="a").body["duplicate"] for _ in range(2)] == [False, True]


def test_an_alert_that_was_refused_is_no_first_one(sender: Sender, venue: ScriptedVenue) -> None:
    StrategyAccount.objects.update(is_active=False)
    sender.settle()
    assert sender.send(alert_id="a1").http_status == 422
    StrategyAccount.objects.update(is_active=True)
    sender.settle()
    assert sender.send(alert_id="a1").body["duplicate"] is False
    assert len(venue.book) == 2


def test_a_copy_of_what_would_be_refused_by_now_is_still_a_copy(
    sender: Sender, venue: ScriptedVenue
) -> None:
    first = sender.send()
    StrategyAccount.objects.update(is_active=False)
    sender.settle()
    again = sender.send()
    assert (again.http_status, again.body["receipt"]) == (200, first.body["receipt"])


def test_a_copy_that_has_grown_too_old_is_still_a_copy(sender: Sender) -> None:
    fired = datetime.now(UTC) - timedelta(seconds=50)
    first = sender.send(alert_id="a1", time=fired.isoformat())
    Strategy.objects.update(max_age=1)
    sender.settle()
    again = sender.send(alert_id="a1", time=fired.isoformat())
    assert (again.http_status, again.body["receipt"]) == (200, first.body["receipt"])
    stale = sender.send(alert_id="a2", time=fired.isoformat())
    assert stale.body["error"]["code"] == "stale_alert"


def test_two_strategies_do_not_know_each_other_s_alerts(
    sender: Sender, venue: ScriptedVenue
) -> None:
    other = make_strategy(sender.desk.owner, sender.desk.market, group_name="other")
    link(other, sender.desk.accounts[0])
    token = tokens.issue(other)
    sender.settle()
    sender.send(alert_id="a1")
    answer = sender.send(alert_id="a1", group_name="other", token=token)
    assert (answer.http_status, answer.body["duplicate"]) == (200, False)


def test_two_copies_at_the_same_instant_make_one_order_each_account(
    sender: Sender, venue: ScriptedVenue
) -> None:
    answers = sender.together(*[sender.order()] * 5)
    assert sorted(answer.body["duplicate"] for answer in answers) == [False] + [True] * 4
    assert len({answer.body["receipt"] for answer in answers}) == 1
    assert len(venue.book) == 2


def test_while_the_first_is_at_work_its_copy_is_answered_202_with_its_receipt(
    sender: Sender, venue: ScriptedVenue
) -> None:
    Strategy.objects.update(answer_within="0.2")
    sender.settle()
    venue.act(Act.HANG, symbol=sender.desk.market.symbol)
    first, again = sender.together(sender.order(), sender.order())
    assert (first.http_status, again.http_status) == (202, 202)
    assert again.body["duplicate"] is True
    assert again.body["receipt"] == first.body["receipt"]
    venue.release()
    sender.bridge.wait_until(lambda: not Order.objects.exclude(status=OrderStatus.NEW).exists())
    assert len(venue.book) == 2


def test_a_copy_waits_for_the_first_one_s_answer(sender: Sender, venue: ScriptedVenue) -> None:
    Strategy.objects.update(answer_within="10")
    sender.settle()
    venue.next(Act.HANG)

    def release_later(_: OrderRequest) -> None:
        sender.bridge.loop.call_later(0.2, venue.release)

    venue.on_arrival = release_later
    first, again = sender.together(sender.order(account="A1"), sender.order(account="A1"))
    assert (first.http_status, again.http_status) == (200, 200)
    assert without_duplicate(again.body) == without_duplicate(first.body)


def test_the_trail_tells_of_each_copy(sender: Sender) -> None:
    first = sender.send()
    sender.send()
    sender.bridge.wait_until(AlertDuplicate.objects.exists)
    copy = AlertDuplicate.objects.get()
    assert (copy.alert.receipt, copy.peer) == (first.body["receipt"], "203.0.113.9")


def test_a_copy_of_a_cancel_all_cancels_nothing_more(sender: Sender, venue: ScriptedVenue) -> None:
    head = {"group_name": sender.desk.strategy.group_name, "token": sender.token}
    sender.send()
    alert = head | {"order_type": "CANCEL_ALL_ORDER", "alert_id": "c1"}
    assert sender.post(alert).body["cancelled_orders"] == 2
    sender.send(alert_id="later")
    assert sender.post(alert).body["duplicate"] is True
    assert len(venue.cancels) == 2
