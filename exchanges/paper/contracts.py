"""Overseas futures that the paper venue lists: code, tick and contract size."""

import re
from dataclasses import dataclass
from decimal import Decimal

CODE = re.compile(r"(?P<root>[A-Z0-9]{1,3})(?P<month>[FGHJKMNQUVXZ])(?P<year>\d{1,2})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    tick: Decimal
    size: Decimal


def _contract(tick: str, size: str) -> Contract:
    return Contract(tick=Decimal(tick), size=Decimal(size))


CONTRACTS = {
    "ES": _contract("0.25", "50"),
    "MES": _contract("0.25", "5"),
    "NQ": _contract("0.25", "20"),
    "MNQ": _contract("0.25", "2"),
    "YM": _contract("1", "5"),
    "RTY": _contract("0.10", "50"),
    "CL": _contract("0.01", "1000"),
    "MCL": _contract("0.01", "100"),
    "GC": _contract("0.10", "100"),
    "MGC": _contract("0.10", "10"),
    "SI": _contract("0.005", "5000"),
    "HG": _contract("0.0005", "25000"),
    "NG": _contract("0.001", "10000"),
    "6E": _contract("0.00005", "125000"),
    "6B": _contract("0.0001", "62500"),
    "6J": _contract("0.0000005", "12500000"),
    "6N": _contract("0.00005", "100000"),
}


def root(code: str) -> str:
    """The product's part of a contract's code; empty when it is not one."""
    match = CODE.fullmatch(code)
    return match["root"] if match else ""


def contract(code: str) -> Contract | None:
    return CONTRACTS.get(root(code))
