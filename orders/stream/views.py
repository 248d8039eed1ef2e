"""`GET /api/events/`: django-eventstream's stream of the user's own events."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.http import HttpResponseBase, StreamingHttpResponse
from django_eventstream.utils import make_id
from django_eventstream.views import events
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import get_authorization_header
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from orders.rest import refusals
from orders.rest.views import JsonAlways, OwnView
from orders.stream import ledger, presence
from orders.stream.admission import Admission, while_admitted
from orders.stream.subscription import Subscription, position_of
from strategies.authentication import ApiTokenAuthentication
from strategies.rest.keys import key_of

_OPEN = b"event: stream-open"


class Events(OwnView):
    """Reads who asks, for what, and from where on; the library does the streaming."""

    renderer_classes = (JSONRenderer,)
    content_negotiation_class = JsonAlways
    parameters: ClassVar[frozenset[str]] = frozenset({"strategy", "account", "lastEventId"})

    @extend_schema(
        summary="Your events as they happen (Server-Sent Events)",
        parameters=[
            OpenApiParameter("strategy", str, description="Only this strategy's (group name)."),
            OpenApiParameter("account", int, description="Only this account's (id)."),
            OpenApiParameter("lastEventId", str, description="For clients without the header."),
            OpenApiParameter(
                "Last-Event-ID",
                str,
                OpenApiParameter.HEADER,
                description="Replays everything after it, however long ago it was.",
            ),
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponseBase:
        subscription = self._subscription(request)
        if presence.is_full(self.user.pk):
            raise refusals.too_many_streams(presence.LIMIT)
        last_id = _last_event_id(request)
        position = ledger.resume_at(last_id)
        # The library would begin at the newest id when the stream opens, and miss what came before.
        place = make_id({subscription.channel: position})
        request.META["HTTP_LAST_EVENT_ID"] = place
        response: HttpResponseBase = events(request, subscription=subscription)
        if isinstance(response, StreamingHttpResponse):
            chunks = once(response.streaming_content, place)
            response.streaming_content = while_admitted(chunks, _admission(request, self.user))
            # Without it, clients that go by "text is Latin-1" garble account names.
            response.headers["Content-Type"] = "text/event-stream; charset=utf-8"
        return response

    def _subscription(self, request: Request) -> Subscription:
        account = request.query_params.get("account")
        account_id = None if account is None else key_of(account)
        if account is not None and account_id is None:
            raise refusals.bad_value("account", account, ("id",))
        strategy = request.query_params.get("strategy", "")
        if "\0" in strategy:
            raise refusals.bad_value("strategy", strategy, ("group_name",))
        return Subscription(user_id=self.user.pk, strategy=strategy, account_id=account_id)


def _admission(request: Request, user: User) -> Admission:
    if isinstance(request.successful_authenticator, ApiTokenAuthentication):
        token = get_authorization_header(request).split()[1].decode("latin-1")
        return Admission(user_id=user.pk, token=token)
    return Admission(user_id=user.pk, session_key=request.session.session_key or "")


def _last_event_id(request: Request) -> int | None:
    text = request.META.get("HTTP_LAST_EVENT_ID") or request.query_params.get("lastEventId")
    if not text:
        return None
    try:
        return position_of(text)
    except ValueError:
        raise refusals.bad_value("Last-Event-ID", text, ("id", "channel:id")) from None


async def once(chunks: Any, place: str) -> AsyncIterator[bytes]:
    """Drops the events up to the place where the stream begins, and every repetition.

    The library reads a page again when something arrives while it reads, and the fan-out may tell
    of what was just replayed; both come in order, so an id that is not higher was sent before.
    """
    position = position_of(place)
    async with aclosing(chunks) as blocks:
        async for chunk in blocks:
            kept = []
            for block in chunk.split(b"\n\n"):
                event_id = _id_of(block)
                if event_id is None or event_id > position:
                    position = position if event_id is None else event_id
                    kept.append(_opening(block, place))
            if any(kept):
                yield b"\n\n".join(kept)


def _opening(block: bytes, place: str) -> bytes:
    """A client that leaves before its first event knows where to go on from, too."""
    return b"id: " + place.encode() + b"\n" + block if block.startswith(_OPEN) else block


def _id_of(block: bytes) -> int | None:
    for line in block.split(b"\n"):
        if line.startswith(b"id: "):
            number = line.rpartition(b":")[2].strip()
            return int(number) if number.isdigit() else None
    return None
