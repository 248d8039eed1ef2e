"""Messages that a trader copies into a sender. A token is shown once only, so here it is a gap."""

import json
from typing import Any

from exchanges.vocabulary import AccountType, MarketType

TOKEN_GAP = "YOUR-TOKEN"  # noqa: S105 - where the token goes

_SYMBOLS = {
    MarketType.SPOT: "BTC/USDT",
    MarketType.FUTURES: "BTC/USDT",
    MarketType.DOMESTIC_STOCK: "005930",
    MarketType.OVERSEAS_STOCK: "AAPL",
    MarketType.DOMESTIC_FUTUREOPTION: "101W09",
    MarketType.OVERSEAS_FUTUREOPTION: "ESZ26",
}
_SIZES = {AccountType.CRYPTO: 10, AccountType.STOCK: 1}


def to_try(group_name: str, market_type: MarketType) -> str:
    """An alert that is right as it stands, but for its token."""
    return _message(
        group_name, market_type, symbol=_SYMBOLS[market_type], order_type="MARKET", side="buy"
    )


def for_tradingview(group_name: str, market_type: MarketType) -> str:
    """TradingView fills in what stands in double braces when the alert fires."""
    return _message(
        group_name,
        market_type,
        symbol="{{ticker}}",
        order_type="MARKET",
        side="{{strategy.order.action}}",
        price="{{close}}",
    )


def _message(group_name: str, market_type: MarketType, **fields: Any) -> str:
    size = {"qty_per": _SIZES[market_type.family]}
    message = {"group_name": group_name, "token": TOKEN_GAP, **fields, **size}
    return json.dumps(message, ensure_ascii=False, indent=2)
