"""Alerts of TradingView `strategy()` scripts, with the placeholders filled as TradingView does."""

from tests.webhooks.messages.telling import order, read, refused

CASES = (
    read(
        "A strategy's market order with every field that the builder writes.",
        '{"group_name": "btc-1h", "token": "tb_demo", "symbol": "BTCUSDT", "order_type": "MARKET",'
        ' "side": "buy", "qty": "0.0123", "price": "91234.5",'
        ' "alert_id": "BINANCE:BTCUSDT-60-Long-buy-2026-11-22T10:00:00Z",'
        ' "time": "2026-11-22T10:00:00Z"}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="0.0123", price="91234.5"),
        alert={
            "alert_id": "BINANCE:BTCUSDT-60-Long-buy-2026-11-22T10:00:00Z",
            "time": "2026-11-22T10:00:00+00:00",
        },
    ),
    read(
        "The message box of many lines that TradingView keeps as it was typed.",
        "{\n"
        '  "group_name": "btc-1h",\n'
        '  "token": "tb_demo",\n'
        '  "symbol": "BINANCE:BTCUSDT.P",\n'
        '  "market_type": "FUTURES",\n'
        '  "order_type": "MARKET",\n'
        '  "side": "sell",\n'
        '  "qty": "0.5"\n'
        "}\n",
        order(
            "FUTURES",
            "BTC/USDT",
            "MARKET",
            "SELL",
            wrote="BINANCE:BTCUSDT.P",
            venue="BINANCE",
            qty="0.5",
        ),
    ),
    read(
        "Contracts as TradingView names them are the quantity.",
        '{"strategy":"eth","password":"tb_demo","ticker":"ETHUSDT.P","type":"market",'
        '"action":"buy","contracts":"2","market_type":"FUTURES"}',
        order("FUTURES", "ETH/USDT", "MARKET", "BUY", wrote="ETHUSDT.P", qty="2"),
    ),
    read(
        "Contracts arrive as a bare number when the message has no quotes around them.",
        '{"symbol":"SOLUSDT","order_type":"MARKET","side":"buy","qty":12.75,"price":231.42}',
        order("SPOT", "SOL/USDT", "MARKET", "BUY", wrote="SOLUSDT", qty="12.75", price="231.42"),
    ),
    read(
        "A tiny quantity in exponent form keeps its digits.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":1.5e-7}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="0.00000015"),
    ),
    read(
        "A quantity with a binary float's tail is taken digit by digit.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"sell","qty":0.30000000000000004}',
        order("SPOT", "BTC/USDT", "MARKET", "SELL", wrote="BTCUSDT", qty="0.30000000000000004"),
    ),
    read(
        "The view of the market position before and after is kept.",
        '{"symbol":"BTCUSDT.P","market_type":"FUTURES","order_type":"MARKET","side":"sell",'
        '"qty":"1","market_position":"short","prev_market_position":"long"}',
        order("FUTURES", "BTC/USDT", "MARKET", "SELL", wrote="BTCUSDT.P", qty="1"),
        alert={"market_position": "SHORT", "prev_market_position": "LONG"},
    ),
    read(
        "A position that is flat is a position too.",
        '{"symbol":"BTCUSDT.P","market_type":"FUTURES","order_type":"MARKET","qty_per":-100,'
        '"market_position":"flat","prev_market_position":"long"}',
        order("FUTURES", "BTC/USDT", "MARKET", wrote="BTCUSDT.P", qty_per="-100"),
        alert={"market_position": "FLAT", "prev_market_position": "LONG"},
    ),
    read(
        "The signed position size of a script is the target.",
        '{"symbol":"BTCUSDT.P","market_type":"FUTURES","order_type":"MARKET",'
        '"position_size":"-0.25","price":"91,234.5"}',
        order(
            "FUTURES",
            "BTC/USDT",
            "MARKET",
            wrote="BTCUSDT.P",
            target_position="-0.25",
            price="91234.5",
        ),
    ),
    read(
        "A side beside a target is kept, and the target rules.",
        '{"symbol":"BTCUSDT.P","market_type":"FUTURES","order_type":"MARKET","side":"buy",'
        '"target_position":"1"}',
        order("FUTURES", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT.P", target_position="1"),
    ),
    read(
        "A target of nothing means out of the market.",
        '{"symbol":"BTCUSDT.P","market_type":"FUTURES","order_type":"MARKET","position_size":0}',
        order("FUTURES", "BTC/USDT", "MARKET", wrote="BTCUSDT.P", target_position="0"),
    ),
    read(
        "A Korean share by exchange and ticker.",
        '{"group_name":"kr-breakout","token":"tb_demo","symbol":"KRX:005930",'
        '"market_type":"DOMESTIC_STOCK","order_type":"LIMIT","side":"buy","price":"71300",'
        '"qty":"10","time":"2026-11-23T00:05:00Z"}',
        order(
            "DOMESTIC_STOCK",
            "005930",
            "LIMIT",
            "BUY",
            wrote="KRX:005930",
            venue="KRX",
            price="71300",
            qty="10",
        ),
        alert={"time": "2026-11-23T00:05:00+00:00"},
    ),
    read(
        "An American share at the close.",
        '{"symbol":"NASDAQ:AAPL","market_type":"OVERSEAS_STOCK","order_type":"LIMIT",'
        '"side":"sell","price":"189.995","qty_per":2}',
        order(
            "OVERSEAS_STOCK",
            "AAPL",
            "LIMIT",
            "SELL",
            wrote="NASDAQ:AAPL",
            venue="NASDAQ",
            price="189.995",
            qty_per="2",
        ),
    ),
    read(
        "A future of the CME by its dated code.",
        '{"symbol":"CME_MINI:ESZ26","market_type":"OVERSEAS_FUTUREOPTION","order_type":"MARKET",'
        '"side":"buy","contracts":1}',
        order(
            "OVERSEAS_FUTUREOPTION",
            "ESZ26",
            "MARKET",
            "BUY",
            wrote="CME_MINI:ESZ26",
            venue="CME_MINI",
            qty="1",
        ),
    ),
    read(
        "The strategy's comment and id are unknown fields, and said so.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1",'
        '"comment":"Long entry","order_name":"Long"}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
        warns=("unknown_field", "unknown_field"),
    ),
    read(
        "A price that TradingView cannot fill comes as NaN and counts as absent.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1","price":"NaN"}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
    ),
    read(
        "NaN without quotes counts as absent too.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1","stop_price":NaN}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
    ),
    read(
        "Seconds of a time may have a fraction.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1",'
        '"timenow":"2026-11-22T10:00:00.250Z"}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
        alert={"time": "2026-11-22T10:00:00.250000+00:00"},
    ),
    read(
        "A time in Seoul is told in UTC.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1",'
        '"time":"2026-11-22T19:00:00+09:00"}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
        alert={"time": "2026-11-22T10:00:00+00:00"},
    ),
    read(
        "Unix milliseconds of a script's own clock are a time.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1",'
        '"timestamp":1795341600250}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
        alert={"time": "2026-11-22T10:00:00.250000+00:00"},
    ),
    read(
        "Unix seconds are a time.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1","time":"1795341600"}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
        alert={"time": "2026-11-22T10:00:00+00:00"},
    ),
    refused(
        "A placeholder of strategies that stands in an indicator's alert is left as it is.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"{{strategy.order.action}}","qty":"1"}',
        "422 placeholder_unreplaced side",
        hint="{{strategy.order.action}}",
    ),
    refused(
        "A quantity that was not filled in is named by its placeholder.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy",'
        '"qty":"{{strategy.order.contracts}}"}',
        "422 placeholder_unreplaced qty",
        hint="{{strategy.order.contracts}}",
    ),
    refused(
        "A quantity without quotes that was not filled in breaks the JSON, and the cause is named.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy",'
        '"qty":{{strategy.order.contracts}}}',
        "400 bare_placeholder",
        hint="{{strategy.order.contracts}}",
    ),
    refused(
        "A misspelt placeholder in the middle of a symbol is found.",
        '{"symbol":"BINANCE:{{tickr}}","order_type":"MARKET","side":"buy","qty":"1"}',
        "422 placeholder_unreplaced symbol",
        hint="{{tickr}}",
    ),
    refused(
        "A time that was not filled in is named.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1","time":"{{timenw}}"}',
        "422 placeholder_unreplaced time",
    ),
    refused(
        "An id that was not filled in would be the same for every alert, so it is refused.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1",'
        '"alert_id":"{{strategy.order.id}}-1"}',
        "422 placeholder_unreplaced alert_id",
    ),
    refused(
        "A market position that is no word of TradingView's.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1",'
        '"market_position":"both"}',
        "422 unsupported_market_position market_position",
    ),
    refused(
        "A quantity of NaN is no quantity.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"NaN"}',
        "422 missing_field qty_per",
    ),
    refused(
        "A quantity of zero is no order.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"0"}',
        "422 must_be_positive qty",
    ),
    refused(
        "Exit is no side: which side it is depends on the position.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"exit","qty":"1"}',
        "422 unsupported_side side",
        hint="buy, long, sell, short",
    ),
    refused(
        "The market position in the place of the side is refused when it is flat.",
        '{"symbol":"BTCUSDT.P","market_type":"FUTURES","order_type":"MARKET","side":"flat",'
        '"qty":"1"}',
        "422 unsupported_side side",
    ),
)
