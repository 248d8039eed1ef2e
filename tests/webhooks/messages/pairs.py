"""Plain text: `key=value` and `key: value`, as TradingView sends it when it is not JSON."""

from tests.webhooks.messages.telling import cancel_all, order, read, refused

_BUY = order("SPOT", "BTC/USDT", "MARKET", "BUY", qty="1")
_WROTE = order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1")

CASES = (
    read(
        "One pair a line.",
        "symbol=BTC/USDT\norder_type=MARKET\nside=buy\nqty=1",
        _BUY,
        content_type="text/plain; charset=utf-8",
    ),
    read(
        "Lines that end as on Windows.",
        "symbol: BTC/USDT\r\norder_type: MARKET\r\nside: buy\r\nqty: 1\r\n",
        _BUY,
        content_type="text/plain",
    ),
    read("Commas between pairs.", "symbol=BTC/USDT, order_type=MARKET, side=buy, qty=1", _BUY),
    read("Semicolons between pairs.", "symbol: BTC/USDT; order_type: MARKET; side: buy; qty: 1;",
         _BUY),
    read(
        "A price with commas is one number, since no name follows its commas.",
        "symbol=UPBIT:BTCKRW, order_type=limit, side=long, price=135,000,000, qty_per=50",
        order(
            "SPOT",
            "BTC/KRW",
            "LIMIT",
            "BUY",
            wrote="UPBIT:BTCKRW",
            venue="UPBIT",
            price="135000000",
            qty_per="50",
        ),
    ),
    read(
        "A chart's prefix is no name of a field.",
        "symbol: BINANCE:BTCUSDT\norder_type: MARKET\nside: buy\nqty: 1",
        order(
            "SPOT",
            "BTC/USDT",
            "MARKET",
            "BUY",
            wrote="BINANCE:BTCUSDT",
            venue="BINANCE",
            qty="1",
        ),
    ),
    read(
        "A time's colons stay in the time.",
        "symbol=BTCUSDT\norder_type=MARKET\nside=buy\nqty=1\ntime=2026-11-22T10:00:00Z",
        _WROTE,
        alert={"time": "2026-11-22T10:00:00+00:00"},
    ),
    read(
        "Spaces around everything.",
        "  symbol  =  BTCUSDT  \n  order_type =   MARKET \n side = buy \n qty =  1  ",
        _WROTE,
    ),
    read(
        "Empty lines between pairs.",
        "symbol=BTCUSDT\n\norder_type=MARKET\n\n\nside=buy\nqty=1\n",
        _WROTE,
    ),
    read(
        "Values in quotes.",
        "symbol='BTCUSDT', order_type=\"MARKET\", side='buy', qty=\"1\"",
        _WROTE,
    ),
    read(
        "Names in quotes, as the inside of a JSON object without its braces.",
        '"symbol": "BTCUSDT", "order_type": "MARKET", "side": "buy", "qty": "1"',
        _WROTE,
    ),
    read(
        "A note in quotes may hold what looks like a pair.",
        'symbol=BTCUSDT, order_type=MARKET, side=buy, qty=1, memo="first, side=sell"',
        _WROTE,
        warns=("unknown_field",),
    ),
    read(
        "Names in capitals with spaces.",
        "Symbol: BTCUSDT\nOrder Type: MARKET\nSide: buy\nQty: 1",
        _WROTE,
    ),
    read(
        "A mark at the beginning of the text, as some editors write it.",
        "\ufeffsymbol=BTCUSDT\norder_type=MARKET\nside=buy\nqty=1",
        _WROTE,
    ),
    read(
        "A pair without a value counts as absent.",
        "symbol=BTCUSDT\norder_type=MARKET\nside=buy\nqty=1\nprice=\nstop_price=NaN",
        _WROTE,
    ),
    read(
        "A pair said twice alike is one.",
        "symbol=BTCUSDT\norder_type=MARKET\nside=buy\nside=buy\nqty=1",
        _WROTE,
    ),
    read(
        "A form as HTML pages post it.",
        "symbol=BTC%2FUSDT&order_type=MARKET&side=buy&qty=1",
        _BUY,
        content_type="application/x-www-form-urlencoded",
    ),
    read(
        "JSON that is called a form is JSON.",
        '{"symbol":"BTC/USDT","order_type":"MARKET","side":"buy","qty":"1"}',
        _BUY,
        content_type="application/x-www-form-urlencoded",
    ),
    read(
        "JSON that is called plain text is JSON.",
        ' \n{"symbol":"BTC/USDT","order_type":"MARKET","side":"buy","qty":"1"}\n ',
        _BUY,
        content_type="text/plain",
    ),
    read("A cancel of everything in one pair.", "order_type=cancel all order", cancel_all("SPOT")),
    read(
        "An exit in pairs.",
        "symbol=ETHUSDT.P, order_type=MARKET, qty_per=-100",
        order("FUTURES", "ETH/USDT", "MARKET", wrote="ETHUSDT.P", qty_per="-100"),
        market="FUTURES",
    ),
    refused(
        "A list of orders cannot be written in pairs.",
        "orders=BTCUSDT",
        "400 wrong_type orders",
    ),
    refused(
        "A pair said twice with different values.",
        "symbol=BTCUSDT\norder_type=MARKET\nside=buy\nside=sell\nqty=1",
        "400 told_twice side",
    ),
    refused(
        "A line that is no pair is named.",
        "symbol=BTCUSDT\nplease buy\nside=buy",
        "400 unreadable",
        hint="line 2",
    ),
    refused("A text before the first pair.", "Buy signal!\nsymbol=BTCUSDT", "400 unreadable"),
    refused(
        "Words that a person would understand.",
        "buy 0.1 BTCUSDT at market",
        "400 unreadable",
    ),
    refused("A pair without a name.", "=buy", "400 unreadable", hint="line 1"),
    refused(
        "A percent sign in pairs.",
        "symbol=ETHUSDT.P, order_type=MARKET, qty_per=-50%",
        "422 not_a_number qty_per",
        market="FUTURES",
    ),
    refused(
        "A placeholder in pairs that was not filled in.",
        "symbol={{ticker}}\norder_type=MARKET\nside=buy\nqty=1",
        "422 placeholder_unreplaced symbol",
        hint="{{ticker}}",
    ),
    refused(
        "A form with a broken escape.",
        "symbol=%ff&side=buy",
        "400 unreadable",
        content_type="application/x-www-form-urlencoded",
    ),
)  # fmt: skip
