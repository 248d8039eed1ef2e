"""Symbols as charts and venues write them, resolved only where there is no doubt."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

from exchanges.vocabulary import AccountType, MarketType
from webhooks import refusals, symbol_words
from webhooks.refusals import AlertRefused
from webhooks.symbol_words import CODES, EXAMPLES, GROUP, QUOTES, QUOTES_WRITTEN_FIRST

_LONGEST = 40
_PREFIXED = re.compile(r"([A-Z][A-Z0-9_]{1,19}):\s*([^/:]+(?:[/:].*)?)")
_PERPETUAL = re.compile(r"(?<=.)(?:\.P|[-_]SWAP|[-_]?PERP)\Z")
_SLASHED = re.compile(r"([A-Z0-9]{1,20})/([A-Z0-9]{2,10})(?::([A-Z0-9]{2,10}))?")
_DASHED = re.compile(r"([A-Z0-9]{1,20})[-_]([A-Z0-9]{1,20})")
_JOINED = re.compile(r"[A-Z0-9]{2,30}")
_BASE = re.compile(r"[A-Z0-9]{1,20}")
_CLASS_OF_SHARE = re.compile(r"([A-Z]{1,5})[/-]([A-Z]{1,2})")
_SIX_DIGITS = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
_LONG_YEAR = re.compile(r"([0-9A-Z]{1,5}[FGHJKMNQUVXZ])20([0-9]{2})")
_UNDATED = re.compile(r"([0-9A-Z]{1,5}?)[0-9]{1,2}!")
_NUMBER_AT_EXCHANGE = re.compile(r"([0-9]{1,6})\.(?:HK|T|SS|SZ|KS|KQ)")
_DOMESTIC_LENGTH = 6
_EXAMPLE_MONTH = "Z26"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedSymbol:
    """`venue` is the chart's prefix (BINANCE, KRX), kept apart: accounts decide the venue."""

    symbol: str
    venue: str | None = None


@dataclass(frozen=True, slots=True)
class _Written:
    """What the sender wrote, taken apart. `field` is where a refusal points."""

    raw: str
    venue: str
    code: str
    market_type: MarketType
    field: str

    def bad(self, suggestion: str | None) -> NoReturn:
        """A suggestion is the same instrument written well; without one there is an example."""
        if suggestion is not None:
            raise AlertRefused(refusals.bad_symbol(self.raw, suggestion, self.field))
        example = EXAMPLES[self.market_type]
        raise AlertRefused(refusals.unknown_symbol_form(self.raw, example, self.field))


def resolve(raw: str, market_type: MarketType, field: str = "symbol") -> ResolvedSymbol:
    """Raises AlertRefused: bad_symbol with a suggestion, unknown_symbol_form with an example,
    undated_future, perpetual_in_spot, or ambiguous_symbol with candidates.
    """
    text = raw.strip().upper() if raw.isascii() else ""
    prefixed = _PREFIXED.fullmatch(text)
    venue, code = (prefixed[1], prefixed[2]) if prefixed else ("", text)
    written = _Written(raw, venue, code, market_type, field)
    foreign = symbol_words.ALL_VENUES - symbol_words.VENUES_OF[market_type]
    if not code or len(raw) > _LONGEST or venue in foreign:
        written.bad(None)
    is_crypto = market_type.family is AccountType.CRYPTO
    symbol = _crypto(written) if is_crypto else _security(written)
    return ResolvedSymbol(symbol=symbol, venue=venue or None)


def _crypto(written: _Written) -> str:
    perpetual = _PERPETUAL.search(written.code)
    code = written.code[: perpetual.start()] if perpetual else written.code
    pairs = _pairs(code, written)
    if len(pairs) > 1:
        raise AlertRefused(refusals.ambiguous_symbol(written.raw, pairs, written.field))
    if not pairs:
        written.bad(_nearest_pair(code))
    if perpetual and written.market_type is MarketType.SPOT:
        raise AlertRefused(refusals.perpetual_in_spot(written.raw, pairs[0], written.field))
    return pairs[0]


def _pairs(code: str, written: _Written) -> list[str]:
    """Every pair that the letters can mean."""
    slashed = _SLASHED.fullmatch(code)
    if slashed:
        return _slashed(slashed[1], slashed[2], slashed[3], written.market_type)
    dashed = _DASHED.fullmatch(code)
    if dashed:
        return _dashed(dashed[1], dashed[2])
    if not _JOINED.fullmatch(code):
        return []
    return _joined(code, written)


def _slashed(base: str, quote: str, settled_in: str | None, market_type: MarketType) -> list[str]:
    """As written; `BTC/USDT:USDT` is the linear perpetual of the same pair."""
    if base in symbol_words.NEVER_A_BASE or base == quote:
        return []
    if settled_in and (market_type is not MarketType.FUTURES or settled_in != quote):
        return []
    return [f"{base}/{quote}"]


def _dashed(left: str, right: str) -> list[str]:
    """Korean venues write the quote first (KRW-BTC), all others last (BTC-USDT)."""
    as_written, turned = f"{left}/{right}", f"{right}/{left}"
    if left == right or not {left, right} & GROUP.keys():
        return []
    if left not in QUOTES_WRITTEN_FIRST:
        return [as_written] if right in GROUP else []
    if right not in GROUP or GROUP[right] < GROUP[left]:
        return [turned]
    if GROUP[left] < GROUP[right]:
        return [as_written]
    return [as_written, turned]


def _joined(code: str, written: _Written) -> list[str]:
    if code in QUOTES or code in symbol_words.COINS_THAT_END_LIKE_A_PAIR:
        return []
    quotes = [
        quote
        for quote in QUOTES
        if code.endswith(quote) and code[: -len(quote)] not in {"", *symbol_words.NEVER_A_BASE}
    ]
    if written.market_type is MarketType.SPOT:
        listed = symbol_words.SPOT_QUOTES_AT.get(written.venue, frozenset(quotes))
        narrowed = [quote for quote in quotes if quote in listed]
        if narrowed and not any(_is_doubtful(code, quote) for quote in narrowed):
            quotes = narrowed
    return [f"{code[: -len(quote)]}/{quote}" for quote in sorted(quotes, key=len, reverse=True)]


def _is_doubtful(code: str, quote: str) -> bool:
    """DOTUSD is hardly DO/TUSD, whatever its venue lists, but BTCTUSD there is BTC/TUSD."""
    ends_in_usd = quote != "USD" and quote.endswith("USD")
    return ends_in_usd and code.removesuffix(quote) not in symbol_words.COINS


def _nearest_pair(code: str) -> str | None:
    """The same instrument written well, for the sender to look at; never to trade on."""
    slashed = _SLASHED.fullmatch(code)
    if slashed and slashed[3]:
        return f"{slashed[1]}/{slashed[2]}"
    if slashed and slashed[1] != slashed[2]:
        return f"{slashed[2]}/{slashed[1]}"
    for fiat in sorted(symbol_words.NEVER_A_BASE):
        if code.startswith(fiat) and code.removeprefix(fiat) in QUOTES:
            return f"{code.removeprefix(fiat)}/{fiat}"
    is_a_coin = _BASE.fullmatch(code) and not code.isdigit() and GROUP.get(code, 0) == 0
    return f"{code}/USDT" if is_a_coin else None


def _security(written: _Written) -> str:
    code = written.code
    share = _CLASS_OF_SHARE.fullmatch(code)
    if share and written.market_type is MarketType.OVERSEAS_STOCK:
        code = f"{share[1]}.{share[2]}"
    if not CODES[written.market_type].fullmatch(code):
        _refuse_undated(written)
        nearest = _NEAREST_CODE.get(written.market_type)
        written.bad(nearest(code) if nearest else None)
    return code


def _refuse_undated(written: _Written) -> None:
    """A chart's continuous future: the root is known, which month is not."""
    undated = _UNDATED.fullmatch(written.code)
    if undated and written.market_type is MarketType.OVERSEAS_FUTUREOPTION:
        example = f"{undated[1]}{_EXAMPLE_MONTH}"
        raise AlertRefused(refusals.undated_future(written.raw, example, written.field))


def _nearest_domestic(code: str) -> str | None:
    digits = _SIX_DIGITS.search(code)
    if digits:
        return digits[0]
    is_short = code.isdigit() and len(code) < _DOMESTIC_LENGTH
    return code.zfill(_DOMESTIC_LENGTH) if is_short else None


def _nearest_overseas(code: str) -> str | None:
    """0700.HK and 7203.T are plain numbers at their exchanges."""
    listed = _NUMBER_AT_EXCHANGE.fullmatch(code)
    return listed[1] if listed else None


def _nearest_future(code: str) -> str | None:
    long_year = _LONG_YEAR.fullmatch(code)
    return f"{long_year[1]}{long_year[2]}" if long_year else None


_NEAREST_CODE: Mapping[MarketType, Callable[[str], str | None]] = MappingProxyType(
    {
        MarketType.DOMESTIC_STOCK: _nearest_domestic,
        MarketType.OVERSEAS_STOCK: _nearest_overseas,
        MarketType.OVERSEAS_FUTUREOPTION: _nearest_future,
    }
)
