"""Every alias in every spelling, and what is said of two names for one thing."""

from tests.webhooks.messages.telling import Case, cancel, order, read, refused

_BUY = order("SPOT", "BTC/USDT", "LIMIT", "BUY", qty="1", price="100")
_STOP = order("SPOT", "BTC/USDT", "STOP_MARKET", "BUY", qty="1", stop_price="99")


def _limit(**names: str) -> str:
    spelt = {
        "symbol": "symbol",
        "order_type": "order_type",
        "side": "side",
        "qty": "qty",
        "price": "price",
        **names,
    }
    said = {"symbol": "BTC/USDT", "order_type": "LIMIT", "side": "buy", "qty": "1", "price": "100"}
    return "{" + ",".join(f'"{spelt[name]}":"{said[name]}"' for name in said) + "}"  # fmt: skip


def _spelt(name: str, written: str) -> Case:
    return read(f"{written} is {name}.", _limit(**{name: written}), _BUY)


def _stop(written: str) -> Case:
    return read(
        f"{written} is stop_price.",
        f'{{"symbol":"BTC/USDT","order_type":"STOP_MARKET","side":"buy","qty":1,"{written}":"99"}}',
        _STOP,
    )


def _type(written: str) -> Case:
    return read(
        f"The order type {written}.",
        f'{{"symbol":"BTC/USDT","order_type":"{written}","side":"buy","qty":1,"stop_price":99}}',
        _STOP,
    )


def _side(written: str, side: str) -> Case:
    return read(
        f"The side {written}.",
        f'{{"symbol":"BTC/USDT","order_type":"MARKET","side":"{written}","qty":1}}',
        order("SPOT", "BTC/USDT", "MARKET", side, qty="1"),
    )


def _market(written: str, market: str) -> Case:
    return read(
        f"The market {written}.",
        f'{{"symbol":"AAPL","market_type":"{written}","order_type":"MARKET","side":"buy","qty":1}}',
        order(market, "AAPL", "MARKET", "BUY", qty="1"),
    )


CASES = (
    *(_spelt("symbol", written) for written in ("ticker", "Ticker", "SYMBOL")),
    *(_spelt("order_type", written) for written in ("type", "orderType", "Order-Type", "order type",
                                                    "ORDERTYPE")),
    *(_spelt("side", written) for written in ("action", "Action", "SIDE")),
    *(_spelt("qty", written) for written in ("quantity", "contracts", "Qty")),
    *(_spelt("price", written) for written in ("Price", "PRICE")),
    *(_stop(written) for written in ("stopprice", "stopPrice", "Stop-Price", "STOP_PRICE",
                                     "stop price")),
    *(_type(written) for written in ("stop_market", "Stop-Market", "stop market", "StopMarket",
                                     " STOP_MARKET ")),
    *(_side(written, "BUY") for written in ("buy", "BUY", "Long", " long ")),
    *(_side(written, "SELL") for written in ("sell", "SELL", "Short", "short")),
    *(_market(written, "OVERSEAS_STOCK") for written in ("overseas_stock", "Overseas-Stock",
                                                         "overseas stock", "OverseasStock")),
    read(
        "qtyPer is qty_per.",
        '{"symbol":"BTC/USDT","order_type":"MARKET","side":"buy","qtyPer":10}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", qty_per="10"),
    ),
    read(
        "positionSize and targetPosition are one.",
        '{"symbol":"BTC/USDT","marketType":"futures","orderType":"market","targetPosition":"2"}',
        order("FUTURES", "BTC/USDT", "MARKET", target_position="2"),
    ),
    read(
        "The camel case of a cancel.",
        '{"orderType":"cancel","clientOrderId":"abc-1"}',
        cancel("SPOT", client_order_id="abc-1"),
    ),
    read(
        "The names of the first users' alerts.",
        '{"strategy":"btc","user_token":"tb_demo","ticker":"BTC/USDT","type":"limit",'
        '"action":"buy","quantity":"1","price":"100"}',
        _BUY,
    ),
    read(
        "A field and its alias that say the same are one.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","action":"buy","qty":"1",'
        '"contracts":" 1 ","price":100}',
        _BUY,
    ),
    read(
        "Equal numbers are one, however they are written.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","qty":1,"quantity":"1.0",'
        '"contracts":"１","price":100}',
        _BUY,
    ),
    read(
        "Two spellings of one moment are one.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","qty":1,"price":100,'
        '"time":"2026-11-22T10:00:00Z","timestamp":1795341600}',
        _BUY,
        alert={"time": "2026-11-22T10:00:00+00:00"},
    ),
    read(
        "Of two times that differ the first name's counts, and the other is told.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","qty":1,"price":100,'
        '"timestamp":"1795341601","timenow":"2026-11-22T10:05:00Z","time":"2026-11-22T10:00:00Z"}',
        _BUY,
        alert={"time": "2026-11-22T10:00:00+00:00"},
        warns=("other_name_used", "other_name_used"),
    ),
    refused(
        "One name of a time, twice and differing.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","qty":1,"price":100,'
        '"time":"2026-11-22T10:05:00Z","Time":"2026-11-22T10:00:00Z"}',
        "400 told_twice time",
        beyond="two names that differ",
    ),
    read(
        "An absent field does not contradict its alias.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"","action":"buy","qty":null,'
        '"contracts":"1","price":100}',
        _BUY,
    ),
    read(
        "An alert's id is named id, and its time timenow.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","qty":1,"price":100,"id":7,'
        '"timenow":"2026-11-22T10:00:00Z"}',
        _BUY,
        alert={"alert_id": "7", "time": "2026-11-22T10:00:00+00:00"},
    ),
    read(
        "A name that nobody knows is told as it was written.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","qty":1,"price":100,"sizee":"1"}',
        _BUY,
        warns=("unknown_field",),
    ),
    refused(
        "A field and its alias that differ.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","action":"sell","qty":1,'
        '"price":100}',
        "400 told_twice side",
        hint="side, action",
        beyond="two names that differ",
    ),
    refused(
        "Two aliases that differ.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","quantity":1,"contracts":2,'
        '"price":100}',
        "400 told_twice qty",
        hint="quantity, contracts",
        beyond="two names that differ",
    ),
    refused(
        "One name twice with different values.",
        '{"symbol":"BTC/USDT","order_type":"LIMIT","side":"buy","side":"sell","qty":1,"price":100}',
        "400 told_twice side",
        beyond="a JSON object keeps one of two equal names",
    ),
    refused(
        "Two tokens, of which none is shown.",
        '{"token":"tb_one","password":"tb_two","symbol":"BTC/USDT","order_type":"MARKET",'
        '"side":"buy","qty":1}',
        "400 told_twice token",
        hint="token, password",
        beyond="two names that differ",
    ),
    refused(
        "A side with a dash is no side.",
        '{"symbol":"BTC/USDT","order_type":"MARKET","side":"b-uy","qty":1}',
        "422 unsupported_side side",
    ),
    refused(
        "A side that is a number.",
        '{"symbol":"BTC/USDT","order_type":"MARKET","side":1,"qty":1}',
        "422 unsupported_side side",
    ),
    refused(
        "A side that is true.",
        '{"symbol":"BTC/USDT","order_type":"MARKET","side":true,"qty":1}',
        "400 wrong_type side",
    ),
)  # fmt: skip
