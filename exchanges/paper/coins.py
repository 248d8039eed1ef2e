"""Coins that the paper venue lists with a venue's own steps; every other coin gets a default."""

import re
from dataclasses import replace
from decimal import Decimal

from exchanges.messages import Instrument, TickBand
from exchanges.vocabulary import MarketType

PAIR = re.compile(r"(?P<base>[A-Z0-9]{1,15})/(?P<quote>[A-Z]{3,4})")

SPOT_QUOTES = ("USDT", "USDC", "KRW", "BTC")
FUTURES_QUOTES = ("USDT",)


def _bands(*bands: tuple[str, str]) -> tuple[TickBand, ...]:
    return tuple(TickBand(start=Decimal(start), tick=Decimal(tick)) for start, tick in bands)


def _one(tick: str) -> tuple[TickBand, ...]:
    return _bands(("0", tick))


SPOT_USDT = {
    "BTC": ("0.01", "0.00001"),
    "ETH": ("0.01", "0.0001"),
    "BNB": ("0.01", "0.001"),
    "SOL": ("0.01", "0.001"),
    "XRP": ("0.0001", "0.1"),
    "ADA": ("0.0001", "0.1"),
    "DOGE": ("0.00001", "1"),
    "AVAX": ("0.01", "0.01"),
    "LINK": ("0.01", "0.01"),
    "DOT": ("0.001", "0.01"),
    "LTC": ("0.01", "0.001"),
    "TRX": ("0.0001", "0.1"),
    "BCH": ("0.1", "0.001"),
    "SUI": ("0.0001", "0.1"),
    "SHIB": ("0.00000001", "1"),
}
"""By base: tick and lot."""

FUTURES_USDT = {
    "BTC": ("0.1", "0.001", "50"),
    "ETH": ("0.01", "0.001", "20"),
    "BNB": ("0.01", "0.01", "5"),
    "SOL": ("0.01", "0.01", "5"),
    "XRP": ("0.0001", "0.1", "5"),
    "ADA": ("0.0001", "1", "5"),
    "DOGE": ("0.00001", "1", "5"),
    "AVAX": ("0.001", "1", "5"),
    "LINK": ("0.001", "0.01", "20"),
    "SUI": ("0.0001", "0.1", "5"),
}
"""By base: tick, lot and minimum notional."""

KRW_TICKS = _bands(
    ("0", "0.0001"),
    ("0.1", "0.001"),
    ("1", "0.01"),
    ("10", "0.1"),
    ("100", "1"),
    ("5000", "5"),
    ("10000", "10"),
    ("50000", "50"),
    ("100000", "100"),
    ("500000", "500"),
    ("1000000", "1000"),
)
DEFAULT_TICKS = _bands(
    ("0", "0.00000001"),
    ("0.01", "0.000001"),
    ("0.1", "0.00001"),
    ("1", "0.0001"),
    ("10", "0.001"),
    ("100", "0.01"),
    ("10000", "0.1"),
)
DEFAULT_LOT = "0.000001"
SATOSHI = "0.00000001"
MINIMUM_NOTIONAL = {"USDT": "5", "USDC": "5", "KRW": "5000", "BTC": "0.0001"}
MAXIMUM_QUANTITY = {"BTC": Decimal(9_000), "ETH": Decimal(90_000)}
MAXIMUM_OF_OTHERS = Decimal(10) ** 12


def spot(base: str, quote: str) -> Instrument:
    tick, lot = SPOT_USDT.get(base, ("", DEFAULT_LOT))
    ticks = _one(tick) if tick else DEFAULT_TICKS
    if quote == "KRW":
        ticks, lot = KRW_TICKS, SATOSHI
    elif quote == "BTC":
        ticks = _one(SATOSHI)
    pair = _pair(MarketType.SPOT, base, quote, Decimal(lot))
    return replace(pair, ticks=ticks, minimum_notional=Decimal(MINIMUM_NOTIONAL[quote]))


def futures(base: str, quote: str) -> Instrument:
    tick, lot, least = FUTURES_USDT.get(base, ("", "0.001", MINIMUM_NOTIONAL[quote]))
    ticks = _one(tick) if tick else DEFAULT_TICKS
    pair = _pair(MarketType.FUTURES, base, quote, Decimal(lot))
    return replace(pair, ticks=ticks, minimum_notional=Decimal(least))


def _pair(market_type: MarketType, base: str, quote: str, lot: Decimal) -> Instrument:
    return Instrument(
        market_type=market_type,
        symbol=f"{base}/{quote}",
        base=base,
        quote=quote,
        ticks=DEFAULT_TICKS,
        lot=lot,
        minimum_quantity=lot,
        maximum_quantity=MAXIMUM_QUANTITY.get(base, MAXIMUM_OF_OTHERS),
    )
