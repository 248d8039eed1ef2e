"""The published JSON Schema of an alert. No login: it holds nothing but the language."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from webhooks.schema import alert_schema


@require_safe
@cache_control(public=True, max_age=3600)
def show_alert_schema(request: HttpRequest) -> JsonResponse:
    address = settings.PUBLIC_URL.rstrip("/") + request.path
    return JsonResponse(
        {"$id": address, **alert_schema()},
        content_type="application/schema+json",
        headers={"Access-Control-Allow-Origin": "*"},
        json_dumps_params={"ensure_ascii": False, "indent": 1},
    )
