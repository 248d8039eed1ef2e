"""Symbols of every venue and market, resolved only where there is no doubt."""

from tests.webhooks.messages.telling import Case, order, read, refused

_BEYOND = "what a symbol means is the grammar's"


def _body(symbol: str, market: str) -> str:
    return (
        f'{{"symbol":"{symbol}","market_type":"{market}","order_type":"MARKET",'
        '"side":"buy","qty":1}'
    )


def _is(wrote: str, market: str, symbol: str, venue: str = "") -> Case:
    more = {"venue": venue} if venue else {}
    return read(
        f"{wrote} in {market} is {symbol}.",
        _body(wrote, market),
        order(market, symbol, "MARKET", "BUY", wrote=wrote, qty="1", **more),
    )


def _bad(title: str, wrote: str, market: str, hint: str, code: str = "bad_symbol") -> Case:
    return refused(
        f"{title} ({wrote} in {market}).",
        _body(wrote, market),
        f"422 {code} symbol",
        hint=hint,
        beyond=_BEYOND,
    )


CASES = (
    _is("BTC/USDT", "SPOT", "BTC/USDT"),
    _is("btcusdt", "SPOT", "BTC/USDT"),
    _is("BINANCE:BTCUSDT", "SPOT", "BTC/USDT", "BINANCE"),
    _is("UPBIT:BTCKRW", "SPOT", "BTC/KRW", "UPBIT"),
    _is("UPBIT:KRW-BTC", "SPOT", "BTC/KRW", "UPBIT"),
    _is("BITHUMB:ETHKRW", "SPOT", "ETH/KRW", "BITHUMB"),
    _is("BTC-USDT", "SPOT", "BTC/USDT"),
    _is("BTC_USDT", "SPOT", "BTC/USDT"),
    _is("KRW-USDT", "SPOT", "USDT/KRW"),
    _is("ETHBTC", "SPOT", "ETH/BTC"),
    _is("COINBASE:BTCUSD", "SPOT", "BTC/USD", "COINBASE"),
    _is("COINBASE:DOTUSD", "SPOT", "DOT/USD", "COINBASE"),
    _is("BINANCE:BTCFDUSD", "SPOT", "BTC/FDUSD", "BINANCE"),
    _is("BTCUSDT.P", "FUTURES", "BTC/USDT"),
    _is("BINANCE:1000PEPEUSDT.P", "FUTURES", "1000PEPE/USDT", "BINANCE"),
    _is("BYBIT:ETHUSDT.P", "FUTURES", "ETH/USDT", "BYBIT"),
    _is("OKX:BTC-USDT-SWAP", "FUTURES", "BTC/USDT", "OKX"),
    _is("BTCUSDTPERP", "FUTURES", "BTC/USDT"),
    _is("BTC/USDT:USDT", "FUTURES", "BTC/USDT"),
    _is("BTCUSDT", "FUTURES", "BTC/USDT"),
    _is("005930", "DOMESTIC_STOCK", "005930"),
    _is("KRX:000660", "DOMESTIC_STOCK", "000660", "KRX"),
    _is("0126Z0", "DOMESTIC_STOCK", "0126Z0"),
    _is("Q500001", "DOMESTIC_STOCK", "Q500001"),
    _is("AAPL", "OVERSEAS_STOCK", "AAPL"),
    _is("nasdaq:tsla", "OVERSEAS_STOCK", "TSLA", "NASDAQ"),
    _is("NYSE:BRK.B", "OVERSEAS_STOCK", "BRK.B", "NYSE"),
    _is("BRK/B", "OVERSEAS_STOCK", "BRK.B"),
    _is("AMEX:SPY", "OVERSEAS_STOCK", "SPY", "AMEX"),
    _is("HKEX:700", "OVERSEAS_STOCK", "700", "HKEX"),
    _is("TSE:7203", "OVERSEAS_STOCK", "7203", "TSE"),
    _is("101W09", "DOMESTIC_FUTUREOPTION", "101W09"),
    _is("201S03370", "DOMESTIC_FUTUREOPTION", "201S03370"),
    _is("KRX:A01603", "DOMESTIC_FUTUREOPTION", "A01603", "KRX"),
    _is("CME_MINI:NQZ26", "OVERSEAS_FUTUREOPTION", "NQZ26", "CME_MINI"),
    _is("NYMEX:CLF27", "OVERSEAS_FUTUREOPTION", "CLF27", "NYMEX"),
    _is("ESZ26 C5500", "OVERSEAS_FUTUREOPTION", "ESZ26 C5500"),
    read(
        "A code of digits alone may come as a JSON number where no zero leads.",
        '{"symbol":105560,"market_type":"DOMESTIC_STOCK","order_type":"MARKET","side":"buy",'
        '"qty":1}',
        order("DOMESTIC_STOCK", "105560", "MARKET", "BUY", qty="1"),
    ),
    refused(
        "A JSON number has lost its leading zeros, and the code is suggested.",
        '{"symbol":5930,"market_type":"DOMESTIC_STOCK","order_type":"MARKET","side":"buy","qty":1}',
        "422 bad_symbol symbol",
        hint="005930",
        beyond=_BEYOND,
    ),
    _bad("Two readings", "DOTUSD", "SPOT", "DO/TUSD, DOT/USD", "ambiguous_symbol"),
    _bad(
        "A venue's quotes settle no such doubt",
        "BINANCE:DOTUSD",
        "SPOT",
        "DO/TUSD, DOT/USD",
        "ambiguous_symbol",
    ),
    _bad("Two readings", "SHIBUSD", "SPOT", "SHI/BUSD, SHIB/USD", "ambiguous_symbol"),
    _bad("Either may be the quote", "BTC-ETH", "SPOT", "BTC/ETH, ETH/BTC", "ambiguous_symbol"),
    _bad("A perpetual is no spot", "BTCUSDT.P", "SPOT", "BTC/USDT", "perpetual_in_spot"),
    _bad("A perpetual is no spot", "BINANCE:BTCUSDT.P", "SPOT", "FUTURES", "perpetual_in_spot"),
    _bad("A coin alone", "BTC", "SPOT", "BTC/USDT"),
    _bad("A coin alone that ends like a pair", "WBTC", "SPOT", "WBTC/USDT"),
    _bad("The wrong way round", "KRW/BTC", "SPOT", "BTC/KRW"),
    _bad("Settled in another coin", "BTC/USD:BTC", "FUTURES", "BTC/USD"),
    _bad("A share among coins", "005930", "SPOT", "BTC/USDT", "unknown_symbol_form"),
    _bad("A share's chart among coins", "NASDAQ:AAPL", "SPOT", "BTC/USDT", "unknown_symbol_form"),
    _bad("A coin among shares", "BTCUSDT", "DOMESTIC_STOCK", "005930", "unknown_symbol_form"),
    _bad(
        "A coin's chart among shares",
        "UPBIT:BTCKRW",
        "DOMESTIC_STOCK",
        "005930",
        "unknown_symbol_form",
    ),
    _bad("An American share in Korea", "AAPL", "DOMESTIC_STOCK", "005930", "unknown_symbol_form"),
    _bad("A Korean share abroad", "KRX:005930", "OVERSEAS_STOCK", "AAPL", "unknown_symbol_form"),
    _bad("A name in the place of a code", "애플", "OVERSEAS_STOCK", "AAPL", "unknown_symbol_form"),
    _bad("Six letters", "NASDAQ:GOOGLE", "OVERSEAS_STOCK", "AAPL", "unknown_symbol_form"),
    _bad("Yahoo's way for Hong Kong", "0700.HK", "OVERSEAS_STOCK", "'0700'"),
    _bad("A code with its market behind it", "000660.KS", "DOMESTIC_STOCK", "000660"),
    _bad("A code with a broker's letter", "A005930", "DOMESTIC_STOCK", "005930"),
    _bad(
        "A continuous future trades nowhere",
        "ES1!",
        "OVERSEAS_FUTUREOPTION",
        "ESZ26",
        "undated_future",
    ),
    _bad("Its root is kept", "NYMEX:CL1!", "OVERSEAS_FUTUREOPTION", "CLZ26", "undated_future"),
    _bad("An index is no future", "K200", "DOMESTIC_FUTUREOPTION", "101W09", "unknown_symbol_form"),
    _bad("A future's year in four digits", "ESZ2026", "OVERSEAS_FUTUREOPTION", "ESZ26"),
    _bad(
        "A share where futures trade",
        "005930",
        "DOMESTIC_FUTUREOPTION",
        "101W09",
        "unknown_symbol_form",
    ),
    _bad("Nothing that anybody trades", "@@@", "SPOT", "BTC/USDT", "unknown_symbol_form"),
    refused(
        "A symbol of any length is answered shortly.",
        _body("X" * 90, "SPOT"),
        "422 unknown_symbol_form symbol",
        beyond=_BEYOND,
    ),
    refused(
        "A text longer than every symbol.",
        _body("X" * 101, "SPOT"),
        "400 too_long symbol",
    ),
    refused(
        "An object in the place of a symbol.",
        '{"symbol":{"id":"BTCUSDT"},"order_type":"MARKET","side":"buy","qty":1}',
        "400 wrong_type symbol",
    ),
)
