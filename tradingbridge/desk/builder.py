"""The message builder: from choices to a message that is ready to be sent, and what it would mean.

The token never comes here: the page's script puts it where YOUR-TOKEN stands.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from exchanges.errors import Language
from exchanges.vocabulary import MarketType, OrderType, Side
from strategies.models import Strategy
from tradingbridge.desk import advice
from tradingbridge.desk.choices import (
    Choices,
    Deed,
    Kind,
    Size,
    choose,
    deeds_of,
    order_types_of,
    sizes_of,
)
from tradingbridge.desk.examples import ORDER, TOKEN_GAP
from webhooks.grammar import read_message
from webhooks.interpreting import interpret
from webhooks.refusals import AlertRefused

_TYPED_SYMBOLS = {
    MarketType.SPOT: "BTC/USDT",
    MarketType.FUTURES: "BTC/USDT",
    MarketType.DOMESTIC_STOCK: "005930",
    MarketType.OVERSEAS_STOCK: "AAPL",
    MarketType.DOMESTIC_FUTUREOPTION: "101W09",
    MarketType.OVERSEAS_FUTUREOPTION: "ESZ26",
}
_CHARTS = {
    MarketType.SPOT: ("BINANCE", "BTCUSDT"),
    MarketType.FUTURES: ("BINANCE", "BTCUSDT.P"),
    MarketType.DOMESTIC_STOCK: ("KRX", "005930"),
    MarketType.OVERSEAS_STOCK: ("NASDAQ", "AAPL"),
    MarketType.DOMESTIC_FUTUREOPTION: ("KRX", "101W09"),
    MarketType.OVERSEAS_FUTUREOPTION: ("CME_MINI", "ESZ26"),
}
_PRICES = {
    MarketType.SPOT: "90000",
    MarketType.FUTURES: "90000",
    MarketType.DOMESTIC_STOCK: "70000",
    MarketType.OVERSEAS_STOCK: "200",
    MarketType.DOMESTIC_FUTUREOPTION: "400",
    MarketType.OVERSEAS_FUTUREOPTION: "5000",
}
_CHART = "{{exchange}}:{{ticker}}"
_NOW = "{{timenow}}"
_BY_DATED_CODE = frozenset({MarketType.DOMESTIC_FUTUREOPTION, MarketType.OVERSEAS_FUTUREOPTION})
_PLOT = re.compile(r"\{\{(?:plot_[0-9]{1,2}|plot\([^{}]{1,40}\))\}\}")
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """`sample` is the message as it arrives, but for its token and its moment."""

    choices: Choices
    message: str
    command: str
    sample: str
    problem: str
    advice: tuple[str, ...]


def of(said: Mapping[str, str], strategies: Mapping[str, MarketType], webhook_url: str) -> Built:
    choices = choose(said, strategies)
    message = _message(choices)
    sample = _written(_filled(message, choices))
    is_script = choices.kind is Kind.SCRIPT
    return Built(
        choices=choices,
        message=_written(message),
        command=_command(_written(message), webhook_url) if is_script else "",
        sample=sample,
        problem=_problem(sample, choices.market),
        advice=advice.on(choices, webhook_url),
    )


def strategies_of(viewer: Any) -> dict[str, MarketType]:
    own = Strategy.objects.filter(owner=viewer).values_list("group_name", "market_type")
    return {name: MarketType(market_type) for name, market_type in own}


def offered(choices: Choices) -> dict[str, tuple[str, ...]]:
    """What may be chosen, given what was."""
    return {
        "kind": tuple(Kind),
        "market": tuple(MarketType),
        "deed": deeds_of(choices.kind),
        "order_type": order_types_of(choices.market),
        "size": sizes_of(choices.kind),
    }


def default_symbol(choices: Choices) -> str:
    """A continuous future trades nowhere, so that its chart's name is of no use."""
    if choices.kind is Kind.SCRIPT or choices.market in _BY_DATED_CODE:
        return _TYPED_SYMBOLS[choices.market]
    return _CHART


def _message(choices: Choices) -> dict[str, Any]:
    message: dict[str, Any] = {"group_name": choices.strategy or "demo", "token": TOKEN_GAP}
    if not choices.is_strategys_market:
        message["market_type"] = choices.market.value
    if choices.cancels_first and choices.is_an_order:
        message["symbol"] = choices.symbol or default_symbol(choices)
        message["orders"] = [{"order_type": "CANCEL_ALL_ORDER"}, _order(choices)]
    else:
        message |= _instruction(choices)
    if choices.kind is Kind.STRATEGY and choices.tells_position:
        message["prev_market_position"] = "{{strategy.prev_market_position}}"
        message["market_position"] = "{{strategy.market_position}}"
    return message | {"alert_id": _alert_id(choices), "time": _NOW}


def _instruction(choices: Choices) -> dict[str, Any]:
    if choices.deed is Deed.CANCEL:
        return {"order_type": "CANCEL", "client_order_id": choices.order or "CLIENT-ORDER-ID"}
    symbol = {"symbol": choices.symbol or default_symbol(choices)}
    if choices.deed is Deed.CANCEL_ALL:
        return symbol | {"order_type": "CANCEL_ALL_ORDER"}
    return symbol | _order(choices)


def _order(choices: Choices) -> dict[str, Any]:
    order: dict[str, Any] = {"order_type": choices.order_type.value, **_size(choices)}
    if choices.asks_price and choices.price:
        order["price"] = choices.price
    elif choices.asks_price and choices.order_type is not OrderType.MARKET:
        order["price"] = default_price(choices)
    if choices.asks_stop_price:
        order["stop_price"] = choices.stop_price or default_price(choices)
    if choices.asks_exits:
        exits = {
            "take_profit": choices.take_profit,
            "stop_loss": choices.stop_loss,
            "trail": choices.trail,
        }
        order |= {name: value for name, value in exits.items() if value}
    return order


def default_price(choices: Choices) -> str:
    return _PRICES[choices.market] if choices.kind is Kind.SCRIPT else "{{close}}"


def _size(choices: Choices) -> dict[str, Any]:
    is_strategy = choices.kind is Kind.STRATEGY
    if choices.deed is Deed.EXIT:
        return {"qty_per": f"-{(choices.amount or choices.usual_amount).lstrip('-')}"}
    if choices.deed is Deed.TARGET:
        held = (
            "{{strategy.position_size}}" if is_strategy else choices.amount or choices.usual_amount
        )
        return {"target_position": held}
    side = "{{strategy.order.action}}" if is_strategy else choices.side.value.lower()
    if choices.size is Size.CONTRACTS:
        return {"side": side, "qty": "{{strategy.order.contracts}}"}
    return {"side": side, choices.size.value: choices.amount or choices.usual_amount}


def _alert_id(choices: Choices) -> str:
    if choices.kind is Kind.STRATEGY:
        return f"{_CHART}-{{{{interval}}}}-{ORDER}-{_NOW}"
    deed = choices.side.value.lower() if choices.asks_side else choices.deed.value
    if choices.kind is Kind.INDICATOR:
        return f"{_CHART}-{{{{interval}}}}-{deed}-{_NOW}"
    return f"script-{deed}-{_NOW}"


def _written(message: Mapping[str, Any]) -> str:
    """A field a line, and an order of a batch on a line of its own."""
    lines = []
    for name, value in message.items():
        if isinstance(value, list):
            inner = ",\n".join(f"    {json.dumps(each, ensure_ascii=False)}" for each in value)
            lines.append(f'  "{name}": [\n{inner}\n  ]')
        else:
            lines.append(f'  "{name}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(lines) + "\n}"


def _filled(message: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    """As TradingView fills it; a placeholder that nobody knows is left as TradingView leaves it."""
    known = _samples(choices)

    def filled(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {inner: filled(inner, said) for inner, said in value.items()}
        if isinstance(value, list):
            return [filled(name, each) for each in value]
        plotted = _PLOT.sub(_plotted(name, choices), value)
        return _PLACEHOLDER.sub(lambda found: known.get(found[0], found[0]), plotted)

    return {name: filled(name, value) for name, value in message.items()}


def _samples(choices: Choices) -> Mapping[str, str]:
    exchange, ticker = _CHARTS[choices.market]
    quantity = "0.01" if choices.is_crypto else "1"
    bar = ("{{close}}", "{{open}}", "{{high}}", "{{low}}", "{{strategy.order.price}}")
    return {
        "{{exchange}}": exchange,
        "{{ticker}}": ticker,
        "{{interval}}": "60",
        "{{strategy.order.id}}": "Long",
        "{{strategy.order.action}}": "buy",
        "{{strategy.order.contracts}}": quantity,
        "{{strategy.position_size}}": quantity,
        "{{strategy.market_position}}": "long",
        "{{strategy.prev_market_position}}": "flat",
        **dict.fromkeys(bar, _PRICES[choices.market]),
    }


def _plotted(name: str, choices: Choices) -> str:
    """A plot is a price where its field wants it: beyond the entry, behind it, or a distance."""
    is_sale = choices.asks_side and choices.side is Side.SELL
    percent = {"take_profit": 90 if is_sale else 110, "stop_loss": 110 if is_sale else 90}
    share = {**percent, "trail": 1}.get(name, 100)
    return f"{Decimal(_PRICES[choices.market]) * share / 100:f}"


def _problem(sample: str, market: MarketType) -> str:
    """What the bridge would refuse, in the reader's language."""
    now = datetime.now(UTC).isoformat()
    try:
        reading = interpret(read_message(sample.replace(_NOW, now).encode()), market)
    except AlertRefused as error:
        return error.refusal.reason.text(_language())
    return " ".join(unread.refusal.reason.text(_language()) for unread in reading.unread)


def _language() -> Language:
    return "ko" if (get_language() or "").startswith("ko") else "en"


def _command(message: str, webhook_url: str) -> str:
    """For a shell, which itself would read signs that a name may hold."""
    escaped = re.sub(r"([\\$`])", r"\\\1", message).replace(_NOW, "$NOW")
    return (
        "NOW=$(date -u +%Y-%m-%dT%H:%M:%SZ)\n"
        f"curl -sS '{webhook_url}' -H 'Content-Type: application/json' --data-binary @- <<END\n"
        f"{escaped}\nEND"
    )
