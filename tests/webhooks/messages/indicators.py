"""Alerts of TradingView `indicator()` scripts and of drawings: no order of their own to fill in."""

from tests.webhooks.messages.telling import order, read, refused

CASES = (
    read(
        "An indicator's crossing buys a tenth of the capital.",
        '{"group_name":"rsi","token":"tb_demo","symbol":"BTCUSDT","order_type":"MARKET",'
        '"side":"buy","qty_per":"10","price":"91234.5",'
        '"alert_id":"BINANCE:BTCUSDT-15-rsi-buy-2026-11-22T10:15:00Z",'
        '"time":"2026-11-22T10:15:00Z"}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty_per="10", price="91234.5"),
        alert={
            "alert_id": "BINANCE:BTCUSDT-15-rsi-buy-2026-11-22T10:15:00Z",
            "time": "2026-11-22T10:15:00+00:00",
        },
    ),
    read(
        "The other alert of the indicator leaves, and needs no side.",
        '{"group_name":"rsi","token":"tb_demo","symbol":"BTCUSDT","order_type":"MARKET",'
        '"qty_per":-100}',
        order("SPOT", "BTC/USDT", "MARKET", wrote="BTCUSDT", qty_per="-100"),
    ),
    read(
        "Half of the position may be left at a limit.",
        '{"symbol":"BTCUSDT","order_type":"LIMIT","price":"95000","qty_per":"-50"}',
        order("SPOT", "BTC/USDT", "LIMIT", wrote="BTCUSDT", qty_per="-50", price="95000"),
    ),
    read(
        "A plot's value is the price of the limit.",
        '{"symbol":"ETHUSDT","order_type":"LIMIT","side":"buy","qty_per":5,"price":"3512.25"}',
        order("SPOT", "ETH/USDT", "LIMIT", "BUY", wrote="ETHUSDT", qty_per="5", price="3512.25"),
    ),
    read(
        "A plot's value of many digits is kept whole.",
        '{"symbol":"ETHUSDT","order_type":"LIMIT","side":"buy","qty_per":5,'
        '"price":"3512.2534987261"}',
        order(
            "SPOT",
            "ETH/USDT",
            "LIMIT",
            "BUY",
            wrote="ETHUSDT",
            qty_per="5",
            price="3512.2534987261",
        ),
    ),
    read(
        "Volume and the bar's values come along as unknown fields.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty_per":10,"open":"91000",'
        '"high":"91500","low":"90900","volume":"182.44"}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty_per="10"),
        warns=("unknown_field",) * 4,
    ),
    read(
        "A trend line's alert in pairs, one a line.",
        "group_name=lines\ntoken=tb_demo\nsymbol=BTCUSDT\norder_type=MARKET\nside=buy\nqty_per=10",
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty_per="10"),
    ),
    read(
        "A share's breakout buys three shares.",
        '{"symbol":"005930","order_type":"MARKET","side":"buy","qty_per":3}',
        order("DOMESTIC_STOCK", "005930", "MARKET", "BUY", qty_per="3"),
        market="DOMESTIC_STOCK",
    ),
    read(
        "The whole holding of a share is sold by minus one hundred.",
        '{"symbol":"005930","order_type":"MARKET","qty_per":"-100"}',
        order("DOMESTIC_STOCK", "005930", "MARKET", qty_per="-100"),
        market="DOMESTIC_STOCK",
    ),
    read(
        "The bar's own time is read, and the strategy's max_age judges it.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty_per":10,'
        '"time":"2026-11-22T10:00:00Z","interval":"60"}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty_per="10"),
        alert={"time": "2026-11-22T10:00:00+00:00"},
        warns=("unknown_field",),
    ),
    read(
        "A field called test_mode is no trial, and that is said.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty_per":10,"test_mode":true}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty_per="10"),
        warns=("no_test_mode",),
    ),
    refused(
        "TradingView's default message of an alert on a price is no order.",
        "BTCUSDT Crossing 91,000",
        "400 unreadable",
        hint="line 1",
    ),
    refused(
        "TradingView's default message of a strategy is no order.",
        "My Strategy (10, 20): order buy @ 0.0123 filled on BTCUSDT. New strategy position is"
        " 0.0123",
        "400 unreadable",
    ),
    refused(
        "A sentence with a colon in it is no order.",
        "Alert: BTCUSDT buy now",
        "422 missing_field order_type",
        warns=("unknown_field",),
    ),
    refused(
        "A plot that does not exist is left as it is.",
        '{"symbol":"BTCUSDT","order_type":"LIMIT","side":"buy","qty_per":10,"price":"{{plot_9}}"}',
        "422 placeholder_unreplaced price",
        hint="{{plot_9}}",
    ),
    refused(
        "A plot by a title that is wrong is left as it is.",
        '{"symbol":"BTCUSDT","order_type":"LIMIT","side":"buy","qty_per":10,'
        '"price":{{plot("Entry")}}}',
        "400 bare_placeholder",
        hint='{{plot("Entry")}}',
    ),
    refused(
        "A plot by a wrong title breaks the JSON with its own quotes, and is named.",
        '{"symbol":"BTCUSDT","order_type":"LIMIT","side":"buy","qty_per":10,'
        '"price":"{{plot("Entry")}}"}',
        "400 bare_placeholder",
        hint='{{plot("Entry")}}',
    ),
    refused(
        "A doubled brace around a whole message is no placeholder, and shows nothing of it.",
        '{{"token":"tb_demo","symbol":"BTCUSDT"}}',
        "400 bad_json",
    ),
    refused(
        "A limit whose plot was not available has no price.",
        '{"symbol":"BTCUSDT","order_type":"LIMIT","side":"buy","qty_per":10,"price":"NaN"}',
        "422 price_required price",
    ),
    refused(
        "An entry without a side.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","qty_per":10}',
        "422 missing_field side",
    ),
    refused(
        "A percent sign is no part of a number.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty_per":"10%"}',
        "422 not_a_number qty_per",
        hint="10%",
    ),
    refused(
        "Zero percent is neither an entry nor an exit.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty_per":0}',
        "422 must_not_be_zero qty_per",
    ),
)
