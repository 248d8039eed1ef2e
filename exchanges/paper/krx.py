"""The Korean exchange's words: codes of shares and index futures, and tick bands."""

import re
from dataclasses import dataclass
from decimal import Decimal

from exchanges.messages import TickBand

SHARE_CODE = re.compile(r"\d[0-9A-Z]{4}[0-9A-Z]")

_BANDS = ((0, 1), (2_000, 5), (5_000, 10), (20_000, 50), (50_000, 100), (200_000, 500))
SHARE_TICKS = (
    *(TickBand(start=Decimal(start), tick=Decimal(tick)) for start, tick in _BANDS),
    TickBand(start=Decimal(500_000), tick=Decimal(1_000)),
)
"""As of 2023."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFuture:
    name: str
    tick: Decimal
    multiplier: Decimal


KOSPI200 = IndexFuture(name="KOSPI200", tick=Decimal("0.05"), multiplier=Decimal(250_000))
MINI_KOSPI200 = IndexFuture(name="MINI KOSPI200", tick=Decimal("0.02"), multiplier=Decimal(50_000))
KOSDAQ150 = IndexFuture(name="KOSDAQ150", tick=Decimal("0.10"), multiplier=Decimal(10_000))

INDEX_FUTURES = {
    "101": KOSPI200,
    "A01": KOSPI200,
    "105": MINI_KOSPI200,
    "A05": MINI_KOSPI200,
    "106": KOSDAQ150,
    "A06": KOSDAQ150,
}
"""By the code's first three characters; the newer codes begin with a letter."""

FUTURE_CODE = re.compile(r"(?P<product>[1A]\d\d)[0-9A-Z](?:0[1-9]|1[0-2])")


def index_future(code: str) -> IndexFuture | None:
    match = FUTURE_CODE.fullmatch(code)
    return INDEX_FUTURES.get(match["product"]) if match else None
