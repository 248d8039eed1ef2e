"""Every error of the REST API in the contract's one shape, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as framework_response

from exchanges.errors import Language, Reason
from strategies.refusals import Refused

WHOLE_BODY = "non_field_errors"

_MISSING = ("missing_field", "필수 필드 누락: {field}", "Missing required field: {field}")
_TEXTS: dict[str, tuple[str, str, str]] = {
    "required": _MISSING,
    "null": _MISSING,
    "blank": _MISSING,
    "invalid_choice": ("invalid_choice", "지원하지 않는 {field} 값입니다", ""),
    "invalid": ("invalid", "{field} 값이 올바르지 않습니다", ""),
    "max_length": ("too_long", "{field} 값이 너무 깁니다", ""),
    "max_string_length": ("too_long", "{field} 값이 너무 깁니다", ""),
    "min_value": ("out_of_range", "{field} 값이 너무 작습니다", ""),
    "max_value": ("out_of_range", "{field} 값이 너무 큽니다", ""),
    "max_digits": ("out_of_range", "{field} 값의 자릿수가 너무 많습니다", ""),
    "max_whole_digits": ("out_of_range", "{field} 값이 너무 큽니다", ""),
    "max_decimal_places": ("out_of_range", "{field} 값의 소수 자릿수가 너무 많습니다", ""),
    "unique": ("taken", "이미 사용 중인 {field} 값입니다", ""),
    "does_not_exist": ("unknown", "{field}을(를) 찾을 수 없습니다", "There is no such {field}"),
    "incorrect_type": ("invalid", "{field} 값이 올바르지 않습니다", ""),
    "not_a_dict": ("invalid", "{field}은(는) 객체여야 합니다", ""),
    "parse_error": ("unreadable", "본문을 읽을 수 없습니다: JSON이 아닙니다", ""),
    "not_authenticated": ("not_authenticated", "로그인 또는 API 토큰이 필요합니다", ""),
    "authentication_failed": (
        "authentication_failed",
        "알 수 없거나 만료된 API 토큰입니다",
        "Unknown or expired API token",
    ),
    "permission_denied": ("permission_denied", "권한이 없습니다", ""),
    "not_found": ("not_found", "찾을 수 없습니다", "Not found"),
    "method_not_allowed": ("method_not_allowed", "허용되지 않는 메서드입니다", ""),
    "not_acceptable": ("not_acceptable", "지원하지 않는 응답 형식입니다", ""),
    "unsupported_media_type": ("unsupported_media_type", "지원하지 않는 본문 형식입니다", ""),
    "throttled": ("throttled", "요청이 너무 많습니다", ""),
}


def language() -> Language:
    """What the request's Accept-Language chose, else the server's own."""
    return "ko" if (get_language() or "ko").startswith("ko") else "en"


def error_body(reason: Reason, *, field: str = "") -> dict[str, Any]:
    error = {"code": reason.code, "message": reason.text(language()), "field": field}
    return {"success": False, "error": error}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """None leaves a bug of ours to the 500 page."""
    if isinstance(error, Refused):
        return Response(error_body(error.reason, field=error.field), status=error.http_status)
    response = framework_response(error, dict(context))
    if response is None:
        return None
    detail, field = _first(error.detail if isinstance(error, APIException) else response.data)
    response.data = error_body(_reason(detail, field), field=field)
    return response


def _first(detail: Any, path: tuple[str, ...] = ()) -> tuple[ErrorDetail, str]:
    """The first error of what may be a tree, and the dotted way to it."""
    if isinstance(detail, Mapping) and detail:
        key = next(iter(detail))
        step = () if key in (WHOLE_BODY, "detail") else (str(key),)
        return _first(detail[key], (*path, *step))
    if isinstance(detail, Sequence) and not isinstance(detail, str) and detail:
        return _first(next((each for each in detail if each), detail[0]), path)
    if not isinstance(detail, ErrorDetail):
        detail = ErrorDetail(str(detail), code=ValidationError.default_code)
    return detail, ".".join(path)


def _reason(detail: ErrorDetail, field: str) -> Reason:
    """A code without a text of ours keeps the framework's. No field means all of the body."""
    word = detail.code or ValidationError.default_code
    code, ko, en = _TEXTS.get(word, (word, "", ""))
    text = str(detail)
    return Reason(
        code=code,
        ko=ko.format(field=field or "요청 본문") or text,
        en=en.format(field=field or "request body") or text,
    )
