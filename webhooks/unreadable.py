"""Why an alert cannot be read at all: HTTP 400, before anybody knows who sent it.

No text repeats what stood in the body, since that may be a secret.
"""

from collections.abc import Sequence

from exchanges.errors import Reason
from webhooks.refusals import Refusal, shown


def _unreadable(code: str, ko: str, en: str, field: str = "") -> Refusal:
    return Refusal(http_status=400, reason=Reason(code=code, ko=ko, en=en), field=field)


def too_large(limit: int) -> Refusal:
    return _unreadable(
        "too_large",
        f"본문이 너무 큽니다: {limit // 1024} KiB 이하로 보내세요",
        f"The body is too large: send at most {limit // 1024} KiB",
    )


def empty_body() -> Refusal:
    return _unreadable(
        "empty_body",
        "본문이 비어 있습니다. JSON 객체 또는 key=value 쌍으로 보내세요",
        "The body is empty. Send a JSON object, or key=value pairs",
    )


def broken_utf8(position: int) -> Refusal:
    return _unreadable(
        "broken_utf8",
        f"본문이 올바른 UTF-8이 아닙니다 ({position}번째 바이트). UTF-8로 보내세요",
        f"The body is not valid UTF-8 (byte {position}). Send it as UTF-8",
    )


def bad_characters() -> Refusal:
    return _unreadable(
        "bad_characters",
        "본문에 NUL 또는 짝이 없는 서로게이트 문자가 있습니다. 해당 문자를 빼고 보내세요",
        "The body has a NUL or half a surrogate pair. Send it without",
    )


def bad_address() -> Refusal:
    return _unreadable(
        "bad_address",
        "주소의 전략 이름에 NUL 또는 짝이 없는 서로게이트 문자가 있습니다. 주소를 확인하세요",
        "The strategy's name in the address has a NUL or half a surrogate pair. Check the address",
        "group_name",
    )


def bad_json(line: int, column: int) -> Refusal:
    return _unreadable(
        "bad_json",
        f"JSON 문법 오류입니다 ({line}행 {column}열). 따옴표, 쉼표, 괄호를 확인하세요",
        f"The JSON breaks at line {line}, column {column}. Check its quotes, commas and brackets",
    )


def bare_placeholder(placeholder: str) -> Refusal:
    name = shown(placeholder)
    return _unreadable(
        "bare_placeholder",
        f"{name} 이(가) 값으로 바뀌지 않아 JSON을 읽을 수 없습니다. 알림 메시지를 확인하세요",
        f"The JSON breaks because {name} was not replaced with a value. Check the alert's message",
    )


def not_an_object() -> Refusal:
    return _unreadable(
        "not_an_object",
        "JSON 객체가 아닙니다. { } 안에 필드를 넣고, 여러 주문은 orders 목록으로 보내세요",
        "The JSON is not an object. Put the fields in { }, and several orders in the list orders",
    )


def unreadable(line: int) -> Refusal:
    return _unreadable(
        "unreadable",
        f"본문을 읽을 수 없습니다 ({line}행). JSON 객체 또는 key=value 쌍으로 보내세요",
        f"The body cannot be read (line {line}). Send a JSON object, or key=value pairs",
    )


def too_deep(limit: int) -> Refusal:
    return _unreadable(
        "too_deep",
        f"JSON 중첩이 {limit}단계보다 깊습니다. 주문 메시지는 한두 단계면 충분합니다",
        f"The JSON is nested deeper than {limit} levels. An order needs one or two",
    )


def wrong_type(field: str, ko: str, en: str) -> Refusal:
    return _unreadable(
        "wrong_type",
        f"{field} 필드의 형식이 잘못되었습니다. 올바른 형식: {ko}",
        f"{field} has the wrong type: it must be {en}",
        field,
    )


def too_long(field: str, limit: int) -> Refusal:
    return _unreadable(
        "too_long",
        f"{field} 값이 너무 깁니다: {limit}자 이하로 보내세요",
        f"{field} is too long: send at most {limit} characters",
        field,
    )


def told_twice(field: str, names: Sequence[str]) -> Refusal:
    both = ", ".join(shown(name) for name in names)
    return _unreadable(
        "told_twice",
        f"{shown(field)} 값이 서로 다르게 두 번 지정되었습니다 ({both}). 하나만 보내세요",
        f"{shown(field)} is given twice with different values ({both}). Send only one",
        shown(field),
    )


def bad_signature() -> Refusal:
    return _unreadable(
        "bad_signature",
        "X-Signature 헤더를 읽을 수 없습니다. t=<Unix 초>,v1=<16진수 64자리>로 보내세요",
        "The header X-Signature cannot be read. Send t=<Unix seconds>,v1=<64 hex digits>",
        "X-Signature",
    )
