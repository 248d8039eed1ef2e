"""The caller's order id: the same from whichever process makes it, and legal at every venue."""

import hashlib

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = tuple(low + high for high in _DIGITS for low in _DIGITS)
_PAIRS_IN_A_WORD = 6
_WORD = len(_PAIRS) ** _PAIRS_IN_A_WORD
"""Twelve digits fit into 64 bits, where dividing is cheap."""

_LENGTH = 32


def client_order_id(receipt: str, instruction: int, account_id: int, leg: int = 0) -> str:
    """32 lower-case letters and digits (OKX allows no more, and no hyphen)."""
    place = f"{receipt}|{instruction}|{account_id}"
    digest = hashlib.sha256((f"{place}|{leg}" if leg else place).encode()).digest()
    number = int.from_bytes(digest, "big")
    letters = ""
    while len(letters) < _LENGTH:
        number, word = divmod(number, _WORD)
        for _ in range(_PAIRS_IN_A_WORD):
            word, pair = divmod(word, len(_PAIRS))
            letters += _PAIRS[pair]
    return letters[:_LENGTH]
