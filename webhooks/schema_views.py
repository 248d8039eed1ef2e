"""The published JSON Schema of an alert. No login: it holds nothing but the language."""

from django.conf import settings
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from webhooks.schema import alert_schema

_MEDIA_TYPE = "application/schema+json"


class AlertSchemaView(APIView):
    """Editors complete and check an alert by it. `docs/alerts.md` says what it cannot see."""

    authentication_classes = ()
    permission_classes = ()

    @extend_schema(
        operation_id="alert_schema",
        summary="The JSON Schema of an alert",
        tags=["webhook"],
        responses={(200, _MEDIA_TYPE): OpenApiResponse(OpenApiTypes.OBJECT, "Draft 2020-12")},
        auth=[],
    )
    @method_decorator(cache_control(public=True, max_age=3600))
    def get(self, request: Request) -> JsonResponse:
        address = settings.PUBLIC_URL.rstrip("/") + request.path
        return JsonResponse(
            {"$id": address, **alert_schema()},
            content_type=_MEDIA_TYPE,
            headers={"Access-Control-Allow-Origin": "*"},
            json_dumps_params={"ensure_ascii": False, "indent": 1},
        )
