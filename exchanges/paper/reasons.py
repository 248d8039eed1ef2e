"""Why the paper venue refuses or ends an order, in both languages."""

from decimal import Decimal

from exchanges.errors import Reason
from exchanges.precision import plain


def insufficient_balance(currency: str, needed: Decimal, free: Decimal) -> Reason:
    name = currency.rpartition("/")[2]
    return Reason(
        code="insufficient_balance",
        ko=f"잔고 부족: {plain(needed)} {name} 필요, 사용 가능 {plain(free)} {name}",
        en=f"Insufficient balance: {plain(needed)} {name} needed, {plain(free)} {name} free",
    )


def price_unknown(symbol: str) -> Reason:
    return Reason(
        code="price_unknown",
        ko=f"모의 거래소에 {symbol} 가격이 아직 없습니다. 알림에 price를 넣어 보내세요",
        en=f"The paper exchange has no price for {symbol} yet. Send a price with the alert",
    )


def duplicate_client_order_id(client_order_id: str) -> Reason:
    return Reason(
        code="duplicate_client_order_id",
        ko=f"같은 주문 번호의 주문이 이미 있습니다: {client_order_id}",
        en=f"There is an order with this id already: {client_order_id}",
    )


def not_offered(what: str) -> Reason:
    return Reason(
        code="not_offered",
        ko=f"모의 거래소가 지원하지 않습니다: {what}",
        en=f"The paper exchange does not offer {what}",
    )


def leverage_too_high(most: Decimal) -> Reason:
    return Reason(
        code="leverage_too_high",
        ko=f"레버리지는 최대 {plain(most)}배입니다",
        en=f"The highest leverage is {plain(most)}",
    )


def too_many_open_orders(most: int) -> Reason:
    return Reason(
        code="too_many_open_orders",
        ko=f"미체결 주문은 계좌당 최대 {most}개입니다",
        en=f"An account may have at most {most} open orders",
    )


def field_missing(field: str, order_type: str) -> Reason:
    return Reason(
        code=f"{field}_required",
        ko=f"{order_type} 주문에는 {field}가 필수입니다",
        en=f"{field} is required for a {order_type} order",
    )


def venue_unavailable() -> Reason:
    return Reason(
        code="venue_unavailable",
        ko="모의 거래소의 데이터베이스에 연결할 수 없습니다",
        en="The paper exchange's database cannot be reached",
    )


OUTCOME_UNKNOWN = Reason(
    code="outcome_unknown",
    ko="모의 거래소의 기록 결과를 확인할 수 없습니다",
    en="It is not known whether the paper exchange recorded this",
)
NOT_RECORDED = Reason(
    code="venue_refused",
    ko="모의 거래소가 주문을 기록하지 않았습니다",
    en="The paper exchange did not record the order",
)
WOULD_CROSS = Reason(
    code="post_only_would_cross",
    ko="post_only 주문이 즉시 체결될 가격입니다",
    en="A post-only order would have traded at once",
)
NOTHING_TO_REDUCE = Reason(
    code="nothing_to_reduce",
    ko="줄일 포지션이 없습니다 (reduce_only)",
    en="There is no position to reduce (reduce_only)",
)
NOT_ALL_AT_ONCE = Reason(
    code="not_filled_at_once",
    ko="즉시 체결되지 않은 수량은 취소되었습니다",
    en="What did not fill at once was cancelled",
)
MONEY_RAN_OUT = Reason(
    code="insufficient_balance",
    ko="체결 시점에 잔고나 증거금이 부족하여 주문이 종료되었습니다",
    en="The order ended: what it needed was not free when it came to trade",
)
TRAIL_TOO_WIDE = Reason(
    code="trail_too_wide",
    ko="trail이 현재 가격 이상이면 발동될 수 없습니다. 더 작은 값을 보내세요",
    en="A trail as wide as the price itself is never reached. Send a smaller one",
)
LINK_MUST_REDUCE = Reason(
    code="link_must_reduce",
    ko="linked_to는 포지션을 줄이는 주문(reduce_only 또는 보유분 매도)에만 쓸 수 있습니다",
    en="Only orders that reduce may be linked: reduce_only, or a sale of what one owns",
)
LINK_MISMATCH = Reason(
    code="link_mismatch",
    ko="linked_to는 같은 종목, 같은 방향이며 다른 짝이 없는 주문이어야 합니다",
    en="linked_to must name an order of the same symbol and side that has no other partner",
)
LINKED_TRADED = Reason(
    code="linked_order_traded",
    ko="남은 수량은 연결된 주문의 몫이므로 취소되었습니다",
    en="What was left is the linked order's, so it was cancelled",
)
ORDER_NOT_FOUND = Reason(
    code="order_not_found",
    ko="모의 거래소에 없는 주문입니다",
    en="The paper exchange has no such order",
)
END_REASONS = {
    each.code: each for each in (NOTHING_TO_REDUCE, NOT_ALL_AT_ONCE, MONEY_RAN_OUT, LINKED_TRADED)
}
"""By code, so that an order's row keeps the code only."""
