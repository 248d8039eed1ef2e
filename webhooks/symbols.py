"""Symbols as charts and venues write them, resolved only where there is no doubt."""

import re
from dataclasses import dataclass

from exchanges.vocabulary import AccountType, MarketType
from webhooks import refusals
from webhooks.refusals import AlertRefused

MONEY = ("USDT", "USDC", "FDUSD", "TUSD", "KRW", "USD", "EUR", "JPY", "TRY")
QUOTES = (*MONEY, "BTC", "ETH", "BNB")
_PREFIXED = re.compile(r"([A-Z][A-Z0-9_]{1,19}):(.+)")
_PAIR = re.compile(r"([A-Z0-9]{1,20})/([A-Z0-9]{2,10})(:[A-Z0-9]{2,10})?")
_DASHED = re.compile(r"([A-Z0-9]{1,20})-([A-Z0-9]{1,20})")
_JOINED = re.compile(r"[A-Z0-9]{3,30}")
_DOMESTIC = re.compile(r"\d[0-9A-Z]{5}|Q\d{6}")
_LISTED = re.compile(r"[A-Z0-9][A-Z0-9.\-]{0,19}")
_PERPETUAL = ".P"
_LONGEST = 64

_EXAMPLES: dict[MarketType, str] = {
    MarketType.SPOT: "BTC/USDT",
    MarketType.FUTURES: "BTC/USDT",
    MarketType.DOMESTIC_STOCK: "005930",
    MarketType.OVERSEAS_STOCK: "AAPL",
    MarketType.DOMESTIC_FUTUREOPTION: "101W09",
    MarketType.OVERSEAS_FUTUREOPTION: "ESZ26",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedSymbol:
    """`venue` is the chart's prefix (BINANCE, KRX), kept apart: accounts decide the venue."""

    symbol: str
    venue: str | None


def resolve(raw: str, market_type: MarketType, field: str = "symbol") -> ResolvedSymbol:
    """Raises AlertRefused: bad_symbol with a suggestion, or ambiguous_symbol with candidates."""
    text = raw.strip().upper()
    prefixed = _PREFIXED.fullmatch(text)
    venue, name = (prefixed[1], prefixed[2]) if prefixed else (None, text)
    if len(text) > _LONGEST:
        raise AlertRefused(refusals.bad_symbol(f"{raw[:20]}…", _EXAMPLES[market_type], field))
    if market_type.family is AccountType.CRYPTO:
        symbol = _crypto(raw, name, market_type, field)
    else:
        symbol = _security(raw, name, market_type, field)
    return ResolvedSymbol(symbol=symbol, venue=venue)


def _crypto(raw: str, name: str, market_type: MarketType, field: str) -> str:
    if name.endswith(_PERPETUAL):
        name = name.removesuffix(_PERPETUAL)
        if market_type is not MarketType.FUTURES:
            raise AlertRefused(refusals.perpetual_in_spot(raw, field))
    pair = _PAIR.fullmatch(name)
    if pair:
        return f"{pair[1]}/{pair[2]}"
    candidates = _candidates(name)
    if len(candidates) > 1:
        raise AlertRefused(refusals.ambiguous_symbol(raw, candidates, field))
    if not candidates:
        raise AlertRefused(refusals.bad_symbol(raw, _EXAMPLES[market_type], field))
    return candidates[0]


def _candidates(name: str) -> list[str]:
    dashed = _DASHED.fullmatch(name)
    if dashed:
        return _dashed(dashed[1], dashed[2])
    if not _JOINED.fullmatch(name):
        return []
    return [
        f"{name.removesuffix(quote)}/{quote}"
        for quote in QUOTES
        if name.endswith(quote) and len(name) > len(quote) + 1
    ]


def _dashed(left: str, right: str) -> list[str]:
    """BTC-USDT, and KRW-BTC as Korean venues write it: money is the quote, on either side."""
    quotes = MONEY if (left in MONEY) != (right in MONEY) else QUOTES
    pairs = ((left, right), (right, left))
    return [f"{base}/{quote}" for base, quote in pairs if quote in quotes]


def _security(raw: str, name: str, market_type: MarketType, field: str) -> str:
    shape = _DOMESTIC if market_type is MarketType.DOMESTIC_STOCK else _LISTED
    if shape.fullmatch(name):
        return name
    padded = name.zfill(6)
    is_short = (
        market_type is MarketType.DOMESTIC_STOCK and name.isdigit() and len(name) < len(padded)
    )
    suggestion = padded if is_short else _EXAMPLES[market_type]
    raise AlertRefused(refusals.bad_symbol(raw, suggestion, field))
