"""Every refusal there is: HTTP status, stable code, and a text that names the way out."""

from collections.abc import Sequence
from dataclasses import dataclass

from exchanges.errors import Reason
from exchanges.vocabulary import AccountType


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`field` is empty when no single field is to blame. `retry_after` is in seconds."""

    http_status: int
    reason: Reason
    field: str = ""
    retry_after: int = 0


class AlertRefused(Exception):
    """The alert goes nowhere; the refusal is the whole answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason.code)
        self.refusal = refusal


def _reason(code: str, ko: str, en: str) -> Reason:
    return Reason(code=code, ko=ko, en=en)


def _unreadable(code: str, ko: str, en: str, field: str = "") -> Refusal:
    return Refusal(http_status=400, reason=_reason(code, ko, en), field=field)


def _not_executable(code: str, ko: str, en: str, field: str = "") -> Refusal:
    return Refusal(http_status=422, reason=_reason(code, ko, en), field=field)


# What cannot be read: HTTP 400.


def too_large(limit: int) -> Refusal:
    return _unreadable(
        "too_large",
        f"본문이 너무 큽니다: {limit // 1024} KiB 이하로 보내세요",
        f"The body is too large: send at most {limit // 1024} KiB",
    )


def broken_utf8() -> Refusal:
    return _unreadable(
        "broken_utf8",
        "본문이 올바른 UTF-8이 아닙니다. UTF-8로 보내세요",
        "The body is not valid UTF-8. Send it as UTF-8",
    )


def unreadable() -> Refusal:
    return _unreadable(
        "unreadable",
        "본문을 읽을 수 없습니다. JSON 객체 또는 key=value 쌍으로 보내세요",
        "The body cannot be read. Send a JSON object, or key=value pairs",
    )


def too_deep() -> Refusal:
    return _unreadable(
        "too_deep",
        "JSON 중첩이 너무 깊습니다. 주문 메시지는 한두 단계면 충분합니다",
        "The JSON is nested too deeply. An order needs one or two levels",
    )


def wrong_type(field: str, ko: str, en: str) -> Refusal:
    return _unreadable(
        "wrong_type",
        f"{field} 필드의 형식이 잘못되었습니다: {ko}이어야 합니다",
        f"{field} has the wrong type: it must be {en}",
        field,
    )


def told_twice(field: str, names: Sequence[str]) -> Refusal:
    both = ", ".join(names)
    return _unreadable(
        "told_twice",
        f"{field} 값이 서로 다르게 두 번 지정되었습니다 ({both}). 하나만 보내세요",
        f"{field} is given twice with different values ({both}). Send only one",
        field,
    )


# Who is asking.


def unauthorized() -> Refusal:
    return Refusal(
        http_status=401,
        reason=_reason(
            "unauthorized",
            "활성 전략을 찾을 수 없거나 웹훅 토큰이 유효하지 않습니다",
            "No active strategy with this name and token",
        ),
    )


# What cannot be executed: HTTP 422.


def missing_field(field: str, family: AccountType | None = None) -> Refusal:
    if family is AccountType.STOCK:
        return _not_executable(
            "missing_field",
            f"증권 주문에 필수 필드 누락: {field}",
            f"Missing required field in a securities order: {field}",
            field,
        )
    return _not_executable(
        "missing_field",
        f"필수 필드 누락: {field}",
        f"Missing required field: {field}",
        field,
    )


def price_required(order_type: str, field: str) -> Refusal:
    """`field` is `price` or `stop_price`, with its place in a batch."""
    name = field.rsplit(".", 1)[-1]
    return _not_executable(
        f"{name}_required",
        f"{order_type} 주문에는 {name}가 필수입니다",
        f"{name} is required for a {order_type} order",
        field,
    )


def unsupported(field: str, value: str, known: Sequence[str]) -> Refusal:
    """An unknown word; the first users' scripts match on the text of `market_type`."""
    name = field.rsplit(".", 1)[-1]
    hint_ko = "" if name == "market_type" else f". 사용 가능: {', '.join(known)}"
    hint_en = "" if name == "market_type" else f". There are: {', '.join(known)}"
    return _not_executable(
        f"unsupported_{name}",
        f"지원하지 않는 {name}: {value}{hint_ko}",
        f"Unsupported {name}: {value}{hint_en}",
        field,
    )


def placeholder_unreplaced(field: str, value: str) -> Refusal:
    return _not_executable(
        "placeholder_unreplaced",
        f"{field}의 {value} 이(가) 값으로 바뀌지 않았습니다. TradingView 알림 메시지를 확인하세요",
        f"{value} in {field} was not replaced with a value. Check the alert's message",
        field,
    )


def not_a_number(field: str, value: str) -> Refusal:
    return _not_executable(
        "not_a_number",
        f"{field} 값이 숫자가 아닙니다: '{value}'",
        f"{field} is not a number: '{value}'",
        field,
    )


def number_out_of_range(field: str) -> Refusal:
    return _not_executable(
        "number_out_of_range",
        f"{field} 값이 범위를 벗어났습니다: 정수부 20자리, 소수부 18자리까지 가능합니다",
        f"{field} is out of range: at most 20 digits before the point and 18 behind it",
        field,
    )


def must_be_positive(field: str) -> Refusal:
    return _not_executable(
        "must_be_positive",
        f"{field} 값은 0보다 커야 합니다",
        f"{field} must be greater than 0",
        field,
    )


def must_not_be_zero(field: str) -> Refusal:
    return _not_executable(
        "must_not_be_zero",
        f"{field} 값은 0일 수 없습니다: 진입은 양수, 청산은 음수로 보내세요",
        f"{field} must not be 0: send it positive to enter, negative to exit",
        field,
    )


def securities_only(order_type: str) -> Refusal:
    return _not_executable(
        "securities_only",
        f"{order_type} 주문은 증권 계좌에서만 가능합니다",
        f"{order_type} orders are for securities only",
        "order_type",
    )


def both_sizes(names: Sequence[str], field: str) -> Refusal:
    both = ", ".join(names)
    return _not_executable(
        "both_sizes",
        f"수량은 하나만 지정해야 합니다: {both}",
        f"Only one size may be given: {both}",
        field,
    )


def bad_symbol(symbol: str, suggestion: str, field: str = "symbol") -> Refusal:
    return _not_executable(
        "bad_symbol",
        f"잘못된 심볼 포맷입니다: '{symbol}'. 올바른 형식: '{suggestion}'",
        f"Bad symbol: '{symbol}'. Did you mean '{suggestion}'?",
        field,
    )


def ambiguous_symbol(symbol: str, candidates: Sequence[str], field: str = "symbol") -> Refusal:
    which = ", ".join(candidates)
    return _not_executable(
        "ambiguous_symbol",
        f"심볼이 모호합니다: '{symbol}'. 다음 중 하나로 보내세요: {which}",
        f"'{symbol}' is ambiguous. Send one of: {which}",
        field,
    )


def perpetual_in_spot(symbol: str, field: str) -> Refusal:
    return _not_executable(
        "perpetual_in_spot",
        f"'{symbol}'은(는) 무기한 선물입니다. market_type을 FUTURES로 보내세요",
        f"'{symbol}' is a perpetual future. Send market_type FUTURES",
        field,
    )


def bad_time(field: str) -> Refusal:
    return _not_executable(
        "bad_time",
        f"{field} 값을 읽을 수 없습니다. ISO 8601 또는 Unix 초/밀리초로 보내세요",
        f"{field} cannot be read. Send ISO 8601, or Unix seconds or milliseconds",
        field,
    )


def stale(seconds: float) -> Refusal:
    return _not_executable(
        "stale_alert",
        f"알림이 너무 오래되어 주문하지 않았습니다 (max_age {seconds:g}초)",
        f"The alert is too old to trade on (max_age {seconds:g} s)",
        "time",
    )


def not_there_yet(field: str, value: str) -> Refusal:
    return _not_executable(
        "not_offered",
        f"아직 지원하지 않는 기능입니다: {field}={value}",
        f"This is not offered yet: {field}={value}",
        field,
    )


def no_account_linked(group_name: str) -> Refusal:
    return _not_executable(
        "no_account_linked",
        f"전략 '{group_name}'에 연결된 계좌가 없습니다",
        f"No account is linked to strategy '{group_name}'",
    )


def no_securities_account() -> Refusal:
    return _not_executable(
        "no_securities_account",
        "처리할 증권 계좌가 없습니다. STOCK 타입 계좌를 확인하세요.",
        "No securities account to trade with. Check the accounts of type STOCK.",
        "market_type",
    )


def no_crypto_account() -> Refusal:
    return _not_executable(
        "no_crypto_account",
        "처리할 크립토 계좌가 없습니다. CRYPTO 타입 계좌를 확인하세요.",
        "No crypto account to trade with. Check the accounts of type CRYPTO.",
        "market_type",
    )


def no_matching_account(field: str, value: str) -> Refusal:
    return _not_executable(
        "no_matching_account",
        f"{field}='{value}'에 해당하는 활성 계좌가 이 전략에 연결되어 있지 않습니다",
        f"No active account of this strategy matches {field}='{value}'",
        field,
    )


# Nothing was stored.


def not_stored() -> Refusal:
    return Refusal(
        http_status=503,
        reason=_reason(
            "not_stored",
            "알림을 저장하지 못했습니다. 전송된 주문은 없으니 다시 보내세요",
            "The alert could not be stored, and nothing was sent. Send it again",
        ),
        retry_after=5,
    )
