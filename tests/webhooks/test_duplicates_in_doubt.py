"""A copy of an alert that may never have been sent: carried out, or sent again, but never lost."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from orders import runtime as runtimes
from orders import write_ahead
from orders.models import Alert, AlertKey, Order
from orders.rows import Cursor
from orders.vocabulary import OrderStatus
from orders.writer import WriterJob
from strategies.models import Strategy, StrategyAccount
from tests.bridges import RunningBridge
from tests.dsn import test_dsn
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks import intake
from webhooks.answers import Answer

FRESH = {"http_status": None, "answer": None}


class LateCommits:
    """The first commit's answer comes when the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_stored = threading.Event()
        self.may_answer = threading.Event()
        self._store = write_ahead.store
        monkeypatch.setattr(write_ahead, "store", self._late)

    def _late(self, cursor: Cursor, *arguments: Any) -> Any:
        stored = self._store(cursor, *arguments)
        if not self.is_stored.is_set():
            self.is_stored.set()
            assert self.may_answer.wait(20)
        return stored


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch, sender: Sender) -> Iterator[LateCommits]:
    commits = LateCommits(monkeypatch)
    yield commits
    commits.may_answer.set()


@pytest.fixture
def other(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningBridge]:
    """A second process, as far as the ledger can tell."""
    bridge = RunningBridge(test_dsn(), time=sender.bridge.time).start()
    runtimes_by_loop = {
        sender.bridge.loop: sender.bridge.runtime,
        bridge.loop: bridge.runtime,
    }
    monkeypatch.setattr(runtimes, "current", lambda: runtimes_by_loop[asyncio.get_running_loop()])
    yield bridge
    bridge.stop()


def _post(bridge: RunningBridge, alert: dict[str, Any]) -> Answer:
    return bridge.call(intake.receive(json.dumps(alert).encode(), {}, "203.0.113.9"), timeout=20)


def _gives_up(sender: Sender, monkeypatch: pytest.MonkeyPatch, alert: dict[str, Any]) -> None:
    journal = sender.bridge.runtime.journal
    with monkeypatch.context() as patch:
        patch.setattr(journal, "_answers_within", 0.05)
        answer = _post(sender.bridge, alert)
    assert (answer.http_status, answer.body["error"]["code"]) == (503, "not_stored")


def _impatient(sender: Sender) -> None:
    Strategy.objects.update(answer_within="0.2")
    sender.settle()


def test_what_is_sent_again_after_a_late_commit_is_carried_out(
    sender: Sender, venue: ScriptedVenue, late: LateCommits, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = sender.order(account="A1", alert_id="k")
    _gives_up(sender, monkeypatch, alert)
    writer = sender.bridge.runtime.journal._writer
    put = writer.put

    def answer_once_the_copy_waits(job: WriterJob) -> None:
        put(job)
        late.may_answer.set()

    monkeypatch.setattr(writer, "put", answer_once_the_copy_waits)
    answer = _post(sender.bridge, alert)
    assert (answer.http_status, answer.body["duplicate"]) == (200, False)
    assert len(venue.book) == 1
    sender.bridge.wait_until(lambda: Order.objects.filter(error_code="never_sent").count() == 1)
    assert AlertKey.objects.get().receipt == answer.body["receipt"]


def test_another_process_asks_to_send_again_what_may_never_have_been_sent(
    sender: Sender,
    venue: ScriptedVenue,
    other: RunningBridge,
    late: LateCommits,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _impatient(sender)
    other.runtime.routes.load()
    alert = sender.order(account="A1", alert_id="k")
    _gives_up(sender, monkeypatch, alert)
    assert late.is_stored.wait(10)
    undecided = _post(other, alert)
    assert (undecided.http_status, undecided.body["error"]["code"]) == (503, "not_stored")
    late.may_answer.set()
    sender.bridge.wait_until(lambda: not AlertKey.objects.exists())
    again = _post(other, alert)
    assert (again.http_status, again.body["duplicate"]) == (200, False)
    assert len(venue.book) == 1


def test_a_copy_takes_the_key_of_an_alert_that_was_never_sent(
    sender: Sender, venue: ScriptedVenue, other: RunningBridge
) -> None:
    alert = sender.order(account="A1", alert_id="k")
    first = _left_undone(sender, alert, error_code="never_sent", status=OrderStatus.FAILED)
    answer = _post(other, alert)
    assert (answer.http_status, answer.body["duplicate"]) == (200, False)
    assert answer.body["receipt"] != first
    assert AlertKey.objects.get().receipt == answer.body["receipt"]
    assert _post(other, alert).body["duplicate"] is True
    assert len(venue.book) == 2


def test_a_copy_that_would_be_refused_by_now_is_refused_when_its_first_was_never_sent(
    sender: Sender, other: RunningBridge
) -> None:
    alert = sender.order(account="A1", alert_id="k")
    _left_undone(sender, alert, error_code="never_sent", status=OrderStatus.FAILED)
    StrategyAccount.objects.update(is_active=False)
    other.runtime.routes.load()
    assert _post(other, alert).http_status == 422


def test_a_copy_that_would_be_refused_by_now_comes_again_while_its_first_is_undecided(
    sender: Sender, other: RunningBridge
) -> None:
    _impatient(sender)
    alert = sender.order(account="A1", alert_id="k")
    _left_undone(sender, alert, status=OrderStatus.SUBMITTING)
    StrategyAccount.objects.update(is_active=False)
    other.runtime.routes.load()
    assert _post(other, alert).http_status == 503


def test_another_process_s_alert_that_has_left_is_at_work(
    sender: Sender, venue: ScriptedVenue, other: RunningBridge
) -> None:
    _impatient(sender)
    other.runtime.routes.load()
    alert = sender.order(account="A1", alert_id="k")
    first = _left_undone(sender, alert, status=OrderStatus.NEW)
    answer = _post(other, alert)
    assert (answer.http_status, answer.body["duplicate"]) == (202, True)
    assert answer.body["receipt"] == first


def test_the_process_that_is_at_work_on_the_first_says_so(
    sender: Sender, venue: ScriptedVenue
) -> None:
    _impatient(sender)
    venue.next(Act.HANG)
    alert = sender.order(account="A1", alert_id="k")
    first, copy = sender.together(alert, alert)
    assert (copy.http_status, copy.body["duplicate"]) == (202, True)
    assert copy.body["receipt"] == first.body["receipt"]


def _left_undone(sender: Sender, alert: dict[str, Any], **order: Any) -> str:
    """The receipt of an alert that its process left unanswered, its order as given."""
    answer = _post(sender.bridge, alert)
    sender.bridge.call(sender.bridge.runtime.journal.written())
    Alert.objects.update(**FRESH)
    Order.objects.update(**order)
    receipt: str = answer.body["receipt"]
    return receipt
