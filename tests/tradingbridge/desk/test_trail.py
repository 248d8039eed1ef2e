"""One alert's trail: to its owner everything, to a follower their own orders, to others nothing."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.test import Client

from exchanges.vocabulary import Side
from orders.vocabulary import AlertStatus, OrderStatus
from strategies.models import Account, Strategy
from tests.orders.rows import fill, make_alert, make_order, make_transition
from tests.tradingbridge.desk.conftest import page
from tests.worlds import Market, make_account


def test_who_is_not_logged_in_is_sent_to_the_login(strategy: Strategy) -> None:
    path = f"/alerts/{make_alert(strategy).receipt}/"
    assert Client().get(path).headers["Location"] == f"/admin/login/?next={path}"


def test_the_owner_sees_the_message_the_states_and_the_fills(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    order = make_order(strategy, account, market)
    make_transition(order, OrderStatus.SUBMITTING, OrderStatus.NEW, "ACCEPTED")
    fill(order, fee=Decimal("0.25"), fee_currency=market.quote)
    shown = page(owner, f"/alerts/{order.alert.receipt}/")
    assert "&quot;token&quot;: &quot;***&quot;" in shown
    assert order.client_order_id in shown
    assert "+40.0 ms" in shown
    assert f"0.25 {market.quote}" in shown


def test_a_stranger_gets_the_same_answer_as_for_an_alert_that_is_not_there(
    stranger: User, strategy: Strategy
) -> None:
    page(stranger, f"/alerts/{make_alert(strategy).receipt}/", status=404)
    page(stranger, "/alerts/01J00000000000000000000000/", status=404)


def test_a_follower_sees_their_own_orders_and_not_the_owners_message(
    owner: User, stranger: User, strategy: Strategy, account: Account, market: Market
) -> None:
    alert = make_alert(strategy)
    owners = make_order(strategy, account, market, alert=alert)
    followed = make_account(stranger, market.account_type, name="Follower")
    followers = make_order(strategy, followed, market, alert=alert)
    shown = page(stranger, f"/alerts/{alert.receipt}/")
    assert followers.client_order_id in shown
    assert owners.client_order_id not in shown
    assert "&quot;token&quot;" not in shown
    assert alert.peer not in shown


def test_a_rejected_alert_tells_why_and_that_it_made_no_order(
    owner: User, strategy: Strategy
) -> None:
    alert = make_alert(
        strategy,
        status=AlertStatus.REJECTED.value,
        http_status=401,
        error_code="unauthorized",
        error_message="No active strategy with this name and token",
    )
    shown = page(owner, f"/alerts/{alert.receipt}/")
    assert "No active strategy with this name and token" in shown
    assert "HTTP 401" in shown
    assert "This alert made no order." in shown


def test_slippage_is_positive_when_the_fill_was_worse_than_the_alerts_price(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    order = make_order(strategy, account, market, side=Side.SELL.value)
    fill(order, price=market.price * Decimal("0.99"))
    assert "1 % <span" in page(owner, f"/alerts/{order.alert.receipt}/")


def test_there_is_no_slippage_before_there_is_a_fill(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    order = make_order(strategy, account, market)
    assert "Slippage" not in page(owner, f"/alerts/{order.alert.receipt}/")
