"""Why a change of strategies or accounts is refused: a code, both texts, and the field meant."""

from collections.abc import Sequence

from exchanges.errors import Reason

BAD_REQUEST, FORBIDDEN, CONFLICT, UNPROCESSABLE = 400, 403, 409, 422


class Refused(Exception):
    """Nothing was changed. `field` names what to correct, where there is one."""

    def __init__(self, reason: Reason, *, field: str = "", http_status: int = BAD_REQUEST) -> None:
        super().__init__(f"{reason.code}: {reason.en}")
        self.reason = reason
        self.field = field
        self.http_status = http_status


def unknown_credentials(names: Sequence[str], known: Sequence[str]) -> Refused:
    unknown, offered = ", ".join(names), ", ".join(known)
    return Refused(
        Reason(
            code="unknown_credentials",
            ko=f"알 수 없는 인증 정보: {unknown}. 사용 가능: {offered or '없음'}",
            en=f"Unknown credentials: {unknown}. The exchange takes: {offered or 'none'}",
        ),
        field="credentials",
    )


def missing_credentials(names: Sequence[str]) -> Refused:
    missing = ", ".join(names)
    return Refused(
        Reason(
            code="missing_credentials",
            ko=f"인증 정보 누락: {missing}",
            en=f"Missing credentials: {missing}",
        ),
        field="credentials",
    )


def no_demo(exchange: str) -> Refused:
    return Refused(
        Reason(
            code="demo_not_offered",
            ko=f"{exchange}에는 모의 계정이 없습니다. 실계정이면 is_demo를 false로 지정하세요",
            en=f"{exchange} has no demo accounts. Set is_demo to false for a real one",
        ),
        field="is_demo",
    )


def staff_only(field: str) -> Refused:
    return Refused(
        Reason(
            code="staff_only",
            ko=f"{field}은(는) 관리자만 변경할 수 있습니다",
            en=f"Only staff may set {field}",
        ),
        field=field,
        http_status=FORBIDDEN,
    )


def bad_base_url() -> Refused:
    return Refused(
        Reason(
            code="bad_base_url",
            ko="base_url은 http:// 또는 https:// 로 시작하는 주소여야 하며, "
            "로그인, 공백, ?, #를 쓸 수 없습니다",
            en="base_url must be an address that starts with http:// or https://, "
            "without a login, blanks, ? or #",
        ),
        field="base_url",
    )


def fixed(field: str) -> Refused:
    return Refused(
        Reason(
            code="not_editable",
            ko=f"{field}은(는) 변경할 수 없습니다. 새로 등록하세요",
            en=f"{field} cannot be changed. Make a new one instead",
        ),
        field=field,
    )


def group_name_taken(group_name: str) -> Refused:
    return Refused(
        Reason(
            code="group_name_taken",
            ko=f"이미 사용 중인 전략 이름입니다: '{group_name}'",
            en=f"There is a strategy '{group_name}' already",
        ),
        field="group_name",
    )


def bad_group_name() -> Refused:
    return Refused(
        Reason(
            code="bad_group_name",
            ko="전략 이름에는 '/'와 제어 문자를 쓸 수 없고, 'preview'는 예약된 이름입니다",
            en="A strategy's name holds no '/' and no control character, and is not 'preview'",
        ),
        field="group_name",
    )


def account_name_taken(name: str) -> Refused:
    return Refused(
        Reason(
            code="account_name_taken",
            ko=f"이미 사용 중인 계좌 이름입니다: '{name}'",
            en=f"You have an account '{name}' already",
        ),
        field="name",
    )


def already_linked() -> Refused:
    return Refused(
        Reason(
            code="already_linked",
            ko="이미 이 전략에 연결된 계좌입니다",
            en="The account is linked to this strategy already",
        ),
        field="account",
    )


def not_your_account() -> Refused:
    """The same words for another's account and for none, so that nobody learns which it is."""
    return Refused(
        Reason(
            code="unknown_account",
            ko="전략 소유자의 계좌가 아닙니다",
            en="The strategy's owner has no such account",
        ),
        field="account",
    )


def has_history(name: str) -> Refused:
    return Refused(
        Reason(
            code="has_history",
            ko=f"'{name}'에는 주문 기록이 있어 삭제할 수 없습니다. 대신 비활성화하세요",
            en=f"'{name}' has a history of orders and is not deleted. Switch it off instead",
        ),
        http_status=CONFLICT,
    )


def check_broke_off() -> Refused:
    return Refused(
        Reason(
            code="check_failed",
            ko="거래소 확인 중 오류가 발생했습니다. 서버 로그를 확인하세요",
            en="The check broke off. The server's log says more",
        ),
        http_status=UNPROCESSABLE,
    )


def check_timed_out(seconds: int) -> Refused:
    return Refused(
        Reason(
            code="check_timed_out",
            ko=f"거래소가 {seconds}초 안에 응답하지 않았습니다",
            en=f"The exchange did not answer within {seconds} seconds",
        ),
        http_status=UNPROCESSABLE,
    )


def credentials_locked() -> Refused:
    return Refused(
        Reason(
            code="credentials_not_readable",
            ko="저장된 인증 정보를 복호화할 수 없습니다. 다시 입력하세요",
            en="The stored credentials cannot be opened. Enter them again",
        ),
        field="credentials",
        http_status=UNPROCESSABLE,
    )


def bad_allowed_symbol(symbol: str) -> Refused:
    return Refused(
        Reason(
            code="bad_symbol",
            ko=f"종목을 읽을 수 없습니다: '{symbol}'. 주문에 보이는 대로 쓰세요: "
            "BTC/USDT, 005930, AAPL",
            en=f"Not a symbol: '{symbol}'. Write it as orders show it: BTC/USDT, 005930, AAPL",
        ),
        field="allowed_symbols",
    )


def too_many_symbols(most: int) -> Refused:
    return Refused(
        Reason(
            code="too_long",
            ko=f"종목은 {most}개까지 쓸 수 있습니다",
            en=f"At most {most} symbols can be listed",
        ),
        field="allowed_symbols",
    )


def unknown_timezone(name: str) -> Refused:
    return Refused(
        Reason(
            code="unknown_timezone",
            ko=f"알 수 없는 시간대입니다: '{name}'. 예: Asia/Seoul, America/New_York, UTC",
            en=f"Unknown time zone: '{name}'. Examples: Asia/Seoul, America/New_York, UTC",
        ),
        field="timezone",
    )


def no_trading_hours() -> Refused:
    return Refused(
        Reason(
            code="no_trading_hours",
            ko="trading_from과 trading_until이 같습니다. 하루 종일이면 둘 다 비워 두세요",
            en="trading_from and trading_until are the same. For all day leave both empty",
        ),
        field="trading_until",
    )


def not_positive(field: str) -> Refused:
    return Refused(
        Reason(
            code="out_of_range",
            ko=f"{field} 한도는 0보다 커야 합니다. 한도를 두지 않으려면 비워 두세요",
            en=f"The limit {field} must be more than 0. Leave it empty for no limit",
        ),
        field=field,
    )


def too_large(field: str, largest: int) -> Refused:
    return Refused(
        Reason(
            code="out_of_range",
            ko=f"{field} 한도는 {largest}까지 쓸 수 있습니다. 한도를 두지 않으려면 비워 두세요",
            en=f"The limit {field} goes up to {largest}. Leave it empty for no limit",
        ),
        field=field,
    )


def unknown_fields(names: Sequence[str], parent: str) -> Refused:
    listed = ", ".join(names)
    return Refused(
        Reason(
            code="unknown_field",
            ko=f"알 수 없는 {parent} 필드: {listed}",
            en=f"Unknown fields of {parent}: {listed}",
        ),
        field=f"{parent}.{names[0]}",
    )
