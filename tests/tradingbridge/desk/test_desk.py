"""The desk: who sees what, and what it says when there is nothing to see."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from orders.vocabulary import AlertStatus, OrderStatus
from strategies.models import Account, Strategy, StrategyAccount
from tests.orders.rows import fill, hold, make_alert, make_order
from tests.tradingbridge.desk.conftest import page
from tests.worlds import Market, link, make_account, make_strategy

QUERIES = 12


def test_who_is_not_logged_in_is_sent_to_the_login_and_back(db: None) -> None:
    response = Client().get("/")
    assert response.status_code == 302
    assert response.headers["Location"] == "/admin/login/?next=/"


def test_the_desk_takes_no_posts(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    assert client.post("/").status_code == 405


def test_a_trader_sees_their_strategies_orders_positions_and_alerts(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    order = make_order(strategy, account, market)
    hold(strategy, account, market, market.lot * 3)
    shown = page(owner)
    assert "momentum" in shown
    assert "Paper one" in shown
    assert market.symbol in shown
    assert order.client_order_id in shown
    assert f"/alerts/{order.alert.receipt}/" in shown
    assert f"momentum|{account.pk}|{market.market_type}|{market.symbol}" in shown


def test_a_stranger_sees_nothing_of_others(
    stranger: User, strategy: Strategy, account: Account, market: Market
) -> None:
    order = make_order(strategy, account, market)
    hold(strategy, account, market, market.lot)
    shown = page(stranger)
    for secret in ("momentum", "Paper one", order.client_order_id, order.alert.receipt):
        assert secret not in shown


def test_an_operator_sees_no_other_traders_orders(
    operator: User, strategy: Strategy, account: Account, market: Market
) -> None:
    order = make_order(strategy, account, market)
    shown = page(operator)
    assert "momentum" not in shown
    assert order.client_order_id not in shown


def test_an_alert_for_nobodys_strategy_is_shown_to_the_operator_alone(
    operator: User, stranger: User
) -> None:
    alert = make_alert(None, status=AlertStatus.REJECTED.value, error_code="unauthorized")
    assert alert.receipt in page(operator)
    assert alert.receipt not in page(stranger)


def test_an_order_of_anothers_strategy_on_ones_own_account_is_shown(
    stranger: User, strategy: Strategy, market: Market
) -> None:
    followed = make_account(stranger, market.account_type, name="Follower")
    order = make_order(strategy, followed, market)
    assert order.client_order_id in page(stranger)


def test_a_rejected_alert_shows_its_reason(owner: User, strategy: Strategy) -> None:
    make_alert(
        strategy,
        status=AlertStatus.REJECTED.value,
        http_status=422,
        error_code="missing_field",
        error_message="Missing required field: side",
    )
    shown = page(owner)
    assert "Missing required field: side" in shown
    assert "missing_field" in shown


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (
            {"success": True, "summary": {"successful_orders": 2, "failed_orders": 1}},
            ["Accepted", "2 placed, 1 failed"],
        ),
        (
            {"success": False, "summary": {"successful_orders": 0, "failed_orders": 2}},
            ["No order placed", "0 placed, 2 failed"],
        ),
        (
            {"success": True, "cancelled_orders": 3, "failed_orders": 0},
            ["Accepted", "3 cancelled, 0 failed"],
        ),
        ({"success": True, "message": "처리 중"}, ["Accepted", "처리 중"]),
    ],
)
def test_an_accepted_alert_tells_what_came_of_it(
    owner: User, strategy: Strategy, answer: dict[str, Any], told: list[str]
) -> None:
    make_alert(strategy, answer=answer)
    shown = page(owner).partition('id="alerts"')[2]
    for text in told:
        assert text in shown


def test_an_order_that_failed_says_why_in_the_readers_language(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    make_order(
        strategy,
        account,
        market,
        status=OrderStatus.FAILED.value,
        error_ko="수량이 0입니다",
        error_en="The quantity is 0",
    )
    assert "The quantity is 0" in page(owner, language="en")
    assert "수량이 0입니다" in page(owner, language="ko")


def test_an_unknown_order_raises_the_alarm(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    alarm = '<p class="alarm" id="unknown" role="alert">'
    make_order(strategy, account, market)
    assert alarm not in page(owner)
    make_order(strategy, account, market, status=OrderStatus.UNKNOWN.value)
    assert alarm in page(owner)


def test_a_finished_order_is_not_among_the_open_ones(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    done = make_order(strategy, account, market)
    fill(done)
    before_latest = page(owner).partition('id="latest-orders"')[0]
    assert done.client_order_id not in before_latest


def test_a_position_that_was_closed_is_not_shown(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    hold(strategy, account, market, Decimal(0))
    assert "No position is held." in page(owner)
    assert f"momentum|{account.pk}|" not in page(owner)


def test_a_strategy_without_an_account_says_that_its_alerts_are_refused(
    owner: User, strategy: Strategy
) -> None:
    assert "link an account, or its alerts are refused" in page(owner)


@pytest.mark.parametrize("switched_off", ["link", "account"])
def test_an_account_that_is_switched_off_is_said_to_be_skipped(
    owner: User, strategy: Strategy, account: Account, switched_off: str
) -> None:
    if switched_off == "link":
        StrategyAccount.objects.update(is_active=False)
    else:
        Account.objects.update(is_active=False)
    shown = page(owner)
    assert "link an account, or its alerts are refused" in shown
    assert "skipped:" in shown


def test_an_account_of_the_other_family_is_said_to_be_skipped(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    other = make_account(owner, market.other.family, name="Elsewhere")
    link(strategy, other)
    assert "(skipped: Elsewhere)" in " ".join(page(owner).split())


def test_an_example_alert_names_the_strategy_and_holds_no_token(
    owner: User, strategy: Strategy, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://bridge.example.com/"
    shown = page(owner)
    assert "&quot;group_name&quot;: &quot;momentum&quot;" in shown
    assert "&quot;token&quot;: &quot;YOUR-TOKEN&quot;" in shown
    assert "{{strategy.order.action}}" in shown
    assert "https://bridge.example.com/api/webhook<" in shown


def test_empty_tables_tell_what_to_do_next(owner: User) -> None:
    shown = page(owner)
    assert "There is no strategy yet." in shown
    assert "/admin/strategies/strategy/add/" in shown
    assert "No order yet. Send an example alert" in shown
    assert "No alert has arrived yet." in shown


def test_it_says_when_the_bridge_is_not_running(owner: User) -> None:
    assert "The bridge is not running in this server" in page(owner)


def test_it_speaks_korean(owner: User) -> None:
    shown = page(owner, language="ko")
    assert '<html lang="ko">' in shown
    assert "미체결 주문" in shown
    assert "Open orders" not in shown


def test_the_language_switch_is_remembered(owner: User) -> None:
    client = Client(headers={"Accept-Language": "ko"})
    client.force_login(owner)
    client.post("/i18n/setlang/", {"language": "en", "next": "/"})
    assert '<html lang="en">' in client.get("/").content.decode()


def test_no_page_of_the_desk_is_cached_or_runs_foreign_scripts(owner: User) -> None:
    client = Client()
    client.force_login(owner)
    response = client.get("/")
    assert "no-store" in response.headers["Cache-Control"]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_a_name_with_markup_in_it_stays_text(
    owner: User, account: Account, strategy: Strategy, market: Market
) -> None:
    Account.objects.update(name="<script>alert(1)</script>")
    make_order(strategy, account, market)
    shown = page(owner)
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_the_number_of_queries_does_not_grow_with_what_is_shown(
    owner: User,
    strategy: Strategy,
    account: Account,
    market: Market,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = Client()
    client.force_login(owner)
    for number in range(3):
        another = make_strategy(owner, market, group_name=f"more-{number}")
        link(another, account)
        make_order(another, account, market)
        hold(another, account, market, market.lot)
        with django_assert_num_queries(QUERIES):
            client.get("/")
