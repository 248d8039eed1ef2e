"""Lists as CSV: every matching row, page by page, never all of them in memory."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import get_language, override
from rest_framework.renderers import BaseRenderer

from orders.rest.paging import Ordering, every_row
from orders.stream import ledger

_PAGE = 1000
# What a spreadsheet takes for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class CsvRenderer(BaseRenderer):
    """Lets `?format=csv` and `Accept: text/csv` be asked for; the view streams the rows itself."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"


def safe_cell(value: Any) -> str:
    """A text that a spreadsheet would run gets an apostrophe; a negative number stays a number."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return safe_cell("; ".join(f"{name}: {part}" for name, part in value.items()))
    text = str(value)
    if text.startswith(_FORMULA) and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    digits = text.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit()


def streamed(
    rows: QuerySet[Any],
    ordering: Ordering,
    serialized: Callable[[Sequence[Any]], Sequence[Mapping[str, Any]]],
    *,
    columns: Sequence[str],
    filename: str,
) -> StreamingHttpResponse:
    pages = every_row(rows, ordering, _PAGE)
    spoken = get_language()

    def next_page() -> str | None:
        """Runs in a reader's thread, which does not know the request's language by itself."""
        with override(spoken):
            page = next(pages, None)
            return None if page is None else _text(serialized(page), columns)

    async def body() -> AsyncIterator[str]:
        yield _text([dict(zip(columns, columns, strict=True))], columns)
        while (text := await ledger.aread(next_page)) is not None:
            yield text

    return StreamingHttpResponse(
        body(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{filename}.csv"',
            "Cache-Control": "no-store",
        },
    )


def _text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    lines = io.StringIO()
    csv.writer(lines).writerows(_cells(rows, columns))
    return lines.getvalue()


def _cells(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[list[str]]:
    for row in rows:
        yield [safe_cell(row[column]) for column in columns]
