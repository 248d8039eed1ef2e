"""Every reason for which the ledger's REST interface says no."""

from collections.abc import Iterable

from exchanges.errors import Reason
from strategies.refusals import CONFLICT, Refused

TOO_MANY, UNAVAILABLE = 429, 503


def bad_value(field: str, value: str, allowed: Iterable[str]) -> Refused:
    shown, choices = value[:100], ", ".join(allowed)
    return Refused(
        Reason(
            code="invalid_parameter",
            ko=f"{field} 값이 올바르지 않습니다: '{shown}' (가능한 값: {choices})",
            en=f"Bad value for {field}: '{shown}' (allowed: {choices})",
        ),
        field=field,
    )


def bad_cursor() -> Refused:
    return Refused(
        Reason(
            code="invalid_cursor",
            ko="cursor 값이 올바르지 않습니다. 이전 응답의 next 또는 previous를 사용하세요",
            en="Bad cursor: use `next` or `previous` of an earlier page",
        ),
        field="cursor",
    )


def too_many_streams(limit: int) -> Refused:
    return Refused(
        Reason(
            code="too_many_streams",
            ko=f"동시에 열 수 있는 이벤트 스트림은 {limit}개까지입니다",
            en=f"No more than {limit} event streams may be open at once",
        ),
        http_status=TOO_MANY,
    )


def not_running() -> Refused:
    return unreachable(
        Reason(
            code="engine_not_running",
            ko="주문 엔진이 실행 중이 아닙니다. 아무것도 전송하지 않았습니다",
            en="The engine is not running. Nothing was sent",
        )
    )


def conflict(reason: Reason) -> Refused:
    return Refused(reason, http_status=CONFLICT)


def unreachable(reason: Reason) -> Refused:
    """The venue gave no answer to a read, so nothing was sent."""
    return Refused(reason, http_status=UNAVAILABLE)


def nothing_to_close() -> Refused:
    return conflict(
        Reason(
            code="nothing_to_close",
            ko="청산할 포지션이 없습니다.",
            en="There is no position to close.",
        )
    )


def close_in_progress() -> Refused:
    return conflict(
        Reason(
            code="close_in_progress",
            ko="이 포지션을 줄이는 주문이 아직 끝나지 않았습니다",
            en="An order that reduces this position is not finished yet",
        )
    )
