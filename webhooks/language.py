"""Which language a sender is answered in."""

import re
from decimal import Decimal

from exchanges.errors import Language

_WEIGHT = re.compile(r"[01](\.\d{1,3})?", re.ASCII)

_LANGUAGES: dict[str, Language] = {"ko": "ko", "en": "en"}


def choose(accept_language: str, strategy_language: Language | None, default: str) -> Language:
    """What the sender accepts best, then the strategy's language, then the server's."""
    return _best(accept_language) or strategy_language or _LANGUAGES.get(default[:2], "ko")


def _best(accept_language: str) -> Language | None:
    """The first of the highest quality; `*` asks for nothing in particular."""
    best: Language | None = None
    best_quality = Decimal(0)
    for entry in accept_language.split(","):
        tag, _, parameters = entry.strip().partition(";")
        language = _LANGUAGES.get(tag.strip()[:2].lower())
        quality = _quality(parameters)
        if language is not None and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameters: str) -> Decimal:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return Decimal(1)
    return Decimal(value.strip()) if _WEIGHT.fullmatch(value.strip()) else Decimal(0)
