"""JSON whose numbers are decimals from the first byte on."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ExactJSONParser(JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """UTF-8 alone, no NaN, and nesting that goes on for ever is as unreadable as no JSON."""
        try:
            return json.loads(
                stream.read().decode("utf-8"), parse_float=Decimal, parse_constant=_refuse
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(f"JSON parse error: {type(error).__name__}") from None


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
