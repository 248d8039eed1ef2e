"""The documented door: the same function, with a browsable page and a place in the schema."""

from typing import Any

from asgiref.sync import async_to_sync
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders import runtime
from webhooks import intake
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
    def get(self, _request: Request) -> Response:
        return Response(
            {"post": "JSON, or key=value pairs", "example": EXAMPLE, "errors": "docs/webhook.md"}
        )

    @extend_schema(
        operation_id="webhook",
        summary="Post an alert",
        request={"application/json": OpenApiTypes.OBJECT, "text/plain": OpenApiTypes.STR},
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "Every order has its outcome"),
            202: OpenApiResponse(OpenApiTypes.OBJECT, "Stored, still at work"),
            400: OpenApiResponse(OpenApiTypes.OBJECT, "Cannot be read"),
            401: OpenApiResponse(OpenApiTypes.OBJECT, "No active strategy with this token"),
            422: OpenApiResponse(OpenApiTypes.OBJECT, "Read and authentic, but not executable"),
            503: OpenApiResponse(OpenApiTypes.OBJECT, "Not stored, and nothing was sent"),
        },
        examples=[OpenApiExample("Buy at the market", value=EXAMPLE, request_only=True)],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        # Bytes stay bytes: the grammar reads them, whatever the content type says.
        body = request.stream.read(BODY_LIMIT + 1) if request.stream is not None else b""
        answer = _received(body, headers, request.META.get("REMOTE_ADDR", ""))
        return Response(answer.body, status=answer.http_status, headers=answer.headers)


def _received(body: bytes, headers: dict[str, str], peer: str) -> Answer:
    """On the bridge's own loop; without a bridge the same function says that nothing was stored."""
    try:
        runtime.current()
    except runtime.NotRunning:
        return async_to_sync(intake.receive)(body, headers, peer)
    return runtime.call(intake.receive(body, headers, peer), _ANSWERS_WITHIN)


@extend_schema(exclude=True)
class SlashedWebhookView(WebhookView):
    """The same with a last slash, which some senders add; named once in the schema."""
