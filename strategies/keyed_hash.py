"""Hashes that are worth nothing without SECRET_KEY, one key per purpose."""

import hashlib
import hmac
from functools import lru_cache

from django.conf import settings


@lru_cache(maxsize=16)
def _key(secret_key: str, purpose: str) -> bytes:
    return hmac.digest(secret_key.encode(), f"tradingbridge/{purpose}".encode(), hashlib.sha256)


def keyed_hash(text: str, *, purpose: str) -> str:
    """64 hex digits. Any text is hashed, also one that is no valid Unicode."""
    key = _key(settings.SECRET_KEY, purpose)
    return hmac.digest(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
