"""Missed alerts in the admin: what nobody has reviewed comes first, and can be marked."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from orders.models import MissedAlert
from tests.orders.admin.conftest import make_staff, page_of
from tests.orders.people import World
from tests.orders.rest.test_missed_alerts import make_missed
from tests.orders.rows import NOON, make_alert

LIST = "admin:orders_missedalert_changelist"


@pytest.fixture
def missed(world: World) -> MissedAlert:
    return make_missed(world.strategy)


@pytest.fixture
def staff(world: World) -> User:
    return make_staff(world.owner, "view_missedalert", "change_missedalert")


def listed(client: Client, **query: str) -> str:
    response = client.get(reverse(LIST), query)
    assert response.status_code == 200
    return response.content.decode()


def mark(client: Client, *rows: MissedAlert) -> str:
    selected: dict[str, Any] = {
        "action": "mark_reviewed",
        "_selected_action": [row.pk for row in rows],
    }
    response = client.post(reverse(LIST), selected, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_what_nobody_has_reviewed_comes_first(world: World, admin: Client) -> None:
    make_missed(world.strategy, symbol="OLD", receipt="R3")
    make_missed(world.strategy, symbol="DONE", receipt="R4", reviewed_at=NOON)
    make_missed(world.strategy, symbol="NEW", receipt="R5")
    page = listed(admin)
    rows = page[page.index("result_list") :]
    places = [rows.index(f">{symbol}<") for symbol in ("NEW", "OLD", "DONE")]
    assert places == sorted(places)


def test_it_can_be_narrowed_to_what_nobody_has_reviewed(world: World, admin: Client) -> None:
    make_missed(world.strategy, receipt="AAAAAAAA", reviewed_at=NOON)
    make_missed(world.strategy, receipt="BBBBBBBB")
    page = listed(admin, reviewed_at__isempty="1")
    assert "BBBBBBBB" in page
    assert "AAAAAAAA" not in page


def test_marking_says_who_and_when(staff: User, missed: MissedAlert) -> None:
    assert "1 missed alerts were marked as reviewed" in mark(page_of(staff), missed)
    missed.refresh_from_db()
    assert missed.reviewed_by == staff
    assert missed.reviewed_at is not None


def test_marking_again_changes_nothing(world: World, staff: User) -> None:
    missed = make_missed(world.strategy, reviewed_at=NOON, reviewed_by=world.mate)
    assert "0 missed alerts" in mark(page_of(staff), missed)
    missed.refresh_from_db()
    assert (missed.reviewed_at, missed.reviewed_by) == (NOON, world.mate)


def test_staff_see_and_mark_only_their_own(world: World, missed: MissedAlert) -> None:
    other = page_of(make_staff(world.mate, "view_missedalert", "change_missedalert"))
    assert "BTC/USDT" not in listed(other)
    mark(other, missed)
    missed.refresh_from_db()
    assert missed.reviewed_at is None


def test_who_may_only_read_cannot_mark(world: World, missed: MissedAlert) -> None:
    mark(page_of(make_staff(world.owner, "view_missedalert")), missed)
    missed.refresh_from_db()
    assert missed.reviewed_at is None


def test_a_page_leads_to_the_alerts_on_both_sides_of_the_gap(world: World, admin: Client) -> None:
    alert = make_alert(world.strategy)
    missed = make_missed(world.strategy, receipt=alert.receipt, last_receipt="GONE")
    page = admin.get(reverse("admin:orders_missedalert_change", args=(missed.pk,)))
    text = page.content.decode()
    assert reverse("admin:orders_alert_change", args=(alert.pk,)) in text
    assert "GONE" in text


def test_a_page_changes_nothing(admin: Client, missed: MissedAlert) -> None:
    address = reverse("admin:orders_missedalert_change", args=(missed.pk,))
    assert admin.post(address, {"told": "LONG"}).status_code == 403
