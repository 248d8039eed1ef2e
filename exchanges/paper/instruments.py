"""What the paper venue lists: one function a market; any well-formed pair or share code trades."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache

from exchanges.errors import NotOffered, Reason
from exchanges.messages import Instrument, TickBand
from exchanges.paper import coins, contracts, krx
from exchanges.vocabulary import MarketType

TICKER = re.compile(r"[A-Z]{1,6}(?:[./-][A-Z]{1,2})?")
CENT = (TickBand(start=Decimal(0), tick=Decimal("0.01")),)
MOST_SHARES = Decimal(10_000_000)
MOST_CONTRACTS = Decimal(10_000)

MARGIN_RATE: dict[MarketType, Decimal] = {
    MarketType.DOMESTIC_FUTUREOPTION: Decimal("0.1"),
    MarketType.OVERSEAS_FUTUREOPTION: Decimal("0.1"),
}
"""Markets where the venue sets the margin; on FUTURES the order's leverage does."""

MARGINED = frozenset({MarketType.FUTURES, *MARGIN_RATE})
"""Markets of signed net positions; on the others one owns what one sells."""

MAXIMUM_LEVERAGE = Decimal(125)


@lru_cache(maxsize=4096)
def instrument(market_type: MarketType, symbol: str) -> Instrument:
    """Raises NotOffered, with what the symbol should have looked like."""
    listed = _LISTS[market_type](symbol)
    if listed is None:
        raise NotOffered(_unlisted(market_type, symbol))
    return listed


def _spot(symbol: str) -> Instrument | None:
    match = coins.PAIR.fullmatch(symbol)
    if match is None or match["quote"] not in coins.SPOT_QUOTES or match["base"] == match["quote"]:
        return None
    return coins.spot(match["base"], match["quote"])


def _futures(symbol: str) -> Instrument | None:
    match = coins.PAIR.fullmatch(symbol)
    if match is None or match["quote"] not in coins.FUTURES_QUOTES:
        return None
    return coins.futures(match["base"], match["quote"])


def _domestic_stock(symbol: str) -> Instrument | None:
    if not krx.SHARE_CODE.fullmatch(symbol):
        return None
    shares = _whole(MarketType.DOMESTIC_STOCK, symbol, "KRW", MOST_SHARES)
    return replace(shares, ticks=krx.SHARE_TICKS)


def _overseas_stock(symbol: str) -> Instrument | None:
    if not TICKER.fullmatch(symbol):
        return None
    return _whole(MarketType.OVERSEAS_STOCK, symbol, "USD", MOST_SHARES)


def _domestic_future(symbol: str) -> Instrument | None:
    future = krx.index_future(symbol)
    if future is None:
        return None
    contract = _whole(MarketType.DOMESTIC_FUTUREOPTION, symbol, "KRW", MOST_CONTRACTS)
    return replace(contract, ticks=_every(future.tick), contract_size=future.multiplier)


def _overseas_future(symbol: str) -> Instrument | None:
    listed = contracts.contract(symbol)
    if listed is None:
        return None
    contract = _whole(MarketType.OVERSEAS_FUTUREOPTION, symbol, "USD", MOST_CONTRACTS)
    return replace(contract, ticks=_every(listed.tick), contract_size=listed.size)


def _every(tick: Decimal) -> tuple[TickBand, ...]:
    return (TickBand(start=Decimal(0), tick=tick),)


def _whole(market_type: MarketType, symbol: str, quote: str, most: Decimal) -> Instrument:
    return Instrument(
        market_type=market_type,
        symbol=symbol,
        base=symbol,
        quote=quote,
        ticks=CENT,
        lot=Decimal(1),
        minimum_quantity=Decimal(1),
        maximum_quantity=most,
    )


_LISTS: dict[MarketType, Callable[[str], Instrument | None]] = {
    MarketType.SPOT: _spot,
    MarketType.FUTURES: _futures,
    MarketType.DOMESTIC_STOCK: _domestic_stock,
    MarketType.OVERSEAS_STOCK: _overseas_stock,
    MarketType.DOMESTIC_FUTUREOPTION: _domestic_future,
    MarketType.OVERSEAS_FUTUREOPTION: _overseas_future,
}

_LOOKS_LIKE: dict[MarketType, str] = {
    MarketType.SPOT: "BTC/USDT (USDT, USDC, KRW, BTC)",
    MarketType.FUTURES: "BTC/USDT (USDT)",
    MarketType.DOMESTIC_STOCK: "005930",
    MarketType.OVERSEAS_STOCK: "AAPL",
    MarketType.DOMESTIC_FUTUREOPTION: f"101W09, A01603 ({', '.join(krx.INDEX_FUTURES)})",
    MarketType.OVERSEAS_FUTUREOPTION: f"ESZ26 ({', '.join(contracts.CONTRACTS)})",
}


def _unlisted(market_type: MarketType, symbol: str) -> Reason:
    wanted = _LOOKS_LIKE[market_type]
    return Reason(
        code="symbol_not_listed",
        ko=f"모의 거래소에 없는 종목입니다: {symbol} ({market_type}). 예: {wanted}",
        en=f"The paper exchange does not list {symbol} in {market_type}. For example: {wanted}",
    )
