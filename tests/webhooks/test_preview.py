"""A preview says what would happen, and nothing does."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.models import Alert, AlertKey, MissedAlert, Order, Position, Signal
from strategies.models import StrategyAccount
from tests.orders.people import client_of
from tests.tradingbridge.clients import Exchange, chunk
from tests.venues import ScriptedVenue
from tests.webhooks.conftest import Sender
from tests.worlds import MARKETS, make_user
from webhooks import preview
from webhooks.door import door, wants

CRYPTO = MARKETS[0]
"""A broker's `qty_per` counts shares, and asks neither for capital nor for a price."""


def previewed(sender: Sender, **changes: Any) -> Any:
    status, answer = posted(sender, sender.order(**changes))
    assert status == 200, answer
    return answer


def posted(sender: Sender, alert: dict[str, Any] | bytes, **headers: str) -> tuple[int, Any]:
    body = alert if isinstance(alert, bytes) else json.dumps(alert).encode()
    named = {"content-type": "application/json", "accept-language": "en"} | headers
    answer = sender.bridge.call(preview.preview(body, named, "203.0.113.9"))
    return answer.http_status, json.loads(json.dumps(answer.body))


def hold(sender: Sender, quantity: Decimal) -> None:
    """On the first account."""
    Position.objects.create(
        strategy=sender.desk.strategy,
        account=sender.desk.accounts[0],
        market_type=sender.desk.market.market_type.value,
        symbol=sender.desk.market.symbol,
        quantity=quantity,
        updated_at=datetime.now(UTC),
    )


def is_untouched(venue: ScriptedVenue) -> bool:
    """Nothing at the venue, and no row of ours."""
    return not (venue.book or Alert.objects.exists() or AlertKey.objects.exists())


def test_every_account_is_shown_its_order_and_nothing_is_sent_or_kept(
    sender: Sender, venue: ScriptedVenue
) -> None:
    market = sender.desk.market
    answer = previewed(sender)
    assert (answer["success"], answer["action"], answer["receipt"]) == (True, "preview", None)
    assert [result["account_name"] for result in answer["results"]] == ["A1", "A2"]
    for result in answer["results"]:
        assert (result["status"], result["side"]) == ("would_send", "BUY")
        assert (result["order_type"], result["price"]) == ("LIMIT", str(market.price))
        assert Decimal(result["quantity"]) == market.lot * 10
    assert answer["summary"]["would_send"] == 2
    assert answer["message"].startswith("Preview: 2 orders would be sent")
    assert is_untouched(venue)
    assert Order.objects.count() == 0


def test_the_rounding_is_shown_step_by_step(sender: Sender) -> None:
    market = sender.desk.market
    wanted = market.lot * 10 + market.lot / 3
    price = market.price + Decimal("0.4")
    [result, _] = previewed(sender, qty=str(wanted), price=str(price))["results"]
    working = result["working"]
    assert Decimal(working["wanted_quantity"]) == wanted
    assert Decimal(result["quantity"]) == market.lot * 10
    assert (Decimal(working["lot"]), working["tick"]) == (market.lot, "1")
    assert (working["asked_price"], result["price"]) == (str(price), str(market.price))


@pytest.mark.parametrize("market", [CRYPTO], ids=["crypto"])
def test_the_price_that_a_percent_is_sized_by_is_named_with_its_source(sender: Sender) -> None:
    order = {"qty": None, "qty_per": "10", "order_type": "MARKET"}
    [told, _] = previewed(sender, **order)["results"]
    assert (told["working"]["price_source"], told["working"]["price_used"]) == ("alert", "90000")
    [asked, _] = previewed(sender, **order, price=None)["results"]
    assert asked["working"]["price_source"] == "venue"


@pytest.mark.parametrize("market", [CRYPTO], ids=["crypto"])
def test_one_account_that_cannot_trade_says_why_and_the_other_would_go(sender: Sender) -> None:
    StrategyAccount.objects.filter(account=sender.desk.accounts[0]).update(capital=0)
    sender.settle()
    answer = previewed(sender, qty=None, qty_per="10")
    first, second = answer["results"]
    assert (first["status"], first["code"]) == ("failed", "no_capital")
    assert "admin" in first["error"]
    assert second["status"] == "would_send"
    assert (answer["success"], answer["summary"]["failed_orders"]) == (True, 1)


def test_an_exit_is_sized_by_the_position_that_is_shown(
    sender: Sender, venue: ScriptedVenue
) -> None:
    lot = sender.desk.market.lot
    hold(sender, lot * 7)
    answer = previewed(sender, qty=None, qty_per="-100", side=None, order_type="MARKET")
    first, second = answer["results"]
    assert (first["side"], Decimal(first["quantity"])) == ("SELL", lot * 7)
    assert Decimal(first["working"]["position"]) == lot * 7
    assert (second["status"], second["code"]) == ("failed", "nothing_to_close")
    assert is_untouched(venue)


def test_a_target_that_is_reached_already_changes_nothing(sender: Sender) -> None:
    lot = sender.desk.market.lot
    hold(sender, lot * 7)
    answer = previewed(
        sender, qty=None, target_position=str(lot * 7), side=None, account="A1", price=None,
        order_type="MARKET",
    )  # fmt: skip
    assert [result["status"] for result in answer["results"]] == ["unchanged"]
    assert answer["success"]


def test_the_orders_that_would_be_cancelled_are_named_and_stay(
    sender: Sender, venue: ScriptedVenue
) -> None:
    sender.send()
    resting = list(Order.objects.order_by("id").values_list("id", flat=True))
    answer = previewed(
        sender, order_type="CANCEL_ALL_ORDER", side=None, price=None, qty=None, symbol=None
    )
    assert [int(each["order_id"]) for each in answer["cancels"]] == resting
    assert (answer["success"], answer["summary"]["would_cancel"]) == (True, 2)
    assert set(Order.objects.values_list("status", flat=True)) == {"NEW"}


def test_a_batch_shows_what_would_go_and_what_cannot_be_read(sender: Sender) -> None:
    entry = {key: sender.order()[key] for key in ("order_type", "side", "price", "qty")}
    batch = {
        "group_name": "test1",
        "token": sender.token,
        "symbol": sender.desk.market.symbol,
        "orders": [entry, {**entry, "price": None}],
    }
    status, answer = posted(sender, batch)
    assert status == 200
    assert [result["instruction"] for result in answer["results"]] == [0, 0]
    [unread] = answer["unread"]
    assert (unread["instruction"], unread["code"]) == (1, "price_required")
    assert unread["field"] == "orders[1].price"


def test_a_copy_of_an_alert_is_told_apart_and_a_preview_takes_no_key(sender: Sender) -> None:
    alert = sender.order(alert_id="bar-17")
    assert posted(sender, alert)[1]["duplicate_of"] is None
    sent = sender.post(alert)
    answer = posted(sender, alert)[1]
    assert answer["duplicate_of"] == sent.body["receipt"]
    assert (answer["success"], answer["duplicate"]) == (False, True)
    assert sent.body["receipt"] in answer["message"]


def test_the_same_body_may_follow_its_preview_in_earnest(sender: Sender) -> None:
    body = json.dumps(sender.order()).encode()
    posted(sender, body)
    assert sender.post(body).body["duplicate"] is False


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"token": "wrong"}, 401, "unauthorized"),
        ({"group_name": "nobody"}, 401, "unauthorized"),
        ({"price": None}, 422, "price_required"),
        ({"market_type": "MOON"}, 422, "unsupported_market_type"),
        ({"account": "nobody"}, 422, "no_matching_account"),
        ({"time": "2020-01-01T00:00:00Z"}, 422, "stale_alert"),
    ],
)
def test_a_refusal_is_the_webhooks_own_without_a_receipt(
    sender: Sender, changes: dict[str, Any], status: int, code: str
) -> None:
    alert = sender.order(**changes)
    told = posted(sender, alert)
    assert (told[0], told[1]["error"]["code"]) == (status, code)
    assert told[1]["error"]["receipt"] is None
    assert Alert.objects.count() == 0
    webhook = sender.post(alert, accept_language="en")
    assert webhook.body["error"] | {"receipt": None} == told[1]["error"]


def test_a_preview_does_not_wait_for_orders_that_are_on_their_way(
    sender: Sender, venue: ScriptedVenue
) -> None:
    """The lane of the first account is taken all the while."""
    with_turns = sender.bridge.runtime.engine.queue
    places: list[Any] = []

    async def take() -> None:
        places.append(with_turns([sender.desk.accounts[0].pk]).__enter__())

    async def leave() -> None:
        places[0].__exit__(None, None, None)

    sender.bridge.call(take())
    hold(sender, sender.desk.market.lot)
    answer = previewed(sender, qty=None, qty_per="-100", side=None, order_type="MARKET")
    sender.bridge.call(leave())
    assert answer["results"][0]["status"] == "would_send"


def test_a_gap_is_shown_and_neither_it_nor_the_signal_is_kept(sender: Sender) -> None:
    sender.send(prev_market_position="flat", market_position="long")
    sender.bridge.wait_until(Signal.objects.exists)
    told = previewed(sender, prev_market_position="flat", market_position="long")
    assert (told["missed_alert"]["expected"], told["missed_alert"]["told"]) == ("LONG", "FLAT")
    right = previewed(sender, prev_market_position="long", market_position="flat")
    assert right["missed_alert"] is None
    assert not MissedAlert.objects.exists()
    assert Signal.objects.get().position == "LONG"


def test_unknown_fields_are_warned_of(sender: Sender) -> None:
    assert "colour" in previewed(sender, colour="blue")["warnings"][0]


def test_without_a_bridge_nothing_is_promised(client: Client) -> None:
    answer = client.post("/api/webhook/preview", "{}", content_type="application/json")
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "not_previewed"
    assert answer.headers["Retry-After"] == "5"


def through_the_bare_door(sender: Sender, path: str, body: bytes, **headers: str) -> Any:
    request = Exchange("POST", path, chunk(body, more=False), **headers)
    assert wants(request._scope)
    sender.bridge.call(request.with_app(door))
    return request.status, request.json


@pytest.mark.parametrize("slash", ["", "/"])
def test_both_doors_preview_alike(sender: Sender, client: Client, slash: str) -> None:
    path = f"/api/webhook/preview{slash}"
    for changes in ({}, {"token": "wrong"}, {"qty": "0.00000001"}, {"side": "up"}):
        body = json.dumps(sender.order(**changes)).encode()
        status, bare = through_the_bare_door(sender, path, body)
        view = client.post(path, body, content_type="application/json")
        assert (view.status_code, view.json()) == (status, bare)


def test_a_preview_is_proved_by_headers_too(sender: Sender) -> None:
    body = json.dumps(sender.order(token=None)).encode()
    bearer = f"Bearer {sender.token}"
    path = "/api/webhook/preview"
    assert through_the_bare_door(sender, path, body, authorization=bearer)[0] == 200
    assert through_the_bare_door(sender, path, body, authorization="Bearer wrong")[0] == 401


# Replays.


def test_the_owner_replays_a_stored_alert_without_its_token(
    sender: Sender, venue: ScriptedVenue
) -> None:
    told = sender.send(alert_id="bar-17")
    venue.reset()
    alert = Alert.objects.get()
    owner = client_of(sender.desk.owner)
    for named in (str(alert.pk), alert.receipt):
        answer = owner.post(f"/api/alerts/{named}/preview/")
        assert answer.status_code == 200, answer.content
        assert answer.json()["success"]
        assert answer.json()["summary"]["would_send"] == 2
    assert told.body["receipt"] == alert.receipt
    assert (venue.book, Alert.objects.count()) == ([], 1)


def test_a_replay_is_neither_too_old_nor_its_own_duplicate(sender: Sender) -> None:
    fired = datetime.now(UTC) - timedelta(hours=1)
    refused = sender.send(time=fired.isoformat(), alert_id="bar-17")
    assert refused.body["error"]["code"] == "stale_alert"
    owner = client_of(sender.desk.owner)
    answer = owner.post(f"/api/alerts/{refused.body['error']['receipt']}/preview/").json()
    assert (answer["success"], answer["duplicate_of"]) == (True, None)


def test_a_replay_is_refused_as_the_alert_was(sender: Sender) -> None:
    receipt = sender.send(price=None).body["error"]["receipt"]
    answer = client_of(sender.desk.owner).post(f"/api/alerts/{receipt}/preview/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "price_required")


def test_nobody_replays_anothers_alert(sender: Sender) -> None:
    receipt = sender.send().body["receipt"]
    path = f"/api/alerts/{receipt}/preview/"
    assert client_of(make_user("stranger")).post(path).status_code == 404
    assert client_of(None).post(path).status_code == 401
    assert (
        Client().post(path, headers={"Authorization": f"Bearer {sender.token}"}).status_code == 401
    )


def test_without_a_bridge_a_replay_says_so(sender: Sender) -> None:
    receipt = sender.send().body["receipt"]
    sender.bridge.stop()
    answer = client_of(sender.desk.owner).post(f"/api/alerts/{receipt}/preview/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "engine_not_running")
