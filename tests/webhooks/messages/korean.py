"""Korean names, comments and habits."""

from tests.webhooks.messages.telling import order, read, refused

_SHARE = order("DOMESTIC_STOCK", "005930", "MARKET", "BUY", qty_per="3")

CASES = (
    read(
        "A strategy with a Korean name.",
        '{"group_name":"삼성전자 돌파매매","token":"tb_demo","symbol":"KRX:005930",'
        '"market_type":"DOMESTIC_STOCK","order_type":"LIMIT","side":"buy","price":"71,300",'
        '"qty_per":10}',
        order(
            "DOMESTIC_STOCK",
            "005930",
            "LIMIT",
            "BUY",
            wrote="KRX:005930",
            venue="KRX",
            price="71300",
            qty_per="10",
        ),
    ),
    read(
        "A Korean comment field is reported and does no harm.",
        '{"symbol":"005930","order_type":"MARKET","side":"buy","qty_per":3,'
        '"메모":"골든크로스 매수"}',
        _SHARE,
        market="DOMESTIC_STOCK",
        warns=("unknown_field",),
    ),
    read(
        "A Korean account name narrows the accounts.",
        '{"symbol":"005930","order_type":"MARKET","side":"buy","qty_per":3,"account":"내 계좌 1"}',
        {**_SHARE, "account": "내 계좌 1"},
        market="DOMESTIC_STOCK",
    ),
    read(
        "Korean text in an id is an id.",
        '{"symbol":"005930","order_type":"MARKET","side":"buy","qty_per":3,"id":"매수-2026-11-22"}',
        _SHARE,
        market="DOMESTIC_STOCK",
        alert={"alert_id": "매수-2026-11-22"},
    ),
    read(
        "Full-width digits from a Korean keyboard.",
        '{"symbol":"005930","order_type":"LIMIT","side":"buy","price":"７１，３００","qty_per":"３"}',
        order("DOMESTIC_STOCK", "005930", "LIMIT", "BUY", price="71300", qty_per="3"),
        market="DOMESTIC_STOCK",
    ),
    read(
        "A price in won with commas in JSON.",
        '{"symbol":"UPBIT:BTCKRW","order_type":"LIMIT","side":"buy","price":"135,000,000",'
        '"qty_per":"10"}',
        order(
            "SPOT",
            "BTC/KRW",
            "LIMIT",
            "BUY",
            wrote="UPBIT:BTCKRW",
            venue="UPBIT",
            price="135000000",
            qty_per="10",
        ),
    ),
    read(
        "A chart of Bithumb.",
        '{"symbol":"BITHUMB:XRPKRW","order_type":"MARKET","side":"sell","qty":"150.5"}',
        order(
            "SPOT", "XRP/KRW", "MARKET", "SELL", wrote="BITHUMB:XRPKRW", venue="BITHUMB",
            qty="150.5",
        ),
    ),
    read(
        "A market of Upbit in Upbit's own order.",
        "symbol: KRW-XRP; type: MARKET; action: short; qty: 7",
        order("SPOT", "XRP/KRW", "MARKET", "SELL", wrote="KRW-XRP", qty="7"),
    ),
    read(
        "Korean pairs in plain text are reported beside the known ones.",
        "symbol=005930\norder_type=MARKET\nside=buy\nqty_per=3\nmemo=추세 전환: 매수",
        _SHARE,
        market="DOMESTIC_STOCK",
        warns=("unknown_field",),
    ),
    read(
        "Escapes of Hangul in JSON are Hangul.",
        '{"symbol":"005930","order_type":"MARKET","side":"buy","qty_per":3,'
        '"account":"\\ub0b4 \\uacc4\\uc88c"}',
        {**_SHARE, "account": "내 계좌"},
        market="DOMESTIC_STOCK",
    ),
    refused(
        "A Korean word for the side.",
        '{"symbol":"005930","order_type":"MARKET","side":"매수","qty_per":1}',
        "422 unsupported_side side",
        market="DOMESTIC_STOCK",
        hint="매수",
    ),
    refused(
        "A Korean word for the order type.",
        '{"symbol":"005930","order_type":"시장가","side":"buy","qty_per":1}',
        "422 unsupported_order_type order_type",
        market="DOMESTIC_STOCK",
        hint="BEST_LIMIT",
    ),
    refused(
        "A company's name in the place of its code.",
        '{"symbol":"삼성전자","order_type":"MARKET","side":"buy","qty_per":1}',
        "422 unknown_symbol_form symbol",
        market="DOMESTIC_STOCK",
        hint="005930",
        beyond="what a symbol means is the grammar's",
    ),
    refused(
        "A Korean word for the market.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":1,"market_type":"선물"}',
        "422 unsupported_market_type market_type",
    ),
    refused(
        "A time in words.",
        '{"symbol":"BTCUSDT","order_type":"MARKET","side":"buy","qty":1,"time":"어제 오후"}',
        "422 bad_time time",
    ),
    refused(
        "A number with its unit.",
        '{"symbol":"005930","order_type":"LIMIT","side":"buy","qty_per":"3","price":"71300원"}',
        "422 not_a_number price",
        market="DOMESTIC_STOCK",
        hint="71300원",
    ),
    refused(
        "Ten thousands written in Hangul.",
        '{"symbol":"005930","order_type":"LIMIT","side":"buy","qty_per":"3","price":"7만"}',
        "422 not_a_number price",
        market="DOMESTIC_STOCK",
    ),
    refused(
        "A text in the old Korean encoding.",
        "symbol=005930\norder_type=MARKET\nside=buy\nqty_per=1\nmemo=매수".encode("euc-kr"),
        "400 broken_utf8",
        hint="UTF-8",
    ),
    refused(
        "A missing field of a share is told in the words of securities.",
        '{"order_type":"MARKET","side":"buy","qty_per":1}',
        "422 missing_field symbol",
        market="DOMESTIC_STOCK",
        hint="증권 주문에 필수 필드 누락: symbol",
    ),
    refused(
        "A crypto order that lacks a field is told in the first users' words.",
        '{"order_type":"MARKET","side":"buy","qty_per":1}',
        "422 missing_field symbol",
        hint="필수 필드 누락: symbol",
    ),
)  # fmt: skip
