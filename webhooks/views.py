"""The documented door: the same function, with a browsable page and a place in the schema."""

from collections.abc import Coroutine
from typing import Any

from asgiref.sync import async_to_sync
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders import runtime
from webhooks import door
from webhooks.answers import Answer
from webhooks.door import is_a_browser
from webhooks.grammar import BODY_LIMIT

# Far above the longest answer_within, so that this never is what ends the wait.
_ANSWERS_WITHIN = 300.0
EXAMPLE = {
    "group_name": "demo-crypto",
    "token": "…",
    "symbol": "BTC/USDT",
    "order_type": "MARKET",
    "side": "buy",
    "qty_per": "10",
}
_BODY = {"application/json": OpenApiTypes.OBJECT, "text/plain": OpenApiTypes.STR}
_REFUSED = {
    400: OpenApiResponse(OpenApiTypes.OBJECT, "Cannot be read"),
    401: OpenApiResponse(OpenApiTypes.OBJECT, "No active strategy with this token"),
    422: OpenApiResponse(OpenApiTypes.OBJECT, "Read and authentic, but not executable"),
    429: OpenApiResponse(OpenApiTypes.OBJECT, "Too many alerts; Retry-After says when"),
}
_RESPONSES = {
    200: OpenApiResponse(OpenApiTypes.OBJECT, "Every order has its outcome"),
    202: OpenApiResponse(OpenApiTypes.OBJECT, "Stored, still at work"),
    503: OpenApiResponse(OpenApiTypes.OBJECT, "Not stored, and nothing was sent"),
    **_REFUSED,
}
_NAMED = OpenApiParameter(
    "group_name", str, OpenApiParameter.PATH, description="The strategy; not `preview`."
)
_SIGNATURE = OpenApiParameter(
    "X-Signature",
    str,
    OpenApiParameter.HEADER,
    description=(
        "`t=<Unix seconds>,v1=<hex>`: HMAC-SHA256 of `<t>.<body>` with the strategy's token, "
        "at most 300 seconds old. Instead of the Bearer token."
    ),
)
_PROOFS: Any = [{"strategyToken": []}, {}]
"""A Bearer token, or what the framework has no word for: a signature, or the body's own token."""


class _JsonUnlessABrowser(BaseContentNegotiation):
    """A sender is answered in JSON, whatever it says that it accepts."""

    def select_parser(self, _request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, _format: Any = None) -> Any:
        wants_page = is_a_browser(request.META.get("HTTP_ACCEPT", ""))
        chosen = renderers[1] if wants_page else renderers[0]
        return chosen, chosen.media_type


class WebhookView(APIView):
    """Post an alert here. The strategy's token is in the body; `docs/webhook.md` has the rules."""

    authentication_classes = ()
    permission_classes = ()
    renderer_classes = (JSONRenderer, BrowsableAPIRenderer)
    content_negotiation_class = _JsonUnlessABrowser

    @extend_schema(
        operation_id="webhook_howto",
        summary="How to post an alert",
        responses=OpenApiTypes.OBJECT,
        auth=[],
    )
    def get(self, _request: Request, **_kwargs: str) -> Response:
        return Response(
            {"post": "JSON, or key=value pairs", "example": EXAMPLE, "errors": "docs/webhook.md"}
        )

    @extend_schema(
        operation_id="webhook",
        summary="Post an alert",
        request=_BODY,
        responses=_RESPONSES,
        examples=[OpenApiExample("Buy at the market", value=EXAMPLE, request_only=True)],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        return _answered(request)


def _answered(request: Request) -> Response:
    """On the bridge's own loop; without a bridge the same function says that nothing was stored."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    # Bytes stay bytes: the grammar reads them, whatever the content type says.
    body = request.stream.read(BODY_LIMIT + 1) if request.stream is not None else b""
    answer = door.answer_to(request.path, body, headers, request.META.get("REMOTE_ADDR", ""))
    told = _waited_for(answer)
    return Response(told.body, status=told.http_status, headers=told.headers)


def _waited_for(answer: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        runtime.current()
    except runtime.NotRunning:
        return async_to_sync(_itself)(answer)
    return runtime.call(answer, _ANSWERS_WITHIN)


async def _itself(answer: Coroutine[Any, Any, Answer]) -> Answer:
    return await answer


@extend_schema(exclude=True)
class SlashedWebhookView(WebhookView):
    """The same with a last slash, which some senders add; named once in the schema."""


class NamedWebhookView(WebhookView):
    """Post an alert for the strategy that the address names.

    For senders that can set headers: `Authorization: Bearer <token>`, or a signature of the body.
    """

    @extend_schema(exclude=True)
    def get(self, _request: Request, **_kwargs: str) -> Response:
        return super().get(_request)

    @extend_schema(
        operation_id="webhook_named",
        summary="Post an alert, with the token or a signature in a header",
        parameters=[_NAMED, _SIGNATURE],
        request=_BODY,
        responses=_RESPONSES,
        auth=_PROOFS,
    )
    def post(self, request: Request, **_kwargs: str) -> Response:
        return _answered(request)


class PreviewView(WebhookView):
    """Post an alert here to see which orders would go to which account, and why others would not.

    Nothing is sent or kept. Body and token are the webhook's own.
    """

    @extend_schema(exclude=True)
    def get(self, _request: Request, **_kwargs: str) -> Response:
        return super().get(_request)

    @extend_schema(
        operation_id="webhook_preview",
        summary="What an alert would do, without doing it",
        parameters=[_SIGNATURE],
        request=_BODY,
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "What would be sent and cancelled"),
            503: OpenApiResponse(OpenApiTypes.OBJECT, "The preview could not be made"),
            **_REFUSED,
        },
        examples=[OpenApiExample("Buy at the market", value=EXAMPLE, request_only=True)],
        auth=_PROOFS,
    )
    def post(self, request: Request) -> Response:
        return _answered(request)
