"""The bridge's own tokens, known by their shape wherever somebody puts one by mistake."""

import re

MASK = "***"

_OWN_TOKEN = re.compile(r"(tbu?_)[A-Za-z0-9_-]{16,}", re.ASCII)
_CUT_OFF = re.compile(r"(tbu?_)[A-Za-z0-9_-]*\Z", re.ASCII)


def mask_tokens(text: str, *, is_cut: bool = False) -> str:
    """`is_cut`: the text goes on, so that its end may be the beginning of a token."""
    masked = _OWN_TOKEN.sub(rf"\1{MASK}", text)
    return _CUT_OFF.sub(rf"\1{MASK}", masked) if is_cut else masked
