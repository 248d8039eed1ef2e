"""Why an alert that was read is refused; `webhooks.unreadable` has those that cannot be read.

Every one has its HTTP status, a stable code, and a text that names the way out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from exchanges.errors import Reason
from exchanges.vocabulary import AccountType
from webhooks.own_tokens import mask_tokens


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


def shown(value: object, limit: int = 40) -> str:
    """What a sender wrote, fit to be repeated: short, printable, and without a token.

    A token is masked before it is cut, since half a one is known by no shape.
    """
    whole = mask_tokens(str(value))
    text = "".join(mark if mark.isprintable() else "?" for mark in whole[: limit + 1])
    return text if len(text) <= limit else f"{text[:limit]}…"


def _reason(code: str, ko: str, en: str) -> Reason:
    return Reason(code=code, ko=ko, en=en)


def _not_executable(code: str, ko: str, en: str, field: str = "") -> Refusal:
    return Refusal(http_status=422, reason=_reason(code, ko, en), field=field)


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


def other_group_name() -> Refusal:
    return _not_executable(
        "other_group_name",
        "본문의 group_name이 주소의 전략 이름과 다릅니다. 하나만 보내거나 같게 보내세요",
        "group_name in the body is not the strategy in the address. Send only one, or the same",
        "group_name",
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
        f"지원하지 않는 {name}: {shown(value)}{hint_ko}",
        f"Unsupported {name}: {shown(value)}{hint_en}",
        field,
    )


def placeholder_unreplaced(field: str, placeholder: str) -> Refusal:
    name = shown(placeholder)
    return _not_executable(
        "placeholder_unreplaced",
        f"{field}의 {name} 이(가) 값으로 바뀌지 않았습니다. TradingView 알림 메시지를 확인하세요",
        f"{name} in {field} was not replaced with a value. Check the alert's message",
        field,
    )


def not_a_number(field: str, value: str) -> Refusal:
    return _not_executable(
        "not_a_number",
        f"{field} 값이 숫자가 아닙니다: '{shown(value)}'. 예: 90000.5",
        f"{field} is not a number: '{shown(value)}'. Write it like 90000.5",
        field,
    )


def number_out_of_range(field: str) -> Refusal:
    return _not_executable(
        "number_out_of_range",
        f"{field} 값이 범위를 벗어났습니다: 정수부 20자리, 최소 단위 1e-18까지 보낼 수 있습니다",
        f"{field} is out of range: at most 20 digits before the point, and no smaller than 1e-18",
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


def securities_only(order_type: str, field: str) -> Refusal:
    return _not_executable(
        "securities_only",
        f"{order_type} 주문은 증권 계좌에서만 가능합니다. market_type을 확인하세요",
        f"{order_type} orders are for securities only. Check the market_type",
        field,
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
        f"잘못된 심볼 포맷입니다: '{shown(symbol)}'. 올바른 형식: '{suggestion}'",
        f"Bad symbol: '{shown(symbol)}'. Did you mean '{suggestion}'?",
        field,
    )


def unknown_symbol_form(symbol: str, example: str, field: str = "symbol") -> Refusal:
    """`example` is of the market, and not what the sender may have meant."""
    return _not_executable(
        "unknown_symbol_form",
        f"잘못된 심볼 포맷입니다: '{shown(symbol)}'. 올바른 형식: 예를 들어 '{example}'",
        f"Bad symbol: '{shown(symbol)}'. One of this market looks, for example, like '{example}'",
        field,
    )


def undated_future(symbol: str, example: str, field: str = "symbol") -> Refusal:
    return _not_executable(
        "undated_future",
        f"'{shown(symbol)}'은(는) 연속 선물입니다. 월물을 정해 보내세요: 예를 들어 "
        f"2026년 12월물은 '{example}'",
        f"'{shown(symbol)}' is a continuous future. Choose its month: December 2026, "
        f"for example, is '{example}'",
        field,
    )


def ambiguous_symbol(symbol: str, candidates: Sequence[str], field: str = "symbol") -> Refusal:
    which = ", ".join(candidates)
    return _not_executable(
        "ambiguous_symbol",
        f"심볼이 모호합니다: '{shown(symbol)}'. 다음 중 하나로 보내세요: {which}",
        f"'{shown(symbol)}' is ambiguous. Send one of: {which}",
        field,
    )


def perpetual_in_spot(symbol: str, pair: str, field: str = "symbol") -> Refusal:
    return _not_executable(
        "perpetual_in_spot",
        f"'{shown(symbol)}'은(는) 무기한 선물 심볼입니다. "
        f"market_type을 FUTURES로 보내거나 현물 심볼 '{pair}'을(를) 보내세요",
        f"'{shown(symbol)}' is a perpetual future. "
        f"Send market_type FUTURES, or the spot symbol '{pair}'",
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
        f"알림이 너무 오래되어 주문하지 않았습니다 (max_age {seconds:g}초). "
        "time에는 발생 시각을 보내세요",
        f"The alert is too old to trade on (max_age {seconds:g} s). Send in time when it fired",
        "time",
    )


def ahead_of_time() -> Refusal:
    return _not_executable(
        "ahead_of_time",
        "알림의 time이 현재보다 1분 이상 앞섭니다. 시간대를 붙이거나(+09:00) UTC로 보내세요",
        "The alert's time is more than a minute ahead. Send it in UTC or with its zone (+09:00)",
        "time",
    )


def empty_batch() -> Refusal:
    return _not_executable(
        "empty_batch",
        "orders 목록이 비어 있습니다. 주문을 하나 이상 넣으세요",
        "The list of orders is empty. Put at least one into it",
        "orders",
    )


def too_many_instructions(limit: int) -> Refusal:
    return _not_executable(
        "too_many_instructions",
        f"orders는 한 번에 {limit}개까지 보낼 수 있습니다. 알림을 나누어 보내세요",
        f"At most {limit} orders fit into one alert. Send several alerts",
        "orders",
    )


def nested_batch(field: str) -> Refusal:
    return _not_executable(
        "nested_batch",
        "orders 안에 orders를 넣을 수 없습니다. 한 목록으로 보내세요",
        "A list of orders cannot stand inside another. Send one list",
        field,
    )


def mixed_families(field: str) -> Refusal:
    return _not_executable(
        "mixed_families",
        "크립토와 증권 주문을 한 알림에 함께 보낼 수 없습니다. 알림을 나누어 보내세요",
        "Crypto and securities cannot go in one alert. Send two alerts",
        field,
    )


def cannot_be_short(market_type: str, field: str) -> Refusal:
    return _not_executable(
        "cannot_be_short",
        f"{market_type}에서는 공매도할 수 없습니다: {field}은(는) 0 이상이어야 합니다",
        f"{market_type} cannot be sold short: {field} must be 0 or more",
        field,
    )


def both_stops(field: str) -> Refusal:
    return _not_executable(
        "both_stops",
        "stop_loss와 trail은 함께 쓸 수 없습니다. 하나만 보내세요",
        "stop_loss and trail cannot go together. Send only one",
        field,
    )


def denied(reason: Reason, field: str) -> Refusal:
    """What `webhooks.denials` tells of one account, where the alert alone shows it of all."""
    return Refusal(http_status=422, reason=reason, field=field)


def rate_limited(reason: Reason, seconds: int) -> Refusal:
    """The text is the denial's, which is told where something else of the alert goes."""
    return Refusal(http_status=429, reason=reason, retry_after=seconds)


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


def accounts_switched_off(group_name: str) -> Refusal:
    return _not_executable(
        "accounts_switched_off",
        f"전략 '{group_name}'의 해당 계좌 또는 연결이 모두 꺼져 있습니다. 관리 화면에서 켜세요",
        f"Every account or link of strategy '{group_name}' for this market is switched off. "
        "Switch one on in the admin",
    )


def no_matching_account(field: str, value: str) -> Refusal:
    return _not_executable(
        "no_matching_account",
        f"{field}='{shown(value)}'에 해당하는 활성 계좌가 이 전략에 연결되어 있지 않습니다",
        f"No active account of this strategy matches {field}='{shown(value)}'",
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


def not_previewed() -> Refusal:
    return Refusal(
        http_status=503,
        reason=_reason(
            "not_previewed",
            "미리보기를 만들지 못했습니다. 전송된 주문은 없으니 잠시 후 다시 요청하세요",
            "The preview could not be made, and nothing was sent. Ask again in a moment",
        ),
        retry_after=5,
    )
