"""Every order type in both families, with what it needs."""

from tests.webhooks.messages.telling import Case, order, read, refused

_SYMBOLS = {
    "SPOT": "BTC/USDT",
    "FUTURES": "BTC/USDT",
    "DOMESTIC_STOCK": "005930",
    "OVERSEAS_STOCK": "AAPL",
    "DOMESTIC_FUTUREOPTION": "101W09",
    "OVERSEAS_FUTUREOPTION": "ESZ26",
}
_NEEDS = {
    "MARKET": "",
    "LIMIT": ',"price":"100"',
    "STOP_MARKET": ',"stop_price":"99"',
    "STOP_LIMIT": ',"price":"100","stop_price":"99"',
}
_SECURITIES = {
    "BEST_LIMIT": ',"price":"100"',
    "CONDITIONAL_LIMIT": ',"price":"100","stop_price":"99"',
    "PRE_MARKET": "",
    "AFTER_MARKET": "",
}


def _body(market: str, order_type: str, rest: str) -> str:
    return (
        f'{{"symbol":"{_SYMBOLS[market]}","market_type":"{market}","order_type":"{order_type}",'
        f'"side":"buy","qty":"2"{rest}}}'
    )


def _taken(market: str, order_type: str, rest: str) -> Case:
    prices = {}
    if '"price"' in rest:
        prices["price"] = "100"
    if '"stop_price"' in rest:
        prices["stop_price"] = "99"
    return read(
        f"{order_type} in {market}.",
        _body(market, order_type, rest),
        order(market, _SYMBOLS[market], order_type, "BUY", qty="2", **prices),
    )


def _needs(market: str, order_type: str, rest: str, field: str) -> Case:
    return refused(
        f"{order_type} in {market} without its {field}.",
        _body(market, order_type, rest),
        f"422 {field}_required {field}",
        hint=f"{order_type} 주문에는 {field}가 필수입니다",
    )


CASES = (
    *(_taken(market, word, rest) for market in _SYMBOLS for word, rest in _NEEDS.items()),
    *(
        _taken(market, word, rest)
        for market in _SYMBOLS
        if market not in {"SPOT", "FUTURES"}
        for word, rest in _SECURITIES.items()
    ),
    *(
        refused(
            f"{word} is not for {market}.",
            _body(market, word, rest),
            "422 securities_only order_type",
        )
        for market in ("SPOT", "FUTURES")
        for word, rest in _SECURITIES.items()
    ),
    _needs("SPOT", "LIMIT", "", "price"),
    _needs("DOMESTIC_STOCK", "LIMIT", "", "price"),
    _needs("SPOT", "STOP_LIMIT", ',"stop_price":"99"', "price"),
    _needs("SPOT", "STOP_LIMIT", ',"price":"100"', "stop_price"),
    _needs("FUTURES", "STOP_MARKET", "", "stop_price"),
    refused(
        "A price does not stand in for the stop price.",
        _body("FUTURES", "STOP_MARKET", ',"price":"100"'),
        "422 stop_price_required stop_price",
    ),
    _needs("DOMESTIC_STOCK", "CONDITIONAL_LIMIT", ',"price":"100"', "stop_price"),
    read(
        "A market order keeps the price to size by.",
        _body("SPOT", "MARKET", ',"price":"91234.5"'),
        order("SPOT", "BTC/USDT", "MARKET", "BUY", qty="2", price="91234.5"),
    ),
    read(
        "A stop price in a market order is not used, and that is said.",
        _body("SPOT", "MARKET", ',"stop_price":"99"'),
        order("SPOT", "BTC/USDT", "MARKET", "BUY", qty="2"),
        warns=("not_used",),
    ),
    read(
        "An order that names another order, and a stop price of no use, are told.",
        _body("SPOT", "MARKET", ',"stop_price":-1,"order_id":true,"client_order_id":{"a":1}'),
        order("SPOT", "BTC/USDT", "MARKET", "BUY", qty="2"),
        warns=("not_used",) * 3,
    ),
    read(
        "A best-price order may go without a price.",
        _body("DOMESTIC_STOCK", "BEST_LIMIT", ""),
        order("DOMESTIC_STOCK", "005930", "BEST_LIMIT", "BUY", qty="2"),
    ),
    *(
        read(
            f"A limit order that is {word}.",
            _body("SPOT", "LIMIT", f',"price":"100","time_in_force":"{word.lower()}"'),
            order("SPOT", "BTC/USDT", "LIMIT", "BUY", qty="2", price="100", time_in_force=word),
        )
        for word in ("GTC", "IOC", "FOK", "DAY")
    ),
    read(
        "A limit order that must not take.",
        _body("SPOT", "LIMIT", ',"price":"100","post_only":true'),
        order("SPOT", "BTC/USDT", "LIMIT", "BUY", qty="2", price="100", post_only=True),
    ),
    read(
        "An order that may only reduce, as text.",
        _body("FUTURES", "MARKET", ',"reduce_only":"True"'),
        order("FUTURES", "BTC/USDT", "MARKET", "BUY", qty="2", reduce_only=True),
    ),
    read(
        "Zero and no are false.",
        _body("FUTURES", "LIMIT", ',"price":"100","reduce_only":"no","post_only":0'),
        order("FUTURES", "BTC/USDT", "LIMIT", "BUY", qty="2", price="100"),
    ),
    refused(
        "A duration that no venue here has.",
        _body("SPOT", "LIMIT", ',"price":"100","time_in_force":"GTX"'),
        "422 unsupported_time_in_force time_in_force",
        hint="GTC, IOC, FOK, DAY",
    ),
    refused(
        "A flag that is neither true nor false.",
        _body("FUTURES", "MARKET", ',"reduce_only":"maybe"'),
        "400 wrong_type reduce_only",
    ),
    refused(
        "A flag that is a list.",
        _body("FUTURES", "MARKET", ',"reduce_only":[true]'),
        "400 wrong_type reduce_only",
    ),
    refused(
        "An order type that does not exist.",
        _body("SPOT", "TRAILING_STOP", ""),
        "422 unsupported_order_type order_type",
        hint="MARKET, LIMIT, STOP_MARKET, STOP_LIMIT, CANCEL, CANCEL_ALL_ORDER",
    ),
    refused(
        "A crypto order is not told of order types for securities.",
        _body("SPOT", "ICEBERG", ""),
        "422 unsupported_order_type order_type",
        hint="STOP_LIMIT, CANCEL",
    ),
    refused(
        "A market that does not exist.",
        '{"symbol":"BTC/USDT","market_type":"OPTIONS","order_type":"MARKET","side":"buy","qty":1}',
        "422 unsupported_market_type market_type",
        hint="지원하지 않는 market_type: OPTIONS",
    ),
)
