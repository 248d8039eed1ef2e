"""Too many alerts a minute: what opens is held up, whoever wants out gets out."""

import json
from typing import Any

import pytest

from orders.journal import JournalUnavailable
from orders.models import Order
from strategies.models import StrategyRisk
from tests.venues import Act, ScriptedVenue
from tests.webhooks.conftest import Sender
from webhooks import preview
from webhooks.answers import Answer

MARKET = {"order_type": "MARKET", "price": None, "account": "A1"}
ENTRY = {"order_type": "MARKET", "side": "buy", "qty": "5"}


def limited(sender: Sender, rate: int, **limits: Any) -> None:
    defaults = {"max_alerts_per_minute": rate, **limits}
    StrategyRisk.objects.update_or_create(strategy=sender.desk.strategy, defaults=defaults)
    sender.settle()


@pytest.fixture
def full(sender: Sender, venue: ScriptedVenue) -> Sender:
    """One alert a minute, which bought five."""
    limited(sender, 1)
    assert sender.send(**MARKET, qty="5", alert_id="in").body["success"] is True
    assert sender.send(**MARKET, qty="5", alert_id="more").http_status == 429
    return sender


def codes(answer: Answer) -> list[str | None]:
    return [entry.get("code") for entry in answer.body["results"]]


@pytest.mark.parametrize(
    "out",
    [
        {"side": None, "qty": None, "qty_per": "-100"},
        {"side": None, "qty": None, "target_position": "0"},
        {"side": None, "qty": None, "target_position": "2"},
        {"side": "sell", "qty": "5"},
        {"side": None, "qty": None, "target_position": "5"},
    ],
    ids=["exit", "flat", "less", "sale", "there already"],
)
def test_what_opens_nothing_goes_and_is_not_counted(full: Sender, out: dict[str, Any]) -> None:
    answer = full.send(**{**MARKET, **out})
    assert (answer.http_status, answer.body["success"]) == (200, True)


def test_a_sale_of_more_than_is_held_is_held_up(full: Sender) -> None:
    assert full.send(**MARKET, side="sell", qty="6").http_status == 429


def test_in_a_batch_the_exits_go_and_what_opens_says_why_not(
    full: Sender, venue: ScriptedVenue
) -> None:
    out = {"order_type": "MARKET", "qty_per": "-100"}
    answer = full.batch(out, ENTRY, account="A1")
    assert answer.http_status == 200
    assert codes(answer) == [None, "rate_limited"]
    assert list(Order.objects.order_by("id").values_list("side", "status", "error_code")) == [
        ("BUY", "FILLED", ""),
        ("SELL", "FILLED", ""),
        ("BUY", "FAILED", "rate_limited"),
    ]


def test_in_a_batch_the_cancels_go(full: Sender, venue: ScriptedVenue) -> None:
    answer = full.batch({"order_type": "CANCEL_ALL_ORDER"}, ENTRY, account="A1")
    assert (answer.http_status, codes(answer)) == (200, ["rate_limited"])


def test_a_batch_that_only_opens_is_refused_as_a_whole(full: Sender, venue: ScriptedVenue) -> None:
    answer = full.batch(ENTRY, ENTRY, account="A1")
    assert (answer.http_status, answer.body["error"]["code"]) == (429, "rate_limited")
    assert Order.objects.count() == 1


def test_a_copy_uses_up_nothing(sender: Sender, venue: ScriptedVenue) -> None:
    limited(sender, 2)
    for _ in range(3):
        assert sender.send(alert_id="a").http_status == 200
    assert sender.send(alert_id="b").body["duplicate"] is False
    assert sender.send(alert_id="c").http_status == 429


def test_what_another_limit_denies_uses_up_nothing(sender: Sender, venue: ScriptedVenue) -> None:
    limited(sender, 1, allowed_sides=["SELL"])
    for name in ("a", "b"):
        assert codes(sender.send(alert_id=name)) == ["risk_side_not_allowed"] * 2
    limited(sender, 1, allowed_sides=[])
    assert sender.send(alert_id="c").body["success"] is True


def test_what_could_not_be_stored_uses_up_nothing(
    sender: Sender, venue: ScriptedVenue, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(sender, 1)

    async def unavailable(*_args: object, **_named: object) -> None:
        raise JournalUnavailable("no ledger")

    with monkeypatch.context() as patched:
        patched.setattr(sender.bridge.runtime.engine, "execute", unavailable)
        assert sender.send(alert_id="a").http_status == 503
    assert sender.send(alert_id="a").http_status == 200


def test_a_preview_says_so_and_counts_nothing(sender: Sender, venue: ScriptedVenue) -> None:
    def previewed() -> Any:
        body = json.dumps(sender.order()).encode()
        return sender.bridge.call(preview.preview(body, {"accept-language": "en"}, "")).body

    limited(sender, 1)
    for _ in range(3):
        assert [each["status"] for each in previewed()["results"]] == ["would_send"] * 2
    venue.next(Act.FILL)
    assert sender.send(alert_id="a").body["success"] is True
    told = previewed()
    assert told["success"] is False
    assert [each["code"] for each in told["results"]] == ["rate_limited"] * 2
    assert "Too many alerts: at most 1 a minute" in told["results"][0]["error"]
