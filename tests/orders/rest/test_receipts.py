"""The whole trail of one alert, and who may read it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders import causes
from orders.models import Alert, AlertDuplicate, MissedAlert, Order, OrderTransition, Protection
from orders.states import Event
from orders.vocabulary import OrderRole, ProtectionStatus
from strategies import tokens
from strategies.models import StrategyToken
from tests.orders.people import World, client_of
from tests.orders.rows import NOON, fill, make_alert, make_order


def trail_of(client: Client, alert: Alert, **headers: str) -> Any:
    answer = client.get(f"/api/receipts/{alert.receipt}", headers=headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


def status_with(alert: Alert | str, token: str) -> int:
    receipt = alert if isinstance(alert, str) else alert.receipt
    answer = Client().get(f"/api/receipts/{receipt}", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


def ask_cancel(order: Order, cause: str) -> OrderTransition:
    return OrderTransition.objects.create(
        order=order,
        from_status="NEW",
        to_status="CANCELLING",
        event=Event.CANCEL_ASKED.value,
        cause=cause,
        at=NOON + timedelta(milliseconds=3),
    )


def miss(world: World, alert: Alert) -> MissedAlert:
    return MissedAlert.objects.create(
        strategy=world.strategy,
        market_type=world.market.market_type.value,
        symbol=world.market.symbol,
        expected="LONG",
        told="FLAT",
        last_receipt="01J00000000000000000000001",
        receipt=alert.receipt,
        detected_at=NOON,
    )


def test_who_has_the_strategys_token_reads_the_receipts_of_its_alerts(world: World) -> None:
    alert = make_alert(world.strategy)
    make_order(world.strategy, world.account, world.market, alert=alert)
    token = tokens.issue(world.strategy)
    trail = trail_of(Client(), alert, Authorization=f"Bearer {token}")
    assert trail["body"] == alert.body
    assert [order["account_name"] for order in trail["orders"]] == ["A1"]


def test_a_strategys_token_reads_no_other_alert_whoever_owns_it(world: World) -> None:
    """The same answer as for a receipt that there is not."""
    token = tokens.issue(world.strategy)
    theirs = make_alert(world.mates_strategy)
    own_account = make_order(world.mates_strategy, world.account, world.market).alert
    for unseen in (theirs, own_account, make_alert(None), "01J00000000000000000000000"):
        assert status_with(unseen, token) == 404


def test_a_wrong_or_expired_token_is_told_nothing(world: World) -> None:
    alert = make_alert(world.strategy)
    token = tokens.issue(world.strategy)
    StrategyToken.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    for wrong in (token, "tb_wrong", "two words", ""):
        assert status_with(alert, wrong) == 401
        assert status_with("01J00000000000000000000000", wrong) == 401


def test_a_strategys_token_opens_nothing_but_receipts(world: World) -> None:
    header = {"Authorization": f"Bearer {tokens.issue(world.strategy)}"}
    alert = make_alert(world.strategy)
    for path in ("/api/alerts/", f"/api/alerts/{alert.pk}/", "/api/orders/", "/api/strategies/"):
        assert Client().get(path, headers=header).status_code == 401


def test_an_owner_who_was_switched_off_has_no_more_tokens(world: World) -> None:
    alert, token = make_alert(world.strategy), tokens.issue(world.strategy)
    world.owner.is_active = False
    world.owner.save()
    assert status_with(alert, token) == 401


def test_a_receipt_tells_of_the_copies_that_arrived(world: World, client: Client) -> None:
    alert = make_alert(world.strategy)
    AlertDuplicate.objects.create(alert=alert, received_at=NOON, peer="52.32.178.7")
    assert trail_of(client, alert)["duplicates"] == [
        {"received_at": "2026-03-02T12:00:00.123Z", "peer": "52.32.178.7"}
    ]


def test_a_receipt_tells_of_the_alert_that_it_shows_to_be_lost(
    world: World, client: Client
) -> None:
    alert, other = make_alert(world.strategy), make_alert(world.strategy)
    miss(world, alert)
    missed = trail_of(client, alert)["missed_alert"]
    assert (missed["expected"], missed["told"], missed["reviewed_at"]) == ("LONG", "FLAT", None)
    assert trail_of(client, other)["missed_alert"] is None


@pytest.mark.parametrize("cause", [causes.of_alert, causes.of_exit])
def test_a_receipt_names_the_orders_that_its_alert_wanted_cancelled(
    world: World, client: Client, cause: Any
) -> None:
    alert = make_alert(world.strategy)
    doomed = make_order(world.strategy, world.account, world.market)
    ask_cancel(doomed, cause(alert.receipt))
    ask_cancel(make_order(world.strategy, world.account, world.market), cause("another"))
    [cancel] = trail_of(client, alert)["cancels"]
    assert (cancel["order_id"], cancel["receipt"]) == (doomed.pk, doomed.alert.receipt)
    assert (cancel["status"], cancel["asked_at"]) == ("NEW", "2026-03-02T12:00:00.126Z")


def test_cancels_on_others_accounts_are_not_named(world: World, client: Client) -> None:
    alert = make_alert(world.strategy)
    followed = make_order(world.strategy, world.mates_account, world.market)
    ask_cancel(followed, causes.of_alert(alert.receipt))
    assert trail_of(client, alert)["cancels"] == []


def test_every_leg_says_what_it_is_for(world: World, client: Client) -> None:
    alert = make_alert(world.strategy)
    entry = make_order(
        world.strategy, world.account, world.market, alert=alert, take_profit=Decimal(99000)
    )
    fill(entry)
    Protection.objects.create(
        entry=entry,
        status=ProtectionStatus.ACTIVE.value,
        guarded=entry.quantity,
        created_at=NOON,
        updated_at=NOON,
    )
    exits = Order.objects.create(
        **{
            field.attname: getattr(entry, field.attname)
            for field in Order._meta.concrete_fields
            if field.name not in {"id", "leg", "role", "client_order_id"}
        }
        | {"take_profit": None, "behind": entry.client_order_id, "is_exit": True},
        leg=2,
        role=OrderRole.TAKE_PROFIT.value,
        client_order_id="x" * 32,
    )
    first, second = trail_of(client, alert)["orders"]
    assert (first["leg"], first["role"], first["take_profit"]) == (0, "", "99000")
    assert first["protection"]["status"] == "ACTIVE"
    assert (second["leg"], second["role"], second["behind"]) == (
        *(2, "TAKE_PROFIT"),
        entry.client_order_id,
    )
    assert (second["id"], second["protection"]) == (exits.pk, None)


def test_an_order_has_all_its_times_in_a_row(world: World, client: Client) -> None:
    order = make_order(world.strategy, world.account, world.market)
    [fresh] = trail_of(client, order.alert)["orders"]
    assert (fresh["times"]["first_filled"], fresh["times"]["finished"]) == (None, None)
    fill(order)
    [shown] = trail_of(client, order.alert)["orders"]
    assert list(shown["times"].items()) == [
        ("fired", "2026-03-02T12:00:00.000Z"),
        ("received", "2026-03-02T12:00:00.123Z"),
        ("committed", "2026-03-02T12:00:00.123Z"),
        ("sent", "2026-03-02T12:00:00.125Z"),
        ("acknowledged", "2026-03-02T12:00:00.163Z"),
        ("first_filled", "2026-03-02T12:00:00.183Z"),
        ("last_filled", "2026-03-02T12:00:00.183Z"),
        ("finished", "2026-03-02T12:00:00.183Z"),
    ]


@pytest.mark.parametrize(("said", "told"), [(None, None), ("soon", "soon")])
def test_a_time_that_is_none_is_repeated_and_one_that_is_not_there_is_null(
    world: World, client: Client, said: str | None, told: str | None
) -> None:
    alert = make_alert(world.strategy, reading={"time": said})
    assert trail_of(client, alert)["fired_at"] == told


def test_a_follower_sees_their_own_orders_and_nothing_of_the_sender(world: World) -> None:
    alert = make_alert(world.strategy)
    make_order(world.strategy, world.mates_account, world.market, alert=alert)
    AlertDuplicate.objects.create(alert=alert, received_at=NOON, peer="52.32.178.7")
    miss(world, alert)
    trail = trail_of(client_of(world.mate), alert)
    assert [order["account_name"] for order in trail["orders"]] == ["account of the mate"]
    assert (trail["duplicates"], trail["missed_alert"], trail["answer"]) == ([], None, None)
