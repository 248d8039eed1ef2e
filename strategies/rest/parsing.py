"""JSON whose numbers are decimals from the first byte on, and no larger than any column."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from exchanges.errors import Reason
from strategies.refusals import Refused

DIGITS = 38
_LONGEST = 100


class ExactJSONParser(JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """UTF-8 alone, no NaN, and nesting that goes on for ever is as unreadable as no JSON."""
        try:
            text = stream.read().decode("utf-8")
            parsed = json.loads(
                text, parse_float=_decimal, parse_int=_integer, parse_constant=_refuse
            )
            if "\\u" in text:
                _refuse_halves(parsed)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"JSON parse error: {type(error).__name__}") from None
        return parsed


def _decimal(text: str) -> Decimal:
    """Bounded before anybody calculates with it: int(1e400000) alone would take minutes."""
    number = Decimal(text) if len(text) <= _LONGEST else None
    if number is None or (number and not -DIGITS <= number.adjusted() < DIGITS):
        raise _out_of_range(text)
    return number


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > DIGITS:
        raise _out_of_range(text)
    return int(text)


def _out_of_range(text: str) -> Refused:
    shown = text[:40]
    return Refused(
        Reason(
            code="out_of_range",
            ko=f"숫자가 너무 크거나 너무 깁니다: {shown}",
            en=f"The number is too large or too long: {shown}",
        )
    )


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def _refuse_halves(parsed: Any) -> None:
    """Half of a surrogate pair is no character: nothing could store it, or answer with it."""
    json.dumps(parsed, ensure_ascii=False, default=str).encode()
