"""An alert that cannot be stored is never sent."""

import json
from typing import Any

import pytest
from django.test import Client

from orders import runtime as runtimes
from orders.journal import JournalUnavailable
from orders.models import Alert, Order, OrderEvent
from tests.venues import ScriptedVenue
from tests.webhooks.conftest import Sender


def test_without_a_bridge_the_sender_is_asked_to_try_again(
    sender: Sender, venue: ScriptedVenue
) -> None:
    runtimes.install(None)
    answer = sender.send()
    assert answer.http_status == 503
    assert answer.body["error"]["code"] == "not_stored"
    assert venue.book == []


def test_an_alert_that_cannot_be_stored_answers_503_and_sends_nothing(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.bridge.call(sender.bridge.runtime.journal.stop())
    answer = sender.send()
    assert answer.http_status == 503
    assert venue.book == []
    assert not Order.objects.exists()


def test_both_doors_say_so_when_the_bridge_is_not_running(
    sender: Sender, venue: ScriptedVenue, client: Client
) -> None:
    runtimes.install(None)
    answer = client.post(
        "/api/webhook", json.dumps(sender.order()), content_type="application/json"
    )
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "not_stored"
    assert answer["Retry-After"] == "5"


def test_a_stored_cancel_all_that_could_not_be_carried_out_says_so_and_is_no_5xx(
    sender: Sender, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> Any:
        raise JournalUnavailable("gone")

    sender.send()
    monkeypatch.setattr(sender.bridge.runtime.journal, "record", broken)
    answer = sender.post(
        {**sender.order(), "order_type": "CANCEL_ALL_ORDER", "qty": None, "price": None}
    )
    assert answer.http_status == 200
    assert answer.body["success"] is False
    assert answer.body["failed_orders"] == 2
    assert answer.body["results"][0]["errors"][0]["code"] == "journal_unavailable"
    assert Alert.objects.filter(receipt=answer.body["receipt"]).exists()


def test_a_stranger_leaves_little_and_nothing_with_the_strategy(sender: Sender) -> None:
    sender.post({**sender.order(token="wrong"), "note": "x" * 10_000})
    alert = Alert.objects.get()
    assert alert.strategy is None
    assert len(alert.body) <= 2048
    assert not OrderEvent.objects.exists()
