"""Secrets at rest: sealed by the first key of CREDENTIALS_KEYS, opened by any of them."""

import base64
import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_SEALED_AS = "token"


class Unsealable(Exception):
    """No key of ours opens it, or what is inside is not ours. The text never holds the content."""


def _fernet(key: str) -> Fernet:
    """A key may be any text; HKDF brings it to the length that the cipher wants."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"tradingbridge/credentials")
    return Fernet(base64.urlsafe_b64encode(kdf.derive(key.encode())))


@lru_cache(maxsize=4)
def _keyring(keys: tuple[str, ...]) -> MultiFernet:
    usable = [key.strip() for key in keys if key.strip()]
    if not usable:
        raise ImproperlyConfigured("CREDENTIALS_KEY holds no key")
    return MultiFernet([_fernet(key) for key in usable])


def _current_keyring() -> MultiFernet:
    return _keyring(tuple(settings.CREDENTIALS_KEYS))


def seal(credentials: Mapping[str, str]) -> str:
    """No credentials seal to the empty text."""
    if not credentials:
        return ""
    plain = json.dumps(dict(credentials), ensure_ascii=False, sort_keys=True)
    return _current_keyring().encrypt(plain.encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    if not sealed:
        return {}
    try:
        plain = _current_keyring().decrypt(sealed.encode())
    except InvalidToken:
        raise Unsealable("sealed with a key that is not in CREDENTIALS_KEY, or damaged") from None
    try:
        content = json.loads(plain)
    except ValueError:
        raise Unsealable("the sealed content is not JSON") from None
    if not isinstance(content, dict):
        raise Unsealable("the sealed content is not a mapping")
    return {str(key): str(value) for key, value in content.items()}


def reseal(sealed: str) -> str:
    """The same content under the first key, so that an older key can be retired."""
    return seal(unseal(sealed))


def seal_token(token: str) -> str:
    return seal({_SEALED_AS: token})


def unseal_token(sealed: str) -> str:
    """Empty for a token of which no copy was kept."""
    return unseal(sealed).get(_SEALED_AS, "")
