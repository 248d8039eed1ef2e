"""What all of the ledger's views have in common."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.contrib.auth.models import User
from rest_framework import generics
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from orders.rest import export
from orders.rest.export import CsvRenderer
from orders.rest.paging import CursorPages, ordering_of
from strategies.rest.parameters import KnownParameters


class OwnView(KnownParameters):
    """For a logged-in user, and only with query parameters that it knows."""

    @property
    def user(self) -> User:
        user = self.request.user
        if not isinstance(user, User):
            raise TypeError("a view of one's own things was reached without a user")
        return user

    def handle_exception(self, exc: Exception) -> Response:
        """An error is JSON, also where the answer would have been a file."""
        if isinstance(getattr(self.request, "accepted_renderer", None), CsvRenderer):
            self.request.accepted_renderer = JSONRenderer()
            self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


class OwnList(OwnView, generics.ListAPIView[Any]):
    """Filtered, in cursor pages, or as one CSV file."""

    renderer_classes = (JSONRenderer, BrowsableAPIRenderer, CsvRenderer)
    pagination_class = CursorPages
    orderings: ClassVar[tuple[str, ...]] = ("-id", "id")
    filename: ClassVar[str]
    serializer_class: type[Serializer[Any]]

    def known_parameters(self) -> frozenset[str]:
        filterset = getattr(self, "filterset_class", None)
        filters = filterset.base_filters if filterset is not None else ()
        return frozenset({"format", "cursor", "page_size", "ordering", *filters})

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(request.accepted_renderer, CsvRenderer):
            return super().list(request, *args, **kwargs)
        rows = self.filter_queryset(self.get_queryset())
        serializer = self.serializer_class

        def serialized(page: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
            return list(serializer(page, many=True).data)

        return export.streamed(
            rows,
            ordering_of(request, self),
            serialized,
            columns=list(serializer().fields),
            filename=self.filename,
        )


class JsonAlways(BaseContentNegotiation):
    """For an answer that is a stream, and so has a form of its own."""

    def select_parser(self, _request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, _request: Request, renderers: Any, _format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type
