"""The one thing that the admin does to an order: ask the engine to cancel it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from orders.models import Order
from tests.bridges import Desk
from tests.orders.admin.conftest import make_staff, page_of
from tests.orders.rows import make_order
from tests.orders.scripted import bridge, desk, resting, venue
from tests.scripted import Act, ScriptedVenue
from tests.worlds import make_user

__all__ = ["bridge", "desk", "resting", "venue"]

LIST = "admin:orders_openorder_changelist"


def cancel(client: Client, *orders: Order) -> str:
    """What the page says afterwards."""
    selected: dict[str, Any] = {
        "action": "cancel_orders",
        "_selected_action": [order.pk for order in orders],
    }
    response = client.post(reverse(LIST), selected, follow=True)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def staff(desk: Desk) -> User:
    """The orders' owner, who may read and cancel them."""
    return make_staff(desk.owner, "view_openorder", "change_openorder")


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def test_selected_orders_are_cancelled_at_their_venue(
    staff: User, resting: Order, venue: ScriptedVenue
) -> None:
    assert "1 orders were cancelled" in cancel(page_of(staff), resting)
    assert status_of(resting) == "CANCELLED"
    assert len(venue.cancels) == 1


def test_a_refused_cancel_says_why(staff: User, resting: Order, venue: ScriptedVenue) -> None:
    venue.next_cancel(Act.REFUSE)
    assert "insufficient_balance (test)" in cancel(page_of(staff), resting)
    assert status_of(resting) == "NEW"


def test_staff_cannot_cancel_anothers_order(resting: Order, venue: ScriptedVenue) -> None:
    other = make_staff(make_user("mate"), "view_openorder", "change_openorder")
    cancel(page_of(other), resting)
    assert venue.cancels == []


def test_who_may_only_read_cannot_cancel(desk: Desk, resting: Order, venue: ScriptedVenue) -> None:
    cancel(page_of(make_staff(desk.owner, "view_openorder")), resting)
    assert venue.cancels == []


def test_without_an_engine_the_page_says_so(staff: User, desk: Desk) -> None:
    order = make_order(desk.strategy, desk.accounts[0], desk.market)
    assert "The engine is not running" in cancel(page_of(staff), order)
    assert status_of(order) == "NEW"
