"""Several instructions in one alert, each read like an alert of its own."""

from tests.webhooks.messages.telling import Plain, cancel, cancel_all, order, read, refused

_BUY = '{"order_type":"MARKET","side":"buy","qty":1}'
_BEYOND = "what a symbol means is the grammar's"


def _batch(*entries: str, top: str = '"symbol":"BTC/USDT"') -> str:
    return f'{{"group_name":"g","token":"tb_demo",{top},"orders":[{",".join(entries)}]}}'


def _buy(index: int = 0, symbol: str = "BTC/USDT", market: str = "SPOT", **more: object) -> Plain:
    place = {"index": index} if index else {}
    return {**order(market, symbol, "MARKET", "BUY", qty="1"), **place, **more}


CASES = (
    read("One entry.", _batch(_BUY), _buy()),
    read("Two entries of two symbols.",
         _batch('{"symbol":"BTC/USDT","order_type":"MARKET","side":"buy","qty":1}',
                '{"ticker":"ETHUSDT","type":"market","action":"long","contracts":"1"}',
                top='"account":"A1"'),
         _buy(account="A1"), _buy(1, "ETH/USDT", written_symbol="ETHUSDT", account="A1")),
    read("Cancels first, then what trades at once, then the rest.",
         _batch('{"order_type":"LIMIT","side":"buy","qty":1,"price":100}', _BUY,
                '{"order_type":"CANCEL_ALL_ORDER"}',
                '{"order_type":"CANCEL","client_order_id":"tb1"}',
                '{"order_type":"STOP_MARKET","side":"sell","qty":1,"stop_price":90}'),
         cancel_all("SPOT", index=2, symbol="BTC/USDT"),
         cancel("SPOT", index=3, client_order_id="tb1", symbol="BTC/USDT"),
         _buy(1),
         order("SPOT", "BTC/USDT", "LIMIT", "BUY", qty="1", price="100"),
         order("SPOT", "BTC/USDT", "STOP_MARKET", "SELL", qty="1", stop_price="90", index=4)),
    read("A grid of three limits.",
         _batch(*(f'{{"order_type":"LIMIT","side":"buy","qty_per":10,"price":{price}}}'
                  for price in (90_000, 89_000, 88_000))),
         *({**order("SPOT", "BTC/USDT", "LIMIT", "BUY", qty_per="10", price=price),
            **({"index": index} if index else {})}
           for index, price in enumerate(("90000", "89000", "88000")))),
    read("The market and the venue fall back, and an entry may have its own.",
         _batch(_BUY, '{"order_type":"MARKET","side":"buy","qty":1,"market_type":"SPOT"}',
                top='"symbol":"BTC/USDT","market_type":"FUTURES","exchange":"BINANCE"'),
         _buy(market="FUTURES", exchange="BINANCE"), _buy(1, exchange="BINANCE")),
    read("An exit and a new entry in one alert.",
         _batch('{"order_type":"MARKET","qty_per":-100}',
                '{"order_type":"MARKET","side":"sell","qty_per":10}',
                top='"symbol":"BTCUSDT.P","market_type":"FUTURES"'),
         order("FUTURES", "BTC/USDT", "MARKET", wrote="BTCUSDT.P", qty_per="-100"),
         order("FUTURES", "BTC/USDT", "MARKET", "SELL", wrote="BTCUSDT.P", qty_per="10",
               index=1)),
    read("Two shares.",
         _batch('{"symbol":"005930","order_type":"MARKET","side":"buy","qty_per":1}',
                '{"symbol":"000660","order_type":"MARKET","side":"buy","qty_per":2}',
                top='"market_type":"DOMESTIC_STOCK"'),
         order("DOMESTIC_STOCK", "005930", "MARKET", "BUY", qty_per="1"),
         order("DOMESTIC_STOCK", "000660", "MARKET", "BUY", qty_per="2", index=1)),
    read("Thirty entries.", _batch(*[_BUY] * 30), *(_buy(index) for index in range(30))),
    read("The alert's id and time are said once.",
         _batch(_BUY, top='"symbol":"BTC/USDT","alert_id":"b1","time":"2026-11-22T10:00:00Z"'),
         _buy(), alert={"alert_id": "b1", "time": "2026-11-22T10:00:00+00:00"}),
    read("A size beside the list does not fall back, and that is said.",
         _batch(_BUY, top='"symbol":"BTC/USDT","qty_per":10'), _buy(), warns=("not_inherited",)),
    read("An id inside an entry is not used, and that is said.",
         _batch('{"order_type":"MARKET","side":"buy","qty":1,"alert_id":"x"}'), _buy(),
         warns=("only_for_the_alert",)),
    read("An unknown field inside an entry is told.",
         _batch('{"order_type":"MARKET","side":"buy","qty":1,"comment":"first"}'), _buy(),
         warns=("unknown_field",)),
    read("One bad entry among good ones is told, and the others go on.",
         _batch(_BUY, '{"order_type":"LIMIT","side":"buy","qty":1}', _BUY), _buy(), _buy(2),
         unread=("1 422 price_required orders[1].price",)),
    read("A symbol in doubt stops only its own entry.",
         _batch('{"symbol":"DOTUSD","order_type":"MARKET","side":"buy","qty":1}', _BUY), _buy(1),
         unread=("0 422 ambiguous_symbol orders[0].symbol",), beyond=_BEYOND),
    read("A cancel goes on beside two entries that cannot be read.",
         _batch('{"order_type":"CANCEL_ALL_ORDER"}',
                '{"order_type":"MARKET","side":"{{strategy.order.action}}","qty":1}',
                '{"order_type":"MARKET","side":"buy"}'),
         cancel_all("SPOT", symbol="BTC/USDT"),
         unread=("1 422 placeholder_unreplaced orders[1].side",
                 "2 422 missing_field orders[2].qty_per")),
    read("What is not used is told with its place, and what no entry takes is not looked at.",
         _batch('{"order_type":"CANCEL_ALL_ORDER","symbol":"BTC/USDT","trail":"x"}',
                top='"symbol":[1],"qty":{"a":1}'),
         cancel_all("SPOT", symbol="BTC/USDT"), warns=("not_inherited", "not_used")),
    read("An entry with a wrong type is told with its place.",
         _batch(_BUY, '{"order_type":"MARKET","side":"buy","qty":true}'), _buy(),
         unread=("1 400 wrong_type orders[1].qty",)),
    refused("When no entry can be read, the first one's reason is the answer.",
            _batch('{"order_type":"MARKET","qty":1}', '{"order_type":"MARKET","side":"buy"}'),
            "422 missing_field orders[0].side"),
    refused("A single bad entry refuses the alert.", _batch('{"side":"buy","qty":1}'),
            "422 missing_field orders[0].order_type"),
    refused("An empty list.", _batch(), "422 empty_batch orders"),
    refused("Thirty-one entries.", _batch(*[_BUY] * 31), "422 too_many_instructions orders"),
    refused("An object in the place of the list.", '{"orders":{"symbol":"BTC/USDT"}}',
            "400 wrong_type orders"),
    refused("Text in the place of an entry.", _batch('"buy"'), "400 wrong_type orders[0]"),
    read("An absent list in an entry is absent.",
         _batch('{"order_type":"MARKET","side":"buy","qty":1,"orders":null}'), _buy()),
    refused("A list in a list.", _batch(f'{{"orders":[{_BUY}]}}'),
            "422 nested_batch orders[0].orders"),
    refused("Coins and shares in one alert.",
            _batch(_BUY, '{"symbol":"005930","market_type":"DOMESTIC_STOCK",'
                   '"order_type":"MARKET","side":"buy","qty":1}'),
            "422 mixed_families orders[1].market_type",
            beyond="which market the strategy trades"),
)  # fmt: skip
