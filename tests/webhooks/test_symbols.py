import pytest

from exchanges.vocabulary import MarketType
from webhooks.refusals import AlertRefused
from webhooks.symbols import resolve

SPOT, FUTURES = MarketType.SPOT, MarketType.FUTURES
DOMESTIC, OVERSEAS = MarketType.DOMESTIC_STOCK, MarketType.OVERSEAS_STOCK


@pytest.mark.parametrize(
    ("raw", "market_type", "symbol", "venue"),
    [
        ("BTC/USDT", SPOT, "BTC/USDT", None),
        (" btc/usdt ", SPOT, "BTC/USDT", None),
        ("BTCUSDT", SPOT, "BTC/USDT", None),
        ("btckrw", SPOT, "BTC/KRW", None),
        ("BINANCE:BTCUSDT", SPOT, "BTC/USDT", "BINANCE"),
        ("UPBIT:BTCKRW", SPOT, "BTC/KRW", "UPBIT"),
        ("BTC-USDT", SPOT, "BTC/USDT", None),
        ("KRW-BTC", SPOT, "BTC/KRW", None),
        ("USDT-BTC", SPOT, "BTC/USDT", None),
        ("XRP-BTC", SPOT, "XRP/BTC", None),
        ("ETHBTC", SPOT, "ETH/BTC", None),
        ("1000PEPEUSDT", FUTURES, "1000PEPE/USDT", None),
        ("BTCUSDT.P", FUTURES, "BTC/USDT", None),
        ("BINANCE:BTCUSDT.P", FUTURES, "BTC/USDT", "BINANCE"),
        ("BTC/USDT:USDT", FUTURES, "BTC/USDT", None),
        ("BTCUSDTPERP", FUTURES, "BTC/USDT", None),
        ("BTC-USDT-SWAP", FUTURES, "BTC/USDT", None),
        ("BTC/USDT.P", FUTURES, "BTC/USDT", None),
        ("BTC_USDT", SPOT, "BTC/USDT", None),
        ("USDT-KRW", SPOT, "USDT/KRW", None),
        ("KRW-USDT", SPOT, "USDT/KRW", None),
        ("UPBIT:KRW-BTC", SPOT, "BTC/KRW", "UPBIT"),
        ("BTC-DOGE", SPOT, "DOGE/BTC", None),
        ("EURUSDT", SPOT, "EUR/USDT", None),
        ("EUR-USDT", SPOT, "EUR/USDT", None),
        ("USDCUSDT", SPOT, "USDC/USDT", None),
        ("TUSDT", SPOT, "T/USDT", None),
        ("PERPUSDT", SPOT, "PERP/USDT", None),
        ("BINANCE:BTCTUSD", SPOT, "BTC/TUSD", "BINANCE"),
        ("COINBASE:DOTUSD", SPOT, "DOT/USD", "COINBASE"),
        ("005930", DOMESTIC, "005930", None),
        ("KRX:005930", DOMESTIC, "005930", "KRX"),
        ("0126Z0", DOMESTIC, "0126Z0", None),
        ("Q500001", DOMESTIC, "Q500001", None),
        ("AAPL", OVERSEAS, "AAPL", None),
        ("nasdaq:aapl", OVERSEAS, "AAPL", "NASDAQ"),
        ("BRK.B", OVERSEAS, "BRK.B", None),
        ("BRK/B", OVERSEAS, "BRK.B", None),
        ("HKEX:700", OVERSEAS, "700", "HKEX"),
        ("TSE:7203", OVERSEAS, "7203", "TSE"),
        ("A01603", MarketType.DOMESTIC_FUTUREOPTION, "A01603", None),
        ("201S03370", MarketType.DOMESTIC_FUTUREOPTION, "201S03370", None),
        ("6BZ22", MarketType.OVERSEAS_FUTUREOPTION, "6BZ22", None),
        ("101W09", MarketType.DOMESTIC_FUTUREOPTION, "101W09", None),
        ("CME:ESZ26", MarketType.OVERSEAS_FUTUREOPTION, "ESZ26", "CME"),
    ],
)
def test_a_symbol_without_doubt_is_resolved(
    raw: str, market_type: MarketType, symbol: str, venue: str | None
) -> None:
    resolved = resolve(raw, market_type)
    assert (resolved.symbol, resolved.venue) == (symbol, venue)


@pytest.mark.parametrize(
    ("raw", "market_type", "code", "hint"),
    [
        ("@@@", SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("BTC", SPOT, "bad_symbol", "BTC/USDT"),
        ("USDT", SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("BTC/USDT/KRW", SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("005930", SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("X" * 65, SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("비트코인", SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("BTCUSDT.P", SPOT, "perpetual_in_spot", "BTC/USDT"),
        ("BINANCE:BTCUSDTPERP", SPOT, "perpetual_in_spot", "FUTURES"),
        ("ETH", SPOT, "bad_symbol", "ETH/USDT"),
        ("WBTC", SPOT, "bad_symbol", "WBTC/USDT"),
        ("KRW/BTC", SPOT, "bad_symbol", "BTC/KRW"),
        ("KRWBTC", SPOT, "bad_symbol", "BTC/KRW"),
        ("BTC/USDT:USDT", SPOT, "bad_symbol", "BTC/USDT"),
        ("BTC/USD:BTC", FUTURES, "bad_symbol", "BTC/USD"),
        ("BTC/BTC", SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("ß/USDT", SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("NASDAQ:AAPL", SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("KRX:005930", SPOT, "unknown_symbol_form", "BTC/USDT"),
        ("DOTUSD", SPOT, "ambiguous_symbol", "DO/TUSD, DOT/USD"),
        ("SHIBUSD", SPOT, "ambiguous_symbol", "SHI/BUSD, SHIB/USD"),
        ("USDT-USDC", SPOT, "ambiguous_symbol", "USDT/USDC, USDC/USDT"),
        ("BTCTUSD", SPOT, "ambiguous_symbol", "BTC/TUSD, BTCT/USD"),
        ("BTC-ETH", SPOT, "ambiguous_symbol", "BTC/ETH, ETH/BTC"),
        ("5930", DOMESTIC, "bad_symbol", "005930"),
        ("삼성전자", DOMESTIC, "unknown_symbol_form", "005930"),
        ("BTC/USDT", DOMESTIC, "unknown_symbol_form", "005930"),
        ("AAPL", DOMESTIC, "unknown_symbol_form", "005930"),
        ("A005930", DOMESTIC, "bad_symbol", "005930"),
        ("000660.KS", DOMESTIC, "bad_symbol", "000660"),
        ("NASDAQ:005930", DOMESTIC, "unknown_symbol_form", "005930"),
        ("UPBIT:BTCKRW", DOMESTIC, "unknown_symbol_form", "005930"),
        ("BTC/USDT", OVERSEAS, "unknown_symbol_form", "AAPL"),
        ("BTCUSDT", OVERSEAS, "unknown_symbol_form", "AAPL"),
        ("KRX:005930", OVERSEAS, "unknown_symbol_form", "AAPL"),
        ("BINANCE:BTC", OVERSEAS, "unknown_symbol_form", "AAPL"),
        ("BTCKRW", MarketType.DOMESTIC_FUTUREOPTION, "unknown_symbol_form", "101W09"),
        ("005930", MarketType.DOMESTIC_FUTUREOPTION, "unknown_symbol_form", "101W09"),
        ("BTCUSDT", MarketType.OVERSEAS_FUTUREOPTION, "unknown_symbol_form", "ESZ26"),
        ("ESZ2024", MarketType.OVERSEAS_FUTUREOPTION, "bad_symbol", "ESZ24"),
        ("ES1!", MarketType.OVERSEAS_FUTUREOPTION, "undated_future", "'ESZ26'"),
        ("GC1!", MarketType.OVERSEAS_FUTUREOPTION, "undated_future", "'GCZ26'"),
        ("NYMEX:CL1!", MarketType.OVERSEAS_FUTUREOPTION, "undated_future", "'CLZ26'"),
        ("6E10!", MarketType.OVERSEAS_FUTUREOPTION, "undated_future", "'6EZ26'"),
        ("0700.HK", OVERSEAS, "bad_symbol", "'0700'"),
        ("7203.T", OVERSEAS, "bad_symbol", "'7203'"),
        ("애플", OVERSEAS, "unknown_symbol_form", "AAPL"),
        ("NASDAQ:GOOGLE", OVERSEAS, "unknown_symbol_form", "AAPL"),
        ("K200", MarketType.DOMESTIC_FUTUREOPTION, "unknown_symbol_form", "101W09"),
        ("BINANCE:DOTUSD", SPOT, "ambiguous_symbol", "DO/TUSD, DOT/USD"),
        ("BINANCE:ATUSD", SPOT, "ambiguous_symbol", "A/TUSD, AT/USD"),
        ("BINANCE:SHIBUSD", SPOT, "ambiguous_symbol", "SHI/BUSD, SHIB/USD"),
        ("BINANCE:SOLFDUSD", SPOT, "ambiguous_symbol", "SOL/FDUSD, SOLFD/USD"),
        ("BINANCE:DOTUSD.P", FUTURES, "ambiguous_symbol", "DO/TUSD, DOT/USD"),
    ],
)
def test_a_symbol_in_doubt_is_refused_with_a_way_out(
    raw: str, market_type: MarketType, code: str, hint: str
) -> None:
    with pytest.raises(AlertRefused) as caught:
        resolve(raw, market_type)
    refusal = caught.value.refusal
    assert (refusal.reason.code, refusal.field) == (code, "symbol")
    assert hint in refusal.reason.en
    assert hint in refusal.reason.ko


def test_only_the_same_instrument_is_asked_after() -> None:
    with pytest.raises(AlertRefused) as caught:
        resolve("애플", OVERSEAS)
    told = caught.value.refusal.reason
    assert told.ko == "잘못된 심볼 포맷입니다: '애플'. 올바른 형식: 예를 들어 'AAPL'"
    assert "for example" in told.en
    assert "Did you mean" not in told.en


def test_a_continuous_future_says_that_the_month_is_to_be_chosen() -> None:
    with pytest.raises(AlertRefused) as caught:
        resolve("COMEX:GC1!", MarketType.OVERSEAS_FUTUREOPTION)
    told = caught.value.refusal.reason
    assert "Choose its month" in told.en
    assert "월물을 정해" in told.ko
