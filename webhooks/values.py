"""Typed values of one entry's fields, each refusal naming the field and its place."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TypeVar

from webhooks import refusals, unreadable
from webhooks.fields import squeeze
from webhooks.numbers import number
from webhooks.refusals import AlertRefused, Refusal

TEXT_LIMIT = 100

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_FLAGS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
Word = TypeVar("Word", bound=StrEnum)


@cache
def _spellings(words: type[StrEnum]) -> Mapping[str, str]:
    return {squeeze(word.value): word.value for word in words}


@dataclass(frozen=True, slots=True)
class Entry:
    """The fields of an alert or of one of its batch; `place` is `orders[2].` there."""

    fields: Mapping[str, object]
    place: str = ""

    def __contains__(self, name: str) -> bool:
        return name in self.fields

    def at(self, name: str) -> str:
        return self.place + name

    def text(self, name: str, *, limit: int = TEXT_LIMIT) -> str:
        """Empty when it is absent. Numbers are text too, since that is how they are kept."""
        text = self.secret(name, limit=limit) if name in self.fields else ""
        self._refuse_placeholder(name, text)
        return text

    def secret(self, name: str, *, limit: int) -> str:
        """A text that no refusal may repeat."""
        value = self.fields.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise AlertRefused(unreadable.wrong_type(self.at(name), "문자열", "a string"))
        text = value.strip()
        if len(text) > limit:
            raise AlertRefused(unreadable.too_long(self.at(name), limit))
        return text

    def number(self, name: str) -> Decimal | None:
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise AlertRefused(unreadable.wrong_type(self.at(name), "숫자", "a number"))
        self._refuse_placeholder(name, value)
        return number(self.at(name), value)

    def positive(self, name: str) -> Decimal | None:
        value = self.number(name)
        if value is not None and value <= 0:
            raise AlertRefused(refusals.must_be_positive(self.at(name)))
        return value

    def flag(self, name: str) -> bool:
        """Absent is false."""
        value = self.fields.get(name, False)
        if isinstance(value, bool):
            return value
        flag = _FLAGS.get(self.text(name).lower())
        if flag is None:
            wrong = unreadable.wrong_type(self.at(name), "true 또는 false", "true or false")
            raise AlertRefused(wrong)
        return flag

    def word(self, name: str, words: type[Word]) -> Word | None:
        """Any case, and `-` or a space for `_`."""
        text = self.text(name)
        if not text:
            return None
        word = _spellings(words).get(squeeze(text))
        if word is None:
            raise AlertRefused(self.unknown(name, (each.value for each in words)))
        return words(word)

    def _refuse_placeholder(self, name: str, text: str) -> None:
        placeholder = _PLACEHOLDER.search(text) if "{{" in text else None
        if placeholder is not None:
            raise AlertRefused(refusals.placeholder_unreplaced(self.at(name), placeholder[0]))

    def unknown(self, name: str, known: Iterable[str]) -> Refusal:
        return refusals.unsupported(self.at(name), self.text(name), tuple(known))
