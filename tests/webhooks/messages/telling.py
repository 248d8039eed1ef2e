"""How the table is written: a message, and all that must become of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Plain = Mapping[str, Any]
"""An instruction as plain data: words and numbers as text, nothing that is absent or off."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """`market` is the strategy's own. Warnings are told by their codes, in their order.

    `reads` stand in the order in which they are carried out. `beyond` says why no schema can see
    what is wrong with a JSON message; empty: the published schema must refuse it too.
    """

    title: str
    body: str | bytes
    market: str = "SPOT"
    content_type: str = ""
    reads: Sequence[Plain] = ()
    alert: Plain = field(default_factory=dict)
    unread: Sequence[str] = ()
    warns: Sequence[str] = ()
    refused: str = ""
    hint: str = ""
    beyond: str = ""

    @property
    def sent(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else self.body.encode()


def read(title: str, body: str | bytes, *reads: Plain, **more: Any) -> Case:
    return Case(title=title, body=body, reads=reads, **more)


def refused(title: str, body: str | bytes, told: str, **more: Any) -> Case:
    """`told` is the status, the code, and the field that is to blame; `hint` is in the text."""
    return Case(title=title, body=body, refused=told, **more)


def order(market: str, symbol: str, order_type: str, side: str = "", **more: Any) -> Plain:
    """`wrote` is the symbol as the sender wrote it, where that differs."""
    said: dict[str, Any] = {
        "kind": "ORDER",
        "market_type": market,
        "symbol": symbol,
        "written_symbol": more.pop("wrote", symbol),
        "order_type": order_type,
    }
    return {**said, **({"side": side} if side else {}), **more}


def cancel(market: str, **more: Any) -> Plain:
    return {"kind": "CANCEL", "market_type": market, **more}


def cancel_all(market: str, **more: Any) -> Plain:
    return {"kind": "CANCEL_ALL_ORDER", "market_type": market, **more}
