"""A second, simple reader of messages: what a body says at all, without the grammar's code.

It takes too much rather than too little: it can only say that an order was surely not asked for.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote_plus

from exchanges.vocabulary import Side
from webhooks.instructions import OrderInstruction

NAMES: Mapping[str, tuple[str, ...]] = {
    "symbol": ("symbol", "ticker"),
    "order_type": ("ordertype", "type"),
    "side": ("side", "action"),
    "qty": ("qty", "quantity", "contracts"),
    "qty_per": ("qtyper",),
    "target_position": ("targetposition", "positionsize"),
    "orders": ("orders",),
}
SIDES = {Side.BUY: ("buy", "long"), Side.SELL: ("sell", "short")}
LEANING = ("symbol",)

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_QUOTES = "\"' \t\r\n"

Said = Mapping[str, Sequence[str]]
"""All values that stand by each name."""


def squeezed(text: str) -> str:
    return re.sub(r"[-_ \t\r\n]", "", text).lower()


def instructions_of(body: bytes) -> list[Said]:
    """What is said for each instruction of a batch, or for the only one."""
    text = body.decode("utf-8-sig", errors="replace")
    try:
        top = json.loads(text, object_pairs_hook=list, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return [_said_in_text(unquote_plus(text)), _said_in_text(text)]
    return _said_in_json(top) if isinstance(top, list) else []


def _said_in_json(pairs: list[Any]) -> list[Said]:
    said = _values(pairs)
    lists = [value for value in said["orders"] if isinstance(value, list)]
    if not lists:
        return [_as_text(said)]
    entries = []
    for entry in lists[0]:
        own = _values(entry if isinstance(entry, list) else [])
        leant = {name: own[name] or said[name] for name in LEANING}
        entries.append(_as_text({**own, **leant}))
    return entries


def _values(pairs: list[Any]) -> dict[str, list[Any]]:
    """Objects came as lists of pairs."""
    said: dict[str, list[Any]] = {name: [] for name in NAMES}
    for pair in pairs:
        if isinstance(pair, tuple) and len(pair) == 2:
            for name, spellings in NAMES.items():
                if squeezed(pair[0]) in spellings and pair[1] is not None:
                    said[name].append(pair[1])
    return said


def _as_text(said: Mapping[str, list[Any]]) -> Said:
    return {
        name: [value.strip() for value in values if isinstance(value, str)]
        for name, values in said.items()
    }


def _said_in_text(text: str) -> Said:
    """Everything behind a name, to the end of its line."""
    said: dict[str, list[str]] = {name: [] for name in NAMES}
    for separator in re.finditer("[:=]", text):
        head = squeezed(text[: separator.start()].rstrip(_QUOTES))
        for name, spellings in NAMES.items():
            if head.endswith(spellings):
                said[name].append(text[separator.end() :].lstrip(_QUOTES).split("\n", 1)[0])
    return said


def asks_for(said: Said, instruction: OrderInstruction) -> bool:
    """Does the body name this very symbol, order type, side and size?"""
    return (
        _names(said["order_type"], squeezed(instruction.order_type.value))
        and all(_names(said["symbol"], part) for part in _parts(instruction.symbol))
        and _says_side(said, instruction)
        and _says_size(said, instruction)
    )


def asks_for_anything(body: bytes) -> bool:
    return any(
        said["symbol"]
        and said["order_type"]
        and (said["qty"] or said["qty_per"] or said["target_position"])
        and (said["side"] or said["target_position"] or _has_exit(said))
        for said in instructions_of(body)
    )


def _names(values: Sequence[str], word: str) -> bool:
    return any(word in squeezed(value) for value in values)


def _parts(symbol: str) -> list[str]:
    return re.findall("[a-z0-9]+", symbol.lower())


def _says_side(said: Said, instruction: OrderInstruction) -> bool:
    if instruction.side is None:
        return instruction.is_exit or instruction.target_position is not None
    return any(word in value.lower() for value in said["side"] for word in SIDES[instruction.side])


def _says_size(said: Said, instruction: OrderInstruction) -> bool:
    sizes = {name: getattr(instruction, name) for name in ("qty", "qty_per", "target_position")}
    ((name, size),) = [(name, size) for name, size in sizes.items() if size is not None]
    return any(size in _numbers(value) for value in said[name])


def _has_exit(said: Said) -> bool:
    return any(number < 0 for value in said["qty_per"] for number in _numbers(value))


def _numbers(value: str) -> set[Decimal]:
    return set(_each_number(value)) | set(_each_number(value.replace(",", "").replace("_", "")))


def _each_number(value: str) -> Iterator[Decimal]:
    plain = unicodedata.normalize("NFKC", value).replace("−", "-")
    for found in _NUMBER.findall(plain):
        try:
            yield Decimal(found)
        except InvalidOperation:
            continue
