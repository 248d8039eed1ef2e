"""An alert that cannot be stored is never sent."""

from orders import runtime as runtimes
from orders.models import Order
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
