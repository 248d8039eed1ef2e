"""Why the bridge itself did not send an order, or does not know what became of it."""

from exchanges.errors import Reason

EXPIRED = Reason(
    code="order_expired",
    ko="유효 시간이 지나 전송하지 않았습니다",
    en="Not sent: the alert had become too old",
)
SWITCHED_OFF = Reason(
    code="account_switched_off",
    ko="전략, 계좌 또는 연결이 꺼져 있어 전송하지 않았습니다",
    en="Not sent: the strategy, the account or their link is switched off",
)
OUTCOME_UNKNOWN = Reason(
    code="outcome_unknown",
    ko="거래소의 응답을 알 수 없습니다. 접수되었을 수 있으므로 다시 보내지 않고 조회합니다",
    en="The venue's answer is not known. The order may be live, so it is looked up, never resent",
)
OUTCOME_UNKNOWN_PENDING = Reason(
    code="outcome_unknown_pending",
    ko="같은 계좌와 종목에 결과를 확인 중인 주문이 있어 신규 주문을 보내지 않았습니다",
    en="Not sent: an order of this account and symbol has an unknown outcome",
)
PROCESS_DIED = Reason(
    code="outcome_unknown",
    ko="전송 중에 프로세스가 종료되어 결과를 확인 중입니다",
    en="The process died while sending. The outcome is being looked up",
)
NEVER_SENT = Reason(
    code="never_sent",
    ko="저장 확인에 실패하여 전송하지 않았습니다",
    en="Not sent: the bridge could not confirm that it was stored",
)
STOPPED = Reason(
    code="bridge_stopped",
    ko="브리지가 종료되어 전송하지 않았습니다",
    en="Not sent: the bridge was stopped",
)
NOT_AT_VENUE = Reason(
    code="not_at_venue",
    ko="거래소에 접수되지 않은 주문입니다",
    en="The venue does not have this order",
)
JOURNAL_UNAVAILABLE = Reason(
    code="journal_unavailable",
    ko="주문 장부에 기록할 수 없어 전송하지 않았습니다",
    en="Not sent: the ledger could not be written",
)
NOT_OPEN = Reason(
    code="order_not_open",
    ko="이미 끝난 주문입니다",
    en="The order is already finished",
)
ON_ITS_WAY = Reason(
    code="order_on_its_way",
    ko="다른 프로세스가 지금 전송 중인 주문입니다. 잠시 후 다시 요청하세요",
    en="Another process is sending the order just now. Ask again in a moment",
)
NOT_FOUND = Reason(
    code="order_not_found",
    ko="주문을 찾을 수 없습니다",
    en="There is no such order",
)
FILLED_FIRST = Reason(
    code="filled_before_cancel",
    ko="취소 전에 체결되었습니다",
    en="It was filled before the cancel",
)
CANCEL_PENDING = Reason(
    code="cancel_pending",
    ko="취소를 요청했으며 거래소의 확인을 기다리고 있습니다",
    en="The cancel was asked for and awaits the venue's confirmation",
)
CANCEL_UNKNOWN = Reason(
    code="cancel_unknown",
    ko="취소 결과를 확인할 수 없어 조회 중입니다",
    en="The outcome of the cancel is not known and is being looked up",
)
FIRST_LEG_FAILED = Reason(
    code="first_leg_failed",
    ko="먼저 나가야 하는 청산 주문이 접수되지 않아 전송하지 않았습니다",
    en="Not sent: the closing order that had to go first was not accepted",
)
FIRST_LEG_UNKNOWN = Reason(
    code="first_leg_unknown",
    ko="먼저 나간 청산 주문의 결과를 확인 중이어서 전송하지 않았습니다. "
    "포지션을 확인하고 다시 보내세요",
    en="Not sent: the outcome of the closing order before it is not known. Look at the position, "
    "then send it again",
)
NOTHING_TO_CLOSE = Reason(
    code="nothing_to_close",
    ko="청산할 포지션이 없습니다.",
    en="There is no position to close.",
)
TARGET_REACHED = Reason(
    code="target_reached",
    ko="그사이 체결로 목표 포지션에 도달하여 보낼 주문이 없습니다",
    en="Nothing to send: fills in the meantime have reached the target position",
)
CANCEL_HAD_NO_EFFECT = Reason(
    code="cancel_had_no_effect",
    ko="취소 요청 후에도 거래소에 주문이 남아 있습니다",
    en="The venue still has the order open after the cancel",
)


def exchange_unavailable(cause: Reason | None) -> Reason:
    ko = f": {cause.ko}" if cause else ""
    en = f": {cause.en}" if cause else ""
    return Reason(
        code="exchange_unavailable",
        ko=f"거래소에 연결할 수 없어 전송하지 않았습니다{ko}",
        en=f"Not sent: the exchange could not be reached{en}",
    )


def invalid_order(error: ValueError) -> Reason:
    return Reason(
        code="invalid_order",
        ko=f"주문 값이 올바르지 않습니다: {error}",
        en=f"The order's values are not valid: {error}",
    )
