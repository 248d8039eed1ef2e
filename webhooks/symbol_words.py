"""What a symbol's letters can mean: quote currencies, venues' prefixes, and codes' shapes. Data."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from exchanges.vocabulary import MarketType

FIAT = ("USD", "KRW", "EUR", "JPY", "TRY", "BRL", "GBP", "AUD")
STABLE = ("USDT", "USDC", "FDUSD", "TUSD", "BUSD")
COINS = ("BTC", "ETH", "BNB")
QUOTES = (*FIAT, *STABLE, *COINS)
QUOTES_WRITTEN_FIRST = frozenset({"KRW", "BTC", "USDT"})
"""Upbit's markets: KRW-BTC is BTC/KRW there."""

GROUP: Mapping[str, int] = MappingProxyType(
    {word: group for group, words in enumerate((COINS, STABLE, FIAT)) for word in words}
)

NEVER_A_BASE = frozenset({"KRW", "TRY", "BRL"})

COINS_THAT_END_LIKE_A_PAIR = frozenset(
    {"WBTC", "TBTC", "CBBTC", "SBTC", "WETH", "STETH", "RETH", "CBETH", "WBETH", "SWETH", "WBNB"}
)
"""A coin by itself is no pair: WBTC is not W/BTC."""

SPOT_QUOTES_AT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "UPBIT": frozenset({"KRW", "BTC", "USDT"}),
        "BITHUMB": frozenset({"KRW", "BTC", "USDT"}),
        "COINONE": frozenset({"KRW"}),
        "KORBIT": frozenset({"KRW"}),
        "BINANCE": frozenset(QUOTES) - {"USD", "KRW", "GBP", "AUD"},
        "COINBASE": frozenset({"USD", "USDC", "USDT", "EUR", "GBP", "BTC", "ETH"}),
        "KRAKEN": frozenset({"USD", "USDC", "USDT", "EUR", "GBP", "AUD", "JPY", "BTC", "ETH"}),
        "BITSTAMP": frozenset({"USD", "USDC", "USDT", "EUR", "GBP", "BTC", "ETH"}),
    }
)
"""A chart's prefix takes away doubt where its venue has few quotes."""

CRYPTO_VENUES = frozenset(
    {
        "BINANCE", "BINANCEUS", "UPBIT", "BITHUMB", "COINONE", "KORBIT", "BYBIT", "OKX", "BITGET",
        "COINBASE", "KRAKEN", "KUCOIN", "GATEIO", "MEXC", "HTX", "HUOBI", "BITFINEX", "BITSTAMP",
        "GEMINI", "BITMEX", "DERIBIT", "PHEMEX", "BINGX", "CRYPTO", "CRYPTOCOM",
    }
)  # fmt: skip
DOMESTIC_VENUES = frozenset({"KRX", "KOSPI", "KOSDAQ", "KONEX", "NXT"})
STOCK_VENUES = frozenset(
    {
        "NASDAQ", "NYSE", "AMEX", "ARCA", "NYSEARCA", "CBOE", "BATS", "OTC", "HKEX", "TSE", "SSE",
        "SZSE", "HOSE", "HNX", "LSE", "XETR", "TSX",
    }
)  # fmt: skip
FUTURES_VENUES = frozenset(
    {"CME", "CME_MINI", "CBOT", "CBOT_MINI", "COMEX", "NYMEX", "EUREX", "HKFE", "SGX", "OSE", "ICE"}
)
VENUES_OF: Mapping[MarketType, frozenset[str]] = MappingProxyType(
    {
        MarketType.SPOT: CRYPTO_VENUES,
        MarketType.FUTURES: CRYPTO_VENUES,
        MarketType.DOMESTIC_STOCK: DOMESTIC_VENUES,
        MarketType.OVERSEAS_STOCK: STOCK_VENUES,
        MarketType.DOMESTIC_FUTUREOPTION: DOMESTIC_VENUES,
        MarketType.OVERSEAS_FUTUREOPTION: FUTURES_VENUES,
    }
)
ALL_VENUES = CRYPTO_VENUES | DOMESTIC_VENUES | STOCK_VENUES | FUTURES_VENUES

CODES: Mapping[MarketType, re.Pattern[str]] = MappingProxyType(
    {
        MarketType.DOMESTIC_STOCK: re.compile(r"[0-9][0-9A-Z]{5}|Q[0-9]{6}"),
        MarketType.OVERSEAS_STOCK: re.compile(
            r"[A-Z]{1,5}(?:\.[A-Z]{1,2})?|[0-9]{1,6}|[0-9]{3}[A-Z]"
        ),
        MarketType.DOMESTIC_FUTUREOPTION: re.compile(
            r"(?=(?:.*[0-9]){3})[1-4A-D][0-9A-Z]{5}(?:[0-9A-Z]{2,3})?"
        ),
        MarketType.OVERSEAS_FUTUREOPTION: re.compile(
            r"[0-9A-Z]{1,5}[FGHJKMNQUVXZ][0-9]{1,2}(?: ?[CP] ?[0-9]{1,8}(?:\.[0-9]{1,4})?)?"
        ),
    }
)
EXAMPLES: Mapping[MarketType, str] = MappingProxyType(
    {
        MarketType.SPOT: "BTC/USDT",
        MarketType.FUTURES: "BTC/USDT",
        MarketType.DOMESTIC_STOCK: "005930",
        MarketType.OVERSEAS_STOCK: "AAPL",
        MarketType.DOMESTIC_FUTUREOPTION: "101W09",
        MarketType.OVERSEAS_FUTUREOPTION: "ESZ26",
    }
)
