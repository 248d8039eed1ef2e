from decimal import Decimal

import pytest

from exchanges.errors import NotOffered
from exchanges.paper.instruments import instrument
from exchanges.paper.prices import known_anchor
from exchanges.precision import is_multiple, tick_at
from exchanges.vocabulary import MarketType

LISTED = [
    (MarketType.SPOT, "BTC/USDT"),
    (MarketType.SPOT, "SHIB/USDT"),
    (MarketType.SPOT, "BTC/KRW"),
    (MarketType.SPOT, "ETH/BTC"),
    (MarketType.SPOT, "MYCOIN/USDT"),
    (MarketType.SPOT, "1000PEPE/USDC"),
    (MarketType.FUTURES, "BTC/USDT"),
    (MarketType.FUTURES, "MYCOIN/USDT"),
    (MarketType.DOMESTIC_STOCK, "005930"),
    (MarketType.DOMESTIC_STOCK, "00104K"),
    (MarketType.DOMESTIC_STOCK, "0001A0"),
    (MarketType.OVERSEAS_STOCK, "AAPL"),
    (MarketType.OVERSEAS_STOCK, "BRK.B"),
    (MarketType.DOMESTIC_FUTUREOPTION, "101W09"),
    (MarketType.DOMESTIC_FUTUREOPTION, "A01603"),
    (MarketType.OVERSEAS_FUTUREOPTION, "ESZ26"),
    (MarketType.OVERSEAS_FUTUREOPTION, "6EH6"),
]
UNLISTED = [
    (MarketType.SPOT, "BTCUSDT"),
    (MarketType.SPOT, "BTC/EUR"),
    (MarketType.SPOT, "BTC/BTC"),
    (MarketType.SPOT, "btc/usdt"),
    (MarketType.SPOT, "BTC/USDT\n"),
    (MarketType.FUTURES, "BTC/KRW"),
    (MarketType.FUTURES, "BTC/USDT:USDT"),
    (MarketType.DOMESTIC_STOCK, "5930"),
    (MarketType.DOMESTIC_STOCK, "AAPL"),
    (MarketType.OVERSEAS_STOCK, "005930"),
    (MarketType.OVERSEAS_STOCK, ""),
    (MarketType.DOMESTIC_FUTUREOPTION, "201W09370"),
    (MarketType.DOMESTIC_FUTUREOPTION, "101W13"),
    (MarketType.OVERSEAS_FUTUREOPTION, "ESA26"),
    (MarketType.OVERSEAS_FUTUREOPTION, "ZZZZ26"),
]


@pytest.mark.parametrize(("market_type", "symbol"), LISTED)
def test_a_well_formed_symbol_has_an_instrument_with_usable_steps(
    market_type: MarketType, symbol: str
) -> None:
    listed = instrument(market_type, symbol)
    assert (listed.market_type, listed.symbol) == (market_type, symbol)
    assert listed.lot > 0
    assert is_multiple(listed.minimum_quantity, listed.lot)
    assert all(band.tick > 0 for band in listed.ticks)


@pytest.mark.parametrize(("market_type", "symbol"), UNLISTED)
def test_another_symbol_is_not_offered_and_an_example_is_given(
    market_type: MarketType, symbol: str
) -> None:
    with pytest.raises(NotOffered) as refused:
        instrument(market_type, symbol)
    assert refused.value.reason.code == "symbol_not_listed"
    assert "예:" in refused.value.reason.ko


@pytest.mark.parametrize(("market_type", "symbol"), LISTED)
def test_a_known_price_is_on_its_tick(market_type: MarketType, symbol: str) -> None:
    anchor = known_anchor(market_type, symbol)
    if anchor is not None:
        assert is_multiple(
            anchor.price, tick_at(anchor.price, instrument(market_type, symbol).ticks)
        )


@pytest.mark.parametrize(
    ("market_type", "symbol", "tick", "size"),
    [
        (MarketType.DOMESTIC_FUTUREOPTION, "101W09", "0.05", "250000"),
        (MarketType.OVERSEAS_FUTUREOPTION, "ESZ26", "0.25", "50"),
    ],
)
def test_a_future_has_its_exchanges_tick_and_multiplier(
    market_type: MarketType, symbol: str, tick: str, size: str
) -> None:
    listed = instrument(market_type, symbol)
    assert listed.ticks[0].tick == Decimal(tick)
    assert listed.contract_size == Decimal(size)


def test_a_newcomers_own_coin_can_be_sized_by_a_small_amount() -> None:
    listed = instrument(MarketType.SPOT, "MYCOIN/USDT")
    assert listed.lot * Decimal(90000) < listed.minimum_notional == 5
