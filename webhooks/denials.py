"""Why one account of an alert gets no order, while the others go on."""

from decimal import Decimal

from exchanges.errors import Reason
from exchanges.precision import plain
from exchanges.vocabulary import AccountType, MarketType, Side
from webhooks.refusals import shown


def nothing_to_close() -> Reason:
    return Reason(
        code="nothing_to_close",
        ko="청산할 포지션이 없습니다.",
        en="There is no position to close.",
    )


def no_capital() -> Reason:
    return Reason(
        code="no_capital",
        ko="계산된 주문 수량이 0입니다: 연결의 capital이 0입니다. 관리 화면에서 정하세요",
        en="The computed quantity is 0: the link's capital is 0. Set it in the admin",
    )


def price_unavailable(symbol: str) -> Reason:
    return Reason(
        code="price_unavailable",
        ko=f"{symbol}의 현재가를 알 수 없습니다. 알림에 price를 넣어 보내세요",
        en=f"The price of {symbol} is not known. Send a price with the alert",
    )


def venue_too_slow(exchange: str) -> Reason:
    return Reason(
        code="venue_too_slow",
        ko=f"{exchange}가 제때 응답하지 않아 전송하지 않았습니다",
        en=f"Not sent: {exchange} did not answer in time",
    )


def not_planned(exchange: str) -> Reason:
    return Reason(
        code="not_planned",
        ko=f"{exchange} 연동 오류로 주문을 준비하지 못해 전송하지 않았습니다. 로그를 확인하세요",
        en=f"Not sent: the adapter of {exchange} broke while preparing the order. See the log",
    )


def not_offered(exchange: str, field: str, value: str) -> Reason:
    return Reason(
        code="not_offered",
        ko=f"{exchange}에서 지원하지 않습니다: {field}={value}",
        en=f"{exchange} does not offer {field}={value}",
    )


def no_linked_exits(exchange: str) -> Reason:
    return Reason(
        code="no_linked_exits",
        ko=f"{exchange}은(는) take_profit과 손절을 함께 걸 수 없습니다. 하나만 보내세요",
        en=f"{exchange} cannot hold a take_profit and a stop for the same holding. Send only one",
    )


def wrong_side(field: str, value: Decimal, side: Side, price: Decimal) -> Reason:
    is_above = (field == "take_profit") == (side is Side.BUY)
    ko, en = ("높아야", "above") if is_above else ("낮아야", "below")
    return Reason(
        code="wrong_side",
        ko=f"{field} {plain(value)}은(는) 진입 가격 {plain(price)}보다 {ko} 합니다 ({side} 주문)",
        en=f"{field} {plain(value)} must be {en} the entry price {plain(price)} of a {side} order",
    )


def reduce_only_buy(market_type: MarketType) -> Reason:
    return Reason(
        code="reduce_only_buy",
        ko=f"{market_type} 매수에는 reduce_only를 쓸 수 없습니다: 줄일 공매도 포지션이 없습니다. "
        "reduce_only를 빼고 보내세요",
        en=f"A buy in {market_type} cannot be reduce_only: there is no short position to reduce. "
        "Leave reduce_only out",
    )


def rate_limited(limit: int, seconds: int) -> Reason:
    return Reason(
        code="rate_limited",
        ko=f"알림이 너무 많습니다: 분당 {limit}개까지입니다. {seconds}초 후에 다시 보내세요",
        en=f"Too many alerts: at most {limit} a minute. Send it again in {seconds} s",
    )


def orders_in_the_way() -> Reason:
    return Reason(
        code="orders_in_the_way",
        ko="미체결 주문이 체결되면 목표를 넘습니다. 먼저 CANCEL_ALL_ORDER로 취소하세요",
        en="Unfinished orders will go past the target. Cancel them first, by CANCEL_ALL_ORDER",
    )


def outcome_unknown() -> Reason:
    return Reason(
        code="outcome_unknown",
        ko="주문 결과를 확인할 수 없어 조회 중입니다. 다시 보내지 마세요",
        en="The order's outcome is not known and is being looked up. Do not send it again",
    )


def other_family(account_type: AccountType, market_type: MarketType) -> Reason:
    return Reason(
        code="other_family",
        ko=f"account_type {account_type} 계좌는 {market_type} 주문을 하지 않습니다",
        en=f"account_type {account_type} does not trade {market_type}",
    )


def link_switched_off() -> Reason:
    return Reason(
        code="link_switched_off",
        ko="계좌 또는 연결이 꺼져 있습니다",
        en="The account or its link is switched off",
    )


def not_chosen(field: str, value: str) -> Reason:
    return Reason(
        code="not_chosen",
        ko=f"알림이 {field}='{shown(value)}'만 선택했습니다",
        en=f"The alert chose only {field}='{shown(value)}'",
    )
