"""An account fails alone: what is slow or broken there holds up nobody else."""

import asyncio
from typing import Any

import pytest

from exchanges.errors import ReadFailed, Reason
from orders.models import Order
from orders.vocabulary import OrderStatus
from tests.venues import ScriptedExchange, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks import pricing, surveys

_DOWN = Reason(code="down", ko="응답 없음", en="No answer")


def first(sender: Sender) -> int:
    return sender.desk.accounts[0].pk


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys, "VENUE_TAKES_AT_MOST", 0.5)
    monkeypatch.setattr(pricing, "SHARED_FOR", 0.05)


def breaks(
    monkeypatch: pytest.MonkeyPatch, method: str, account_id: int, failure: Exception | None
) -> None:
    """That account's adapter raises the failure, or never answers."""
    original = getattr(ScriptedExchange, method)

    async def broken(self: ScriptedExchange, *arguments: Any) -> Any:
        if self.account.id != account_id:
            return await original(self, *arguments)
        if failure is not None:
            raise failure
        return await asyncio.Event().wait()

    monkeypatch.setattr(ScriptedExchange, method, broken)


@pytest.mark.parametrize("method", ["instrument", "fetch_price"])
@pytest.mark.parametrize("failure", [None, KeyError("bug"), ReadFailed(_DOWN)])
def test_the_other_accounts_trade(
    sender: Sender,
    venue: ScriptedVenue,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    failure: Exception | None,
) -> None:
    breaks(monkeypatch, method, first(sender), failure)
    answer = sender.send(order_type="MARKET", price=None, qty=None, qty_per="5")
    if method == "fetch_price" and sender.desk.market.name == "securities":
        assert answer.body["summary"]["successful"] == 2  # shares are counted, not priced
        return
    assert answer.body["success"] is True
    told = {entry["account_id"]: entry["status"] for entry in answer.body["results"]}
    assert told == {first(sender): "failed", sender.desk.accounts[1].pk: "FILLED"}
    failed = Order.objects.get(account_id=first(sender))
    assert failed.status == OrderStatus.FAILED
    assert failed.error_code in {"venue_too_slow", "not_planned", "down"}
