"""Which language a sender is answered in."""

from decimal import Decimal, InvalidOperation

from exchanges.errors import Language

_LANGUAGES: dict[str, Language] = {"ko": "ko", "en": "en"}
_LONGEST = 1000
_NONE = Decimal(0)
_FULL = Decimal(1)


def choose(accept_language: str, strategy_language: Language | None, default: str) -> Language:
    """What the sender accepts best, then the strategy's language, then the server's."""
    return _best(accept_language) or strategy_language or _of_tag(default) or "ko"


def _best(accept_language: str) -> Language | None:
    """The first of the highest quality; `*` asks for nothing in particular."""
    best: Language | None = None
    best_quality = _NONE
    for entry in accept_language[:_LONGEST].split(","):
        tag, _, parameters = entry.partition(";")
        language, quality = _of_tag(tag), _quality(parameters)
        if language is not None and quality > best_quality:
            best, best_quality = language, quality
    return best


def _of_tag(tag: str) -> Language | None:
    """`ko`, `ko-KR` and `ko_KR` are Korean; `kok` is not."""
    return _LANGUAGES.get(tag.strip().lower().replace("_", "-").partition("-")[0])


def _quality(parameters: str) -> Decimal:
    """What cannot be read asks for nothing."""
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return _FULL
    try:
        quality = Decimal(value.strip())
    except InvalidOperation:
        return _NONE
    return quality if quality.is_finite() and quality <= 1 else _NONE
