"""Every view: the owner sees it, a mate and a stranger do not, and nobody gets a login page."""

from collections.abc import Callable

import pytest
from django.test import Client

from orders.models import Order
from tests.orders.people import World, client_of
from tests.orders.rows import fill, hold, make_order


def _order(world: World) -> Order:
    order = make_order(world.strategy, world.account, world.market)
    fill(order)
    hold(world.strategy, world.account, world.market, order.quantity)
    return order


LISTS = ("orders", "trades", "positions", "alerts")
OBJECTS: dict[str, Callable[[Order], str]] = {
    "order": lambda order: f"/api/orders/{order.pk}/",
    "alert": lambda order: f"/api/alerts/{order.alert_id}/",
    "receipt": lambda order: f"/api/receipts/{order.alert.receipt}",
}
ACTIONS: dict[str, Callable[[Order], str]] = {
    "cancel": lambda order: f"/api/orders/{order.pk}/cancel/",
    "close": lambda order: f"/api/positions/{order.account.positions.get().pk}/close/",
}
EVERYTHING = [f"/api/{name}/" for name in (*LISTS, "orders/open", "events")]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_the_owners_rows_to_the_owner_alone(world: World, name: str) -> None:
    _order(world)
    path = f"/api/{name}/"
    assert len(client_of(world.owner).get(path).json()["results"]) == 1
    assert client_of(world.mate).get(path).json()["results"] == []
    assert client_of(world.stranger).get(path).json()["results"] == []


@pytest.mark.parametrize("kind", OBJECTS)
def test_an_object_of_another_is_not_there(world: World, kind: str) -> None:
    path = OBJECTS[kind](_order(world))
    assert client_of(world.owner).get(path).status_code == 200
    for other in (world.mate, world.stranger):
        answer = client_of(other).get(path)
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "not_found"


@pytest.mark.parametrize("kind", ACTIONS)
def test_an_action_on_anothers_object_finds_nothing(world: World, kind: str) -> None:
    path = ACTIONS[kind](_order(world))
    for other in (world.mate, world.stranger):
        assert client_of(other).post(path).status_code == 404


@pytest.mark.parametrize("path", EVERYTHING)
def test_without_a_login_it_is_401_and_says_how(world: World, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Token")
    assert answer.json()["error"]["code"] == "not_authenticated"


@pytest.mark.parametrize("kind", [*OBJECTS, *ACTIONS])
def test_without_a_login_nothing_is_told_apart(world: World, kind: str) -> None:
    path = (OBJECTS | ACTIONS)[kind](_order(world))
    method = Client().post if kind in ACTIONS else Client().get
    assert method(path).status_code == 401


def test_a_session_is_as_good_as_a_token(world: World) -> None:
    _order(world)
    browser = Client()
    browser.force_login(world.owner)
    assert len(browser.get("/api/orders/").json()["results"]) == 1


def test_a_session_cannot_cancel_without_the_csrf_token(world: World) -> None:
    order = make_order(world.strategy, world.account, world.market)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.owner)
    assert browser.post(f"/api/orders/{order.pk}/cancel/").status_code == 403


def test_an_account_owner_sees_their_orders_from_anothers_strategy(world: World) -> None:
    """Not the alert itself: that is the strategy owner's."""
    order = make_order(world.mates_strategy, world.account, world.market)
    client = client_of(world.owner)
    assert client.get(f"/api/orders/{order.pk}/").status_code == 200
    assert client.get(f"/api/alerts/{order.alert_id}/").status_code == 404


def test_a_receipt_shows_a_caller_only_the_accounts_they_own(world: World) -> None:
    own = make_order(world.strategy, world.account, world.market)
    make_order(world.strategy, world.mates_account, world.market, alert=own.alert)
    path = f"/api/receipts/{own.alert.receipt}"
    owners = client_of(world.owner).get(path).json()
    mates = client_of(world.mate).get(path).json()
    assert [each["account_name"] for each in owners["orders"]] == ["A1"]
    assert [each["account_name"] for each in mates["orders"]] == ["account of the mate"]
    assert owners["body"] == own.alert.body
    assert (mates["body"], mates["peer"], mates["reading"]) == ("", "", {})
