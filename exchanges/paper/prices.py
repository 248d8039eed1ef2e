"""What a symbol costs: a fixed price, or a walk around an anchor that every process sees alike."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from exchanges.messages import Instrument
from exchanges.paper import contracts
from exchanges.precision import EXACT, nearest_tick
from exchanges.vocabulary import MarketType

Listed = tuple[MarketType, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The walk is exactly at `price` at the instant `at`."""

    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """One layer of the walk: a new random height every `period`, straight lines between them."""

    period: timedelta
    millionths: int


WAVES = (
    Wave(period=timedelta(minutes=6), millionths=9_000),
    Wave(period=timedelta(seconds=75), millionths=4_000),
    Wave(period=timedelta(seconds=17), millionths=1_500),
    Wave(period=timedelta(seconds=3), millionths=500),
)
"""Together ±1.5 % around the anchor."""

CLOSE_ENOUGH = Decimal("0.0002")
"""An alert's price this near to the walk does not move its anchor: a write less an order."""

_MILLION = 1_000_000
_MICROSECOND = timedelta(microseconds=1)
_KNOWN_SINCE = datetime(2025, 1, 1, tzinfo=UTC)

_KNOWN: dict[tuple[MarketType, str], str] = {
    (MarketType.SPOT, "BTC/KRW"): "130000000",
    (MarketType.SPOT, "ETH/KRW"): "4300000",
    (MarketType.SPOT, "SOL/KRW"): "200000",
    (MarketType.SPOT, "XRP/KRW"): "3100",
    (MarketType.SPOT, "ADA/KRW"): "650",
    (MarketType.SPOT, "DOGE/KRW"): "220",
    (MarketType.SPOT, "USDT/KRW"): "1440",
    (MarketType.SPOT, "ETH/BTC"): "0.0333",
    (MarketType.DOMESTIC_STOCK, "005930"): "70000",
    (MarketType.DOMESTIC_STOCK, "000660"): "250000",
    (MarketType.DOMESTIC_STOCK, "035420"): "220000",
    (MarketType.DOMESTIC_STOCK, "035720"): "45000",
    (MarketType.DOMESTIC_STOCK, "005380"): "210000",
    (MarketType.DOMESTIC_STOCK, "069500"): "38000",
    (MarketType.OVERSEAS_STOCK, "AAPL"): "250",
    (MarketType.OVERSEAS_STOCK, "MSFT"): "450",
    (MarketType.OVERSEAS_STOCK, "NVDA"): "150",
    (MarketType.OVERSEAS_STOCK, "TSLA"): "350",
    (MarketType.OVERSEAS_STOCK, "AMZN"): "220",
    (MarketType.OVERSEAS_STOCK, "GOOGL"): "190",
    (MarketType.OVERSEAS_STOCK, "META"): "600",
    (MarketType.OVERSEAS_STOCK, "SPY"): "600",
    (MarketType.OVERSEAS_STOCK, "QQQ"): "520",
}
_KNOWN_COINS = {
    "BTC": "90000",
    "ETH": "3000",
    "BNB": "650",
    "SOL": "140",
    "XRP": "2.1",
    "ADA": "0.45",
    "DOGE": "0.15",
    "AVAX": "14",
    "LINK": "13",
    "DOT": "2.3",
    "LTC": "85",
    "TRX": "0.28",
    "BCH": "550",
    "SUI": "1.6",
    "SHIB": "0.00001",
}
_KNOWN_FUTURES = {
    "101": "400",
    "A01": "400",
    "105": "400",
    "A05": "400",
    "106": "1300",
    "A06": "1300",
}
_KNOWN_CONTRACTS = {"ES": "6000", "MES": "6000", "NQ": "22000", "MNQ": "22000", "CL": "70"}


@lru_cache(maxsize=4096)
def known_anchor(market_type: MarketType, symbol: str) -> Anchor | None:
    """Where the walk of a well-known symbol begins; None for one that nobody priced yet."""
    price = _KNOWN.get((market_type, symbol)) or _known_by_kind(market_type, symbol)
    return Anchor(price=Decimal(price), at=_KNOWN_SINCE) if price else None


def _known_by_kind(market_type: MarketType, symbol: str) -> str | None:
    if market_type in (MarketType.SPOT, MarketType.FUTURES):
        base, _, quote = symbol.partition("/")
        return _KNOWN_COINS.get(base) if quote in ("USDT", "USDC") else None
    if market_type is MarketType.DOMESTIC_FUTUREOPTION:
        return _KNOWN_FUTURES.get(symbol[:3])
    if market_type is MarketType.OVERSEAS_FUTUREOPTION:
        return _KNOWN_CONTRACTS.get(contracts.root(symbol))
    return None


def walk(instrument: Instrument, anchor: Anchor, now: datetime) -> Decimal:
    """The price at `now`, on a tick: a pure function, so no process has to tell another."""
    place = f"{instrument.market_type}|{instrument.symbol}"
    seed = f"{place}|{anchor.price.normalize()}|{anchor.at.isoformat()}"
    elapsed = (now - anchor.at) // _MICROSECOND
    millionths = sum(_height(seed, layer, wave, elapsed) for layer, wave in enumerate(WAVES))
    moved = EXACT.multiply(anchor.price, Decimal(_MILLION + millionths)) / _MILLION
    return nearest_tick(moved, instrument.ticks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What is stored of the symbols at hand: fixed prices, and anchors that alerts left."""

    fixed: Mapping[Listed, Decimal]
    anchors: Mapping[Listed, Anchor]

    def at(self, instrument: Instrument, now: datetime) -> Decimal | None:
        """None for a symbol that nobody priced yet."""
        listed = (instrument.market_type, instrument.symbol)
        fixed = self.fixed.get(listed)
        if fixed is not None:
            return nearest_tick(fixed, instrument.ticks)
        anchor = self.anchors.get(listed) or known_anchor(*listed)
        return walk(instrument, anchor, now) if anchor else None

    def for_order(
        self, instrument: Instrument, stated: Decimal | None, *, moves: bool, now: datetime
    ) -> tuple[Decimal | None, Anchor | None]:
        """The price that an order meets, and the anchor it leaves if it leaves one.

        A stated price that `moves` the market is the price; another one serves only a symbol
        that nobody priced yet.
        """
        seen = self.at(instrument, now)
        pinned = (instrument.market_type, instrument.symbol) in self.fixed
        if stated is None or pinned or (seen is not None and not moves):
            return seen, None
        price = nearest_tick(stated, instrument.ticks)
        near = seen is not None and abs(seen - price) <= price * CLOSE_ENOUGH
        return price, None if near else Anchor(price=price, at=now)


def _height(seed: str, layer: int, wave: Wave, elapsed: int) -> int:
    period = wave.period // _MICROSECOND
    index, into = divmod(elapsed, period)
    here, there = _node(seed, layer, index), _node(seed, layer, index + 1)
    return (here * (period - into) + there * into) * wave.millionths // (period * _MILLION)


@lru_cache(maxsize=8192)
def _node(seed: str, layer: int, index: int) -> int:
    """Between minus and plus a million; 0 at the anchor itself."""
    if index == 0:
        return 0
    digest = hashlib.blake2b(f"{seed}|{layer}|{index}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) % (2 * _MILLION + 1) - _MILLION
