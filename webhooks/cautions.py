"""What a sender should know of an alert that went through all the same."""

from exchanges.errors import Reason
from webhooks.refusals import shown


def unknown_field(name: str) -> Reason:
    return Reason(
        code="unknown_field",
        ko=f"알 수 없는 필드를 무시했습니다: {shown(name, 60)}",
        en=f"Unknown field, not used: {shown(name, 60)}",
    )


def more_unknown_fields(count: int) -> Reason:
    return Reason(
        code="unknown_field",
        ko=f"알 수 없는 필드가 {count}개 더 있습니다",
        en=f"There are {count} more unknown fields",
    )


def no_test_mode(name: str) -> Reason:
    return Reason(
        code="no_test_mode",
        ko=f"{name}는 없는 기능이라 알림을 그대로 처리합니다. 시험은 모의(PAPER) 계좌로 하세요",
        en=f"There is no {name}: the alert is carried out. Use a paper account for trials",
    )


def not_inherited(name: str) -> Reason:
    return Reason(
        code="not_inherited",
        ko=f"orders와 함께 보낸 {name}은(는) 쓰이지 않습니다. 각 주문 안에 넣으세요",
        en=f"{name} beside the list of orders is not used. Put it into each order",
    )


def only_for_the_alert(field: str) -> Reason:
    return Reason(
        code="only_for_the_alert",
        ko=f"{field}은(는) 쓰이지 않습니다. 주문이 아니라 알림 전체에 한 번 보내세요",
        en=f"{field} is not used. Send it once for the alert, not in an order",
    )


def not_used(field: str, order_type: str) -> Reason:
    return Reason(
        code="not_used",
        ko=f"{order_type} 주문에는 {field}을(를) 쓰지 않습니다",
        en=f"{field} is not used in a {order_type} order",
    )


def other_name_used(name: str, used: str) -> Reason:
    return Reason(
        code="other_name_used",
        ko=f"{name} 값이 {used} 값과 달라 {used}만 썼습니다. 하나만 보내세요",
        en=f"{name} differs from {used}, and only {used} is used. Send only one",
    )


def header_not_signed() -> Reason:
    return Reason(
        code="header_not_signed",
        ko="서명에 포함되지 않는 Idempotency-Key 헤더는 쓰지 않습니다. 본문에 alert_id를 넣으세요",
        en="The header Idempotency-Key is not signed, so it is not used. "
        "Put an alert_id into the body",
    )


def id_used_before(alert_id: str) -> Reason:
    return Reason(
        code="id_used_before",
        ko=f"내용이 다른 알림이 같은 alert_id({shown(alert_id)})로 먼저 와서 주문하지 않았습니다. "
        "알림마다 다른 값을 보내세요 (예: {{timenow}} 포함)",
        en=f"No order was made: an alert with another body came before with the alert_id "
        f"{shown(alert_id)}. Send each alert its own, with {{{{timenow}}}} in it",
    )


def only_for_entries(field: str) -> Reason:
    return Reason(
        code="only_for_entries",
        ko=f"{field}은(는) 신규 주문에만 쓰입니다. 청산 주문에서는 무시했습니다",
        en=f"{field} belongs to orders that open a position. It is not used in an exit",
    )


def target_may_move(symbol: str) -> Reason:
    return Reason(
        code="target_may_move",
        ko=f"{symbol}: 미체결 주문이 체결되면 목표 포지션에서 달라질 수 있습니다. "
        "확실히 하려면 CANCEL_ALL_ORDER를 함께 보내세요",
        en=f"{symbol}: unfinished orders may still change the position when they fill. "
        "To be sure, send a CANCEL_ALL_ORDER along",
    )


def alert_missed(symbol: str, expected: str, told: str) -> Reason:
    return Reason(
        code="alert_missed",
        ko=f"{symbol}: 이 알림 전에 도착하지 않은 알림이 있습니다 "
        f"(직전 알림 후 {expected}, 이 알림의 직전 {told}). 관리 화면의 '누락 알림'에서 확인하세요",
        en=f"{symbol}: an alert before this one never arrived (it was {expected} after the last, "
        f"{told} before this one). Review it under Missed alerts in the admin",
    )
