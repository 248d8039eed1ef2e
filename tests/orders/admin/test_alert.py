"""The page of one alert has what its receipt has."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from orders import causes
from orders.models import Alert, AlertDuplicate, MissedAlert, Order, OrderTransition, Protection
from orders.states import Event
from orders.vocabulary import ProtectionStatus
from tests.orders.admin.conftest import make_staff, page_of
from tests.orders.people import World
from tests.orders.rows import NOON, fill, make_alert, make_order


def shown(client: Client, alert: Alert) -> str:
    answer = client.get(reverse("admin:orders_alert_change", args=(alert.pk,)))
    assert answer.status_code == 200
    return answer.content.decode()


def ask_cancel(order: Order, alert: Alert) -> None:
    OrderTransition.objects.create(
        order=order,
        from_status="NEW",
        to_status="CANCELLING",
        event=Event.CANCEL_ASKED.value,
        cause=causes.of_alert(alert.receipt),
        at=NOON,
    )


def test_an_order_is_shown_with_its_times_and_what_it_cost(world: World, admin: Client) -> None:
    order = make_order(world.strategy, world.account, world.market)
    fill(order, price=world.market.price * 2)
    page = shown(admin, order.alert)
    for text in ("+2.0 ms", "+40.0 ms", "+60.0 ms", f"{world.market.price} (100 %)"):
        assert text in page, text


def test_an_order_that_was_not_filled_has_no_cost(world: World, admin: Client) -> None:
    order = make_order(world.strategy, world.account, world.market, sent_at=None)
    page = shown(admin, order.alert)
    assert " %)" not in page
    assert "+2.0 ms" not in page


def test_the_state_of_attached_exits_is_shown(world: World, admin: Client) -> None:
    entry = make_order(world.strategy, world.account, world.market)
    Protection.objects.create(
        entry=entry, status=ProtectionStatus.BROKEN.value, created_at=NOON, updated_at=NOON
    )
    assert "<td>Broken</td>" in shown(admin, entry.alert)


def test_copies_gaps_and_the_senders_own_time_are_shown(world: World, admin: Client) -> None:
    alert = make_alert(world.strategy)
    AlertDuplicate.objects.create(
        alert=alert, received_at=NOON + timedelta(seconds=5), peer="52.32.178.7"
    )
    MissedAlert.objects.create(
        strategy=world.strategy,
        market_type=world.market.market_type.value,
        symbol=world.market.symbol,
        expected="LONG",
        told="FLAT",
        last_receipt="",
        receipt=alert.receipt,
        detected_at=NOON,
    )
    page = shown(admin, alert)
    for text in ("2026-03-02T12:00:00.000Z", "2026-03-02 12:00:05.123", "52.32.178.7", "LONG ≠"):
        assert text in page, text


def test_cancels_are_shown_to_whose_accounts_they_were_on(world: World, admin: Client) -> None:
    alert = make_alert(world.strategy)
    own = make_order(world.strategy, world.account, world.market)
    followed = make_order(world.strategy, world.mates_account, world.market)
    for order in (own, followed):
        ask_cancel(order, alert)
    page = shown(page_of(make_staff(world.owner, "view_alert", "view_order")), alert)
    links = [reverse("admin:orders_order_change", args=(order.pk,)) for order in (own, followed)]
    assert [link in page for link in links] == [True, False]
    assert all(link in shown(admin, alert) for link in links)
