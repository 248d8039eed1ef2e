"""One order on the wire, signed as crypto venues want it: the same for all that are measured."""

import hashlib
import hmac
import json
from collections.abc import Mapping

KEY = b"benchmark-key"
SIGNATURE = "X-Signature"


def signed_order(order: Mapping[str, str]) -> tuple[bytes, str]:
    body = json.dumps(order, separators=(",", ":")).encode()
    return body, signature(body)


def signature(body: bytes) -> str:
    return hmac.new(KEY, body, hashlib.sha256).hexdigest()
