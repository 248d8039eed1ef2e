"""Messages that a trader copies into a sender. A token is shown once only, so here it is a gap."""

import json
from typing import Any

from exchanges.vocabulary import AccountType, MarketType

TOKEN_GAP = "YOUR-TOKEN"  # noqa: S105 - where the token goes

ORDER = "{{strategy.order.id}}-{{strategy.order.action}}-{{strategy.position_size}}"
"""The position that it leads to tells two entries of one name in one second apart."""

ALERT_ID = f"{{{{exchange}}}}:{{{{ticker}}}}-{{{{interval}}}}-{ORDER}-{{{{timenow}}}}"
"""Unlike any other alert's: two charts may fire the same order in the same second."""

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
        group_name,
        symbol=_SYMBOLS[market_type],
        order_type="MARKET",
        side="buy",
        qty_per=_SIZES[market_type.family],
    )


def for_tradingview(group_name: str) -> str:
    """TradingView fills in what stands in double braces when the alert fires.

    The script's own quantity, so that its exits close exactly what its entries opened.
    """
    return _message(
        group_name,
        symbol="{{ticker}}",
        order_type="MARKET",
        side="{{strategy.order.action}}",
        qty="{{strategy.order.contracts}}",
        price="{{close}}",
        alert_id=ALERT_ID,
        time="{{timenow}}",
        prev_market_position="{{strategy.prev_market_position}}",
        market_position="{{strategy.market_position}}",
    )


def _message(group_name: str, **fields: Any) -> str:
    message = {"group_name": group_name, "token": TOKEN_GAP, **fields}
    return json.dumps(message, ensure_ascii=False, indent=2)
