"""The caller's order id: the same from whichever process makes it, and legal at every venue."""

import hashlib

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LENGTH = 32


def client_order_id(receipt: str, instruction: int, account_id: int, leg: int = 0) -> str:
    """32 lower-case letters and digits (OKX allows no more, and no hyphen)."""
    place = f"{receipt}|{instruction}|{account_id}"
    digest = hashlib.sha256((f"{place}|{leg}" if leg else place).encode()).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, len(_DIGITS))
        letters.append(_DIGITS[digit])
    return "".join(letters)
