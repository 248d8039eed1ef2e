"""Alerts that go nowhere: the status, the code, the text in both languages, and no order."""

from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from tests.scenario.bridge import Bridge
from tests.scenario.scenes import Said, Scene

LANGUAGES: dict[str, dict[str, str]] = {"ko": {}, "en": {"Accept-Language": "en"}}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """`changes` to a good alert; None leaves a field out. Without a text, the scene has it."""

    status: int
    code: str
    to_blame: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    said: Said | None = None


REFUSALS = {
    "an unsupported market type": Refused(
        status=422,
        code="unsupported_market_type",
        to_blame="market_type",
        changes={"market_type": "MOON"},
        said=Said(ko="지원하지 않는 market_type: MOON", en="Unsupported market_type: MOON"),
    ),
    "a limit without a price": Refused(
        status=422,
        code="price_required",
        to_blame="price",
        changes={"order_type": "LIMIT"},
        said=Said(ko="LIMIT 주문에는 price가 필수입니다", en="price is required for a LIMIT order"),
    ),
    "a wrong token": Refused(
        status=401,
        code="unauthorized",
        changes={"token": "tb_guessed"},
        said=Said(
            ko="활성 전략을 찾을 수 없거나 웹훅 토큰이 유효하지 않습니다",
            en="No active strategy with this name and token",
        ),
    ),
    "a missing symbol": Refused(
        status=422, code="missing_field", to_blame="symbol", changes={"symbol": None}
    ),
}


def refused(bridge: Bridge, scene: Scene, case: Refused, language: str) -> dict[str, Any]:
    answer = bridge.send(
        scene.group_name, headers=LANGUAGES[language], **(scene.order | case.changes)
    )
    assert answer.status_code == case.status, answer.text
    told = answer.json()
    assert told["success"] is False
    error: dict[str, Any] = told["error"]
    assert (error["code"], error["field"]) == (case.code, case.to_blame)
    assert bridge.rows("/api/orders/", receipt=error["receipt"]) == []
    return error


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", REFUSALS.values(), ids=REFUSALS.keys())
def test_it_is_refused_in_the_senders_language_and_orders_nothing(
    bridge: Bridge, scene: Scene, case: Refused, language: Literal["ko", "en"]
) -> None:
    error = refused(bridge, scene, case, language)
    assert error["message"] == getattr(case.said or scene.missing_symbol, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_market_without_an_account_of_its_family_is_refused(
    bridge: Bridge, scene: Scene, language: Literal["ko", "en"]
) -> None:
    symbol = {"SPOT": "BTC/USDT", "DOMESTIC_STOCK": "005930"}[scene.other_market]
    family = {"SPOT": "crypto", "DOMESTIC_STOCK": "securities"}[scene.other_market]
    case = Refused(
        status=422,
        code=f"no_{family}_account",
        changes={"market_type": scene.other_market, "symbol": symbol},
        to_blame="market_type",
    )
    error = refused(bridge, scene, case, language)
    assert error["message"] == getattr(scene.none_of_the_other, language)


def test_an_unknown_strategy_is_refused_like_a_wrong_token(bridge: Bridge, scene: Scene) -> None:
    token = bridge.token_of(scene.group_name)
    unknown = bridge.send("nobody", token=token, **scene.order)
    wrong = bridge.send(scene.group_name, token="tb_guessed", **scene.order)
    answers = [(each.status_code, each.json()["error"]) for each in (unknown, wrong)]
    for _, error in answers:
        del error["receipt"]
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"group_name": ', "bad_json"),
        (b"\xff\xfe", "broken_utf8"),
        (b"[" * 10_000 + b"]" * 10_000, "too_deep"),
        (b"x" * (64 * 1024 + 1), "too_large"),
    ],
    ids=["half", "not utf-8", "deep", "large"],
)
def test_what_cannot_be_read_is_answered_400(bridge: Bridge, body: bytes, code: str) -> None:
    answer = bridge.post_alert(body, "application/json")
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize("size", ["0", "1e999999", "ten", "-5e400"])
def test_a_size_that_is_none_orders_nothing(bridge: Bridge, scene: Scene, size: str) -> None:
    answer = bridge.send(scene.group_name, **(scene.order | {"qty_per": size}))
    assert answer.status_code == 422, answer.text
    error = answer.json()["error"]
    assert error["field"] == "qty_per"
    assert bridge.rows("/api/orders/", receipt=error["receipt"]) == []


def test_a_refused_alert_is_on_record_for_its_owner(bridge: Bridge, scene: Scene) -> None:
    error = refused(bridge, scene, REFUSALS["a limit without a price"], "ko")
    (alert,) = bridge.rows("/api/alerts/", receipt=error["receipt"])
    assert (alert["status"], alert["error"]["code"]) == ("REJECTED", "price_required")
