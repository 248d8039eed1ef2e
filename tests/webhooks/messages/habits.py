"""Bodies that people bring along from other bots, and what they are told."""

from tests.webhooks.messages.telling import order, read, refused

CASES = (
    read(
        "TradersPost: ticker, action, orderType and quantity are known here too.",
        '{"ticker":"TSLA","action":"buy","orderType":"limit","quantity":"2","price":"250.50",'
        '"sentiment":"long","signalPrice":"250.51"}',
        order("OVERSEAS_STOCK", "TSLA", "LIMIT", "BUY", qty="2", price="250.5"),
        market="OVERSEAS_STOCK",
        warns=("unknown_field", "unknown_field"),
    ),
    refused(
        "TradersPost: the action exit has another word here.",
        '{"ticker":"TSLA","action":"exit","orderType":"market","quantity":"2"}',
        "422 unsupported_side side",
        market="OVERSEAS_STOCK",
    ),
    refused(
        "TradersPost: an order without its type.",
        '{"ticker":"TSLA","action":"buy","quantity":"2"}',
        "422 missing_field order_type",
        market="OVERSEAS_STOCK",
    ),
    refused(
        "TradersPost: the stop as an object.",
        '{"ticker":"TSLA","action":"buy","orderType":"market","quantity":2,'
        '"stopLoss":{"type":"stop","stopPrice":240}}',
        "400 wrong_type stop_loss",
        market="OVERSEAS_STOCK",
    ),
    refused(
        "POABOT: base and quote apart, and no order type.",
        '{"password":"tb_demo","exchange":"BINANCE","base":"BTC","quote":"USDT","side":"buy",'
        '"amount":"0.01","price":"91234.5","percent":"NaN","order_name":"Long","kis_number":"1"}',
        "422 missing_field order_type",
    ),
    refused(
        "POABOT: the side entry/buy.",
        '{"password":"tb_demo","symbol":"BTCUSDT","order_type":"MARKET","side":"entry/buy",'
        '"qty":"0.01"}',
        "422 unsupported_side side",
    ),
    refused(
        "3Commas: a message to start a deal.",
        '{"message_type":"bot","bot_id":123456,"email_token":"00000000-0000","delay_seconds":0,'
        '"pair":"USDT_BTC"}',
        "422 missing_field order_type",
    ),
    read(
        "WunderTrading and others: the pair with its venue in front.",
        '{"symbol":"BYBIT:SOLUSDT.P","market_type":"FUTURES","order_type":"MARKET","side":"long",'
        '"qty_per":"25","leverage":10}',
        order(
            "FUTURES", "SOL/USDT", "MARKET", "BUY", wrote="BYBIT:SOLUSDT.P", venue="BYBIT",
            qty_per="25",
        ),
        warns=("unknown_field",),
    ),
    read(
        "An object of extras that the sender keeps for itself.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1",'
        '"meta":{"rsi":[31.2,29.8],"note":"a: b, c=d"}}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
        warns=("unknown_field",),
    ),
    read(
        "Twenty unknown fields and more are counted, not listed.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1",'
        + ",".join(f'"x{number}":1' for number in range(25))
        + "}",
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
        warns=("unknown_field",) * 21,
    ),
    read(
        "A script that knows no side sends what it wants to hold.",
        '{"ticker":"BTCUSDT","type":"market","position_size":"0.5","market_type":"FUTURES"}',
        order("FUTURES", "BTC/USDT", "MARKET", wrote="BTCUSDT", target_position="0.5"),
    ),
    read(
        "A script's empty fields are left aside.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":"1","qty_per":"",'
        '"price":null,"account":"","exchange":"null","orders":null}',
        order("SPOT", "BTC/USDT", "MARKET", "BUY", wrote="BTCUSDT", qty="1"),
    ),
    refused("An empty object.", "{}", "422 missing_field order_type"),
    refused(
        "Nothing but the strategy and its token.",
        '{"group_name":"g","token":"tb_demo"}',
        "422 missing_field order_type",
    ),
)  # fmt: skip
