"""What there is not, and what broke: told in JSON under /api/, and as a page elsewhere."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.defaults import page_not_found, server_error

from exchanges.errors import Reason
from strategies.rest.errors import error_body

_NO_SUCH_PATH = Reason(
    code="not_found",
    ko="이 주소에는 아무것도 없습니다. /api/docs/를 보세요",
    en="There is nothing at this address. See /api/docs/",
)
_BROKEN = Reason(
    code="internal_error",
    ko="서버 오류가 발생했습니다. 서버 로그를 확인하세요",
    en="Something broke. The server's log says more",
)


def not_found(request: HttpRequest, exception: Exception, **options: Any) -> HttpResponseBase:
    if request.path.startswith("/api/"):
        return JsonResponse(error_body(_NO_SUCH_PATH), status=404)
    return page_not_found(request, exception, **options)


def broken(request: HttpRequest, **options: Any) -> HttpResponseBase:
    if request.path.startswith("/api/"):
        return JsonResponse(error_body(_BROKEN), status=500)
    return server_error(request, **options)
