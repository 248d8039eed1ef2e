"""Cursor paging: a page starts behind a row, so rows that are added meanwhile shift nothing."""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeGuard

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from orders.rest import refusals
from orders.rest.fields import in_utc
from strategies.rest.keys import key_of

PAGE_SIZE = 50
LARGEST_PAGE = 500
_DIGITS = len(str(LARGEST_PAGE))
_LARGEST_POWER = 38


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """One field, and the id to tell equal values apart."""

    field: str
    descending: bool

    @classmethod
    def read(cls, text: str) -> "Ordering":
        return cls(field=text.removeprefix("-"), descending=text.startswith("-"))

    @property
    def reversed(self) -> "Ordering":
        return Ordering(field=self.field, descending=not self.descending)

    def sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        sign = "-" if self.descending else ""
        names = [f"{sign}id"] if self.field == "id" else [f"{sign}{self.field}", f"{sign}id"]
        return rows.order_by(*names)

    def behind(self, rows: QuerySet[Any], value: Any, row_id: int) -> QuerySet[Any]:
        """The outer bound repeats what the inner ones imply, so that an index on it serves."""
        step = "lt" if self.descending else "gt"
        if self.field == "id":
            return rows.filter(**{f"id__{step}": row_id})
        return rows.filter(
            Q(**{f"{self.field}__{step}e": value}),
            Q(**{f"{self.field}__{step}": value}) | Q(**{f"id__{step}": row_id}),
        )

    def place_of(self, row: Model) -> tuple[Any, int]:
        return getattr(row, self.field), row.pk


def every_row(rows: QuerySet[Any], ordering: Ordering, size: int) -> Iterator[Sequence[Any]]:
    """All rows page by page, each read by a query of its own: nothing is held in between."""
    wanted = ordering.sorted(rows)
    page = list(wanted[:size])
    while page:
        yield page
        page = list(ordering.behind(wanted, *ordering.place_of(page[-1]))[:size])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The row that a page starts behind, and whether the page goes back from there."""

    back: bool
    value: str
    row_id: int

    @property
    def text(self) -> str:
        place = json.dumps([int(self.back), self.value, self.row_id], separators=(",", ":"))
        return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> "Cursor":
        try:
            padded = text + "=" * (-len(text) % 4)
            back, value, row_id = json.loads(base64.urlsafe_b64decode(padded))
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise refusals.bad_cursor() from error
        key = key_of(row_id)
        if key is None or not _is_storable(value):
            raise refusals.bad_cursor()
        return cls(back=bool(back), value=value, row_id=key)


class CursorPages(BasePagination):
    """`?cursor= &page_size= &ordering=`; the first of the view's `orderings` is the default."""

    _next: str | None = None
    _previous: str | None = None

    def paginate_queryset(
        self,
        queryset: QuerySet[Any] | Sequence[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        if not isinstance(queryset, QuerySet):
            raise TypeError("only a query can be continued from a place")
        ordering = ordering_of(request, view)
        size = _page_size(request)
        text = request.query_params.get("cursor")
        cursor = Cursor.read(text) if text else None
        back = cursor is not None and cursor.back
        walk = ordering.reversed if back else ordering
        rows = walk.sorted(queryset)
        if cursor is not None:
            rows = walk.behind(rows, _value_of(queryset, ordering, cursor), cursor.row_id)
        found = list(rows[: size + 1])
        more, page = len(found) > size, found[:size]
        if back:
            page.reverse()
        self._link(
            request, ordering, page, before=more if back else cursor is not None, after=more or back
        )
        return page

    def _link(
        self, request: Request, ordering: Ordering, page: list[Any], *, before: bool, after: bool
    ) -> None:
        url = remove_query_param(request.build_absolute_uri(), "cursor")

        def link(row: Any, *, back: bool) -> str:
            value, row_id = ordering.place_of(row)
            written = value.isoformat() if isinstance(value, datetime) else str(value)
            cursor = Cursor(back=back, value=written, row_id=row_id)
            return replace_query_param(url, "cursor", cursor.text)

        self._next = link(page[-1], back=False) if page and after else None
        self._previous = link(page[0], back=True) if page and before else None

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next, "previous": self._previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        def parameter(name: str, text: str, **schema: Any) -> dict[str, Any]:
            return {
                "name": name,
                "in": "query",
                "required": False,
                "description": text,
                "schema": schema,
            }

        return [
            parameter("cursor", "From `next` or `previous` of a page.", type="string"),
            parameter("page_size", "Rows a page.", type="integer", minimum=1, maximum=LARGEST_PAGE),
            parameter(
                "ordering",
                "A leading minus sorts downwards.",
                type="string",
                enum=list(_orderings(view)),
            ),
        ]


def ordering_of(request: Request, view: APIView | None) -> Ordering:
    allowed = _orderings(view)
    wanted = request.query_params.get("ordering") or allowed[0]
    if wanted not in allowed:
        raise refusals.bad_value("ordering", wanted, allowed)
    return Ordering.read(wanted)


def _orderings(view: APIView | None) -> tuple[str, ...]:
    orderings: tuple[str, ...] = getattr(view, "orderings", ("-id", "id"))
    return orderings


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size")
    if text is None:
        return PAGE_SIZE
    is_number = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    size = int(text) if is_number else 0
    if not 1 <= size <= LARGEST_PAGE:
        raise refusals.bad_value("page_size", text, (f"1..{LARGEST_PAGE}",))
    return size


def _value_of(rows: QuerySet[Any], ordering: Ordering, cursor: Cursor) -> Any:
    try:
        value = rows.model._meta.get_field(ordering.field).to_python(cursor.value)
        if isinstance(value, datetime):
            value = in_utc(value)
    except (FieldDoesNotExist, ValidationError, ArithmeticError, ValueError) as error:
        raise refusals.bad_cursor() from error
    if isinstance(value, Decimal) and not (value.is_finite() and _is_bounded(value)):
        raise refusals.bad_cursor()
    return value


def _is_storable(value: object) -> TypeGuard[str]:
    """As far as PostgreSQL is concerned: no NUL, and no half of a surrogate pair."""
    if not isinstance(value, str) or "\0" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def _is_bounded(value: Decimal) -> bool:
    """1e999999999 would be written out digit by digit."""
    return abs(value.adjusted()) <= _LARGEST_POWER
