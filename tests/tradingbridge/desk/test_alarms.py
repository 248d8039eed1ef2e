"""What a person must look at stands at the top of the desk, and goes when it was looked at."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone

from orders.models import Alert, AlertDuplicate, MissedAlert, Protection
from orders.vocabulary import ProtectionStatus
from strategies.models import Account, Strategy
from tests.orders.rows import make_alert, make_order
from tests.tradingbridge.desk.conftest import page
from tests.worlds import Market


def missed(strategy: Strategy, alert: Alert, market: Market) -> MissedAlert:
    return MissedAlert.objects.create(
        strategy=strategy,
        market_type=market.market_type.value,
        symbol=market.symbol,
        expected="FLAT",
        told="LONG",
        last_receipt="",
        receipt=alert.receipt,
        detected_at=timezone.now(),
    )


def test_a_missed_alert_is_shown_until_it_is_reviewed(
    owner: User, strategy: Strategy, market: Market
) -> None:
    gap = missed(strategy, make_alert(strategy), market)
    assert "the last alert left it flat, and the next one found it long" in page(owner)
    assert "마지막 알림 후 상태는 없음" in page(owner, language="ko")
    MissedAlert.objects.filter(pk=gap.pk).update(reviewed_at=timezone.now())
    assert "Alerts that never arrived" not in page(owner)


def test_a_missed_alert_of_another_is_not_shown(
    stranger: User, strategy: Strategy, market: Market
) -> None:
    missed(strategy, make_alert(strategy), market)
    assert "Alerts that never arrived" not in page(stranger)


def test_it_says_when_nothing_is_opened_until_a_missed_alert_is_reviewed(
    owner: User, strategy: Strategy, market: Market
) -> None:
    missed(strategy, make_alert(strategy), market)
    assert "Nothing is opened until this is reviewed" not in page(owner)
    Strategy.objects.filter(pk=strategy.pk).update(on_missed_alert="stop_opening")
    assert "Nothing is opened until this is reviewed" in page(owner)


def test_an_entry_without_its_exits_is_shown_while_it_is_held(
    owner: User, strategy: Strategy, account: Account, market: Market
) -> None:
    order = make_order(strategy, account, market)
    protection = Protection.objects.create(
        entry=order,
        status=ProtectionStatus.BROKEN.value,
        guarded=Decimal(2),
        error_en="The venue refused the stop",
        error_ko="거래소가 손절 주문을 거절했습니다",
        created_at=timezone.now(),
        updated_at=timezone.now(),
    )
    assert "The venue refused the stop" in page(owner)
    assert "거래소가 손절 주문을 거절했습니다" in page(owner, language="ko")
    Protection.objects.filter(pk=protection.pk).update(guarded=0)
    assert "The venue refused the stop" not in page(owner)


def test_the_trail_shows_copies_and_what_was_missed_before_it(
    owner: User, strategy: Strategy, market: Market
) -> None:
    alert = make_alert(strategy)
    AlertDuplicate.objects.create(alert=alert, received_at=timezone.now(), peer="203.0.113.7")
    missed(strategy, alert, market)
    shown = page(owner, f"/alerts/{alert.receipt}/")
    assert "203.0.113.7" in shown
    assert "Before this alert another one must have been lost" in shown


def test_the_trail_names_the_instructions_that_failed(owner: User, strategy: Strategy) -> None:
    alert = make_alert(strategy)
    answer = {
        "instructions": [
            {"instruction": 0, "kind": "ORDER", "success": True},
            {
                "instruction": 1,
                "success": False,
                "code": "price_required",
                "error": "price is required for a LIMIT order",
                "field": "orders[1].price",
            },
        ]
    }
    Alert.objects.filter(pk=alert.pk).update(answer=answer)
    shown = page(owner, f"/alerts/{alert.receipt}/")
    assert "orders[1].price" in shown
    assert "price is required for a LIMIT order" in shown
    assert "orders[0]" not in shown.split("<h2>Message")[0]
