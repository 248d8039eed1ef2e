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


def only_for_entries(field: str) -> Reason:
    return Reason(
        code="only_for_entries",
        ko=f"{field}은(는) 신규 주문에만 쓰입니다. 청산 주문에서는 무시했습니다",
        en=f"{field} belongs to orders that open a position. It is not used in an exit",
    )
