"""Every refusal of the contract, in both languages, and nothing sent."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from orders.models import Alert, Order
from strategies import tokens
from strategies.models import Strategy, StrategyAccount
from tests.venues import ScriptedVenue
from tests.webhooks.conftest import Sender


@dataclass(frozen=True, kw_only=True)
class Refused:
    status: int
    code: str
    field: str
    ko: str
    en: str


def error(sender: Sender, alert: dict[str, Any] | bytes, language: str) -> tuple[int, Any]:
    answer = sender.post(alert, accept_language=language)
    assert answer.body["success"] is False
    return answer.http_status, answer.body["error"]


def check(sender: Sender, venue: ScriptedVenue, alert: dict[str, Any], expected: Refused) -> None:
    for language, text in (("ko", expected.ko), ("en", expected.en)):
        status, told = error(sender, alert, language)
        assert (status, told["code"], told["field"]) == (
            expected.status,
            expected.code,
            expected.field,
        )
        assert told["message"] == text
        assert Alert.objects.filter(receipt=told["receipt"], error_code=expected.code).exists()
    assert venue.book == []
    assert not Order.objects.exists()


NOBODY = Refused(
    status=401,
    code="unauthorized",
    field="",
    ko="활성 전략을 찾을 수 없거나 웹훅 토큰이 유효하지 않습니다",
    en="No active strategy with this name and token",
)


@pytest.mark.parametrize("field", ["group_name", "token"])
def test_who_is_asking_must_be_said(sender: Sender, venue: ScriptedVenue, field: str) -> None:
    expected = Refused(
        status=422,
        code="missing_field",
        field=field,
        ko=f"필수 필드 누락: {field}",
        en=f"Missing required field: {field}",
    )
    check(sender, venue, sender.order(**{field: None}), expected)


def test_an_unknown_strategy_a_wrong_token_and_an_inactive_strategy_sound_the_same(
    sender: Sender, venue: ScriptedVenue
) -> None:
    check(sender, venue, sender.order(group_name="nobody"), NOBODY)
    check(sender, venue, sender.order(token="wrong"), NOBODY)
    Strategy.objects.update(is_active=False, language="en")
    sender.settle()
    check(sender, venue, sender.order(), NOBODY)


@pytest.mark.parametrize("field", ["symbol", "order_type", "side"])
def test_a_required_field_is_named(sender: Sender, venue: ScriptedVenue, field: str) -> None:
    is_crypto = sender.desk.market.name == "crypto"
    ko, en = (
        (f"필수 필드 누락: {field}", f"Missing required field: {field}")
        if is_crypto
        else (
            f"증권 주문에 필수 필드 누락: {field}",
            f"Missing required field in a securities order: {field}",
        )
    )
    expected = Refused(status=422, code="missing_field", field=field, ko=ko, en=en)
    check(sender, venue, sender.order(**{field: None}), expected)


def test_a_limit_order_needs_its_price(sender: Sender, venue: ScriptedVenue) -> None:
    expected = Refused(
        status=422,
        code="price_required",
        field="price",
        ko="LIMIT 주문에는 price가 필수입니다",
        en="price is required for a LIMIT order",
    )
    check(sender, venue, sender.order(price=None), expected)


def test_a_stop_order_needs_its_stop_price(sender: Sender, venue: ScriptedVenue) -> None:
    expected = Refused(
        status=422,
        code="stop_price_required",
        field="stop_price",
        ko="STOP_MARKET 주문에는 stop_price가 필수입니다",
        en="stop_price is required for a STOP_MARKET order",
    )
    check(sender, venue, sender.order(order_type="STOP_MARKET", price=None), expected)


def test_an_unknown_market_type_is_refused(sender: Sender, venue: ScriptedVenue) -> None:
    expected = Refused(
        status=422,
        code="unsupported_market_type",
        field="market_type",
        ko="지원하지 않는 market_type: MOON",
        en="Unsupported market_type: MOON",
    )
    check(sender, venue, sender.order(market_type="MOON"), expected)


def test_a_strategy_without_links_says_so(sender: Sender, venue: ScriptedVenue) -> None:
    StrategyAccount.objects.all().delete()
    sender.settle()
    expected = Refused(
        status=422,
        code="no_account_linked",
        field="",
        ko="전략 'test1'에 연결된 계좌가 없습니다",
        en="No account is linked to strategy 'test1'",
    )
    check(sender, venue, sender.order(), expected)


def test_no_account_of_the_family_says_which_kind_is_missing(
    sender: Sender, venue: ScriptedVenue
) -> None:
    other = sender.desk.market.other
    symbol = "005930" if sender.desk.market.name == "crypto" else "BTC/USDT"
    expected = {
        "STOCK": Refused(
            status=422,
            code="no_securities_account",
            field="market_type",
            ko="처리할 증권 계좌가 없습니다. STOCK 타입 계좌를 확인하세요.",
            en="No securities account to trade with. Check the accounts of type STOCK.",
        ),
        "CRYPTO": Refused(
            status=422,
            code="no_crypto_account",
            field="market_type",
            ko="처리할 크립토 계좌가 없습니다. CRYPTO 타입 계좌를 확인하세요.",
            en="No crypto account to trade with. Check the accounts of type CRYPTO.",
        ),
    }[other.family]
    check(sender, venue, sender.order(market_type=other.value, symbol=symbol), expected)


def test_a_bad_symbol_is_refused_with_an_example(sender: Sender, venue: ScriptedVenue) -> None:
    status, told = error(sender, sender.order(symbol="@@@"), "en")
    assert (status, told["code"], told["field"]) == (422, "unknown_symbol_form", "symbol")
    assert "'@@@'" in told["message"]


def test_a_quantity_that_rounds_to_nothing_is_told_for_the_account(
    sender: Sender, venue: ScriptedVenue
) -> None:
    answer = sender.send(qty="0.000000000000000001")
    assert {entry["error"] for entry in answer.body["results"]} == {"계산된 주문 수량이 0입니다"}
    assert {entry["code"] for entry in answer.body["results"]} == {"zero_quantity"}
    assert venue.book == []


@pytest.mark.parametrize("value", ["-1", "0", "abc", "1e999999", "9" * 60])
def test_a_quantity_that_is_no_quantity_is_refused(
    sender: Sender, venue: ScriptedVenue, value: str
) -> None:
    status, told = error(sender, sender.order(qty=value), "en")
    assert (status, told["field"]) in {(422, "qty"), (400, "qty")}
    assert not Order.objects.exists()


HOSTILE = {
    "nothing": b"",
    "64 KiB and one byte": b'{"a":"' + b"x" * (64 * 1024 - 7) + b'"}',
    "broken UTF-8": b'{"group_name":"\xff\xfe"}',
    "10,000 deep": b"[" * 10_000 + b"]" * 10_000,
    "10,000 deep inside": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a list": b"[1,2]",
    "a number": b"1",
    "half of it": b'{"group_name": "test1"',
    "no words": b"\x00\x01\x02",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_cannot_be_read_is_a_clear_4xx_and_kept(
    sender: Sender, venue: ScriptedVenue, body: bytes
) -> None:
    for language in ("ko", "en"):
        status, told = error(sender, body, language)
        assert status in {400, 422}
        assert told["code"]
        assert told["message"]
        assert Alert.objects.filter(receipt=told["receipt"]).exists()
    assert venue.book == []


def test_the_strategy_s_language_is_spoken_when_the_sender_asks_for_none(sender: Sender) -> None:
    Strategy.objects.update(language="en")
    sender.settle()
    answer = sender.post(sender.order(price=None))
    assert answer.body["error"]["message"] == "price is required for a LIMIT order"


def test_an_old_token_works_during_the_overlap_and_not_behind_it(
    sender: Sender, venue: ScriptedVenue
) -> None:
    new = tokens.issue(sender.desk.strategy)
    sender.settle()
    assert sender.send().http_status == 200
    assert sender.send(token=new).http_status == 200
    tokens.issue(sender.desk.strategy, overlap=type(tokens.OVERLAP)(0))
    sender.settle()
    assert sender.send().http_status == 401


def test_a_refused_alert_keeps_no_secret(sender: Sender) -> None:
    sender.send(price=None)
    sender.post(json.dumps(sender.order())[:-1].encode())
    assert Alert.objects.count() == 2
    assert not Alert.objects.filter(body__contains=sender.token).exists()
