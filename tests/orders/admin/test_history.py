"""The ledger in the admin: everything can be read, and nothing can be written."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from orders.models import Alert, Order
from orders.vocabulary import OrderStatus
from tests.orders.admin.conftest import make_staff, page_of
from tests.orders.people import World
from tests.orders.rows import fill, hold, make_alert, make_order, make_transition

MODELS = ("alert", "order", "openorder", "trade", "position")


def rows_of(world: World) -> dict[str, Model]:
    order = make_order(
        world.strategy,
        world.account,
        world.market,
        quantity=Decimal("2.50"),
        price=Decimal("10.10"),
    )
    trade = fill(order)
    open_order = make_order(world.strategy, world.account, world.market)
    make_transition(open_order, "", "NEW", "ACCEPTED")
    position = hold(world.strategy, world.account, world.market, Decimal("-1.20"))
    return {
        "alert": order.alert,
        "order": order,
        "openorder": open_order,
        "trade": trade,
        "position": position,
    }


def address(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:orders_{model}_{page}", args=args)


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, (url, response)
    return response.content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_pages_can_be_read(world: World, admin: Client, model: str) -> None:
    row = rows_of(world)[model]
    assert f"/{model if model != 'openorder' else 'openorder'}/{row.pk}/" in text_of(
        admin, address(model, "changelist")
    )
    text_of(admin, address(model, "change", row.pk))


@pytest.mark.parametrize("model", MODELS)
def test_not_even_a_superuser_adds_changes_or_deletes(
    world: World, admin: Client, model: str
) -> None:
    row = rows_of(world)[model]
    before = type(row)._default_manager.filter(pk=row.pk).values().get()
    assert admin.get(address(model, "add")).status_code == 403
    assert admin.post(address(model, "change", row.pk), {"status": "FILLED"}).status_code == 403
    assert admin.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    admin.post(address(model, "changelist"), action)
    assert type(row)._default_manager.filter(pk=row.pk).values().get() == before


def test_decimals_are_exact_and_without_trailing_zeros(world: World, admin: Client) -> None:
    rows = rows_of(world)
    for model, row in rows.items():
        for url in (address(model, "changelist"), address(model, "change", row.pk)):
            assert not re.search(r"\d\.\d*0{6}", text_of(admin, url)), url
    order = text_of(admin, address("order", "change", rows["order"].pk))
    assert "2.5" in order
    assert "10.1" in order


@pytest.mark.parametrize("model", MODELS)
def test_staff_see_only_their_own(world: World, model: str) -> None:
    row = rows_of(world)[model]
    own, other = (page_of(make_staff(user, f"view_{model}")) for user in (world.owner, world.mate))
    listed = f"/{model}/{row.pk}/"
    assert listed in text_of(own, address(model, "changelist"))
    assert listed not in text_of(other, address(model, "changelist"))
    assert own.get(address(model, "change", row.pk)).status_code == 200
    assert other.get(address(model, "change", row.pk)).status_code == 302


def test_a_filter_names_no_strategy_or_account_of_others(world: World) -> None:
    rows_of(world)
    make_order(world.mates_strategy, world.mates_account, world.market)
    page = text_of(page_of(make_staff(world.owner, "view_order")), address("order", "changelist"))
    assert "test1" in page
    assert "mates" not in page
    assert "account of the mate" not in page


def test_an_alert_shows_the_masked_body_and_its_orders(world: World, admin: Client) -> None:
    alert = make_alert(world.strategy, body='{"token": "***", "note": "<script>"}')
    order = make_order(world.strategy, world.account, world.market, alert=alert)
    page = text_of(admin, address("alert", "change", alert.pk))
    assert "&quot;token&quot;: &quot;***&quot;" in page
    assert "<script>&quot;" not in page
    assert address("order", "change", order.pk) in page


@pytest.mark.parametrize("model", ["order", "openorder"])
def test_an_order_leads_to_its_alert_and_shows_its_states_and_fills(
    world: World, admin: Client, model: str
) -> None:
    order = make_order(world.strategy, world.account, world.market)
    make_transition(order, "", "SUBMITTING", "CREATED")
    trade = fill(order)
    Order.objects.update(status=OrderStatus.PARTIALLY_FILLED.value)
    page = text_of(admin, address(model, "change", order.pk))
    assert address("alert", "change", order.alert_id) in page
    assert "<td>Sending</td>" in page
    assert trade.exchange_trade_id in page


def test_the_owner_of_an_alert_sees_no_order_of_a_followers_account(world: World) -> None:
    alert = make_alert(world.strategy)
    own = make_order(world.strategy, world.account, world.market, alert=alert)
    followed = make_order(world.strategy, world.mates_account, world.market, alert=alert)
    client = page_of(make_staff(world.owner, "view_alert", "view_order"))
    page = text_of(client, address("alert", "change", alert.pk))
    assert address("order", "change", own.pk) in page
    assert address("order", "change", followed.pk) not in page


@pytest.mark.parametrize("model", ["order", "alert"])
def test_lists_begin_with_the_time_and_speak_the_readers_language(
    world: World, admin: Client, model: str
) -> None:
    make_order(world.strategy, world.account, world.market)
    page = text_of(admin, address(model, "changelist"))
    rows = page.split("<tbody", 1)[1].split("</table>", 1)[0]
    assert re.search(r"<t[dh][^>]*field-(created_at|received_at)", rows)
    words = {"order": ("Open", "Buy · "), "alert": ("Accepted",)}[model]
    assert all(word in rows for word in words)
    assert "ACCEPTED" not in rows


def test_a_long_receipt_is_shortened_and_whole_on_hovering(world: World, admin: Client) -> None:
    alert = make_alert(world.strategy)
    page = text_of(admin, address("alert", "changelist"))
    shown = f'title="{alert.receipt}">{alert.receipt[:8]}…{alert.receipt[-4:]}<'
    assert shown in page


def test_a_switch_that_is_off_is_a_plain_no(world: World, admin: Client) -> None:
    order = make_order(world.strategy, world.account, world.market)
    page = text_of(admin, address("order", "change", order.pk))
    assert "close_small" not in page


def test_a_trade_leads_to_its_order_and_its_alert(world: World, admin: Client) -> None:
    trade = fill(make_order(world.strategy, world.account, world.market))
    page = text_of(admin, address("trade", "change", trade.pk))
    assert address("order", "change", trade.order_id) in page
    assert address("alert", "change", trade.order.alert_id) in page


@pytest.mark.parametrize("found_by", ["receipt", "client_order_id", "exchange_order_id", "symbol"])
def test_an_order_is_found_by_what_people_have_of_it(
    world: World, admin: Client, found_by: str
) -> None:
    order = make_order(world.strategy, world.account, world.market, symbol="WANTED")
    other = make_order(world.strategy, world.account, world.market)
    text = order.alert.receipt if found_by == "receipt" else getattr(order, found_by)
    page = text_of(admin, f"{address('order', 'changelist')}?q={text}")
    assert address("order", "change", order.pk) in page
    assert address("order", "change", other.pk) not in page


@pytest.mark.parametrize(
    "query",
    ["status__exact=NEW", "market_type__exact={market}", "exchange=PAPER", "created_at__year=2026"],
)
def test_orders_are_narrowed_by_their_filters(world: World, admin: Client, query: str) -> None:
    order = make_order(world.strategy, world.account, world.market)
    query = query.format(market=world.market.market_type)
    page = text_of(admin, f"{address('order', 'changelist')}?{query}")
    assert address("order", "change", order.pk) in page


@pytest.mark.parametrize("model", MODELS)
def test_a_list_costs_the_same_queries_however_long_it_is(
    world: World, admin: Client, model: str, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        fill(make_order(world.strategy, world.account, world.market))
        make_order(world.strategy, world.account, world.market)
    hold(world.strategy, world.account, world.market, Decimal(1))
    with django_assert_max_num_queries(20):
        text_of(admin, address(model, "changelist"))


def test_open_orders_leave_out_what_is_finished(world: World, admin: Client) -> None:
    finished = make_order(
        world.strategy, world.account, world.market, status=OrderStatus.REJECTED.value
    )
    assert admin.get(address("openorder", "change", finished.pk)).status_code == 302
    assert Order.objects.count() == Alert.objects.count() == 1
