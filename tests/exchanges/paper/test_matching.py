from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.messages import Instrument
from exchanges.paper.instruments import instrument
from exchanges.paper.matching import MOST_TRADES, take, trades_against
from exchanges.precision import is_multiple, tick_at
from exchanges.vocabulary import MarketType, Side

COIN = instrument(MarketType.SPOT, "BTC/USDT")
SHARE = instrument(MarketType.DOMESTIC_STOCK, "005930")
FUTURE = instrument(MarketType.OVERSEAS_FUTUREOPTION, "ESZ26")
MARKETS = [(COIN, Decimal(90000)), (SHARE, Decimal(70000)), (FUTURE, Decimal(6000))]
markets = st.sampled_from(MARKETS)
SECOND = timedelta(seconds=1)


@given(market=markets, lots=st.integers(1, 10**6), side=st.sampled_from(Side))
def test_a_market_order_fills_wholly_within_two_ticks(
    market: tuple[Instrument, Decimal], lots: int, side: Side
) -> None:
    listed, last = market
    quantity = listed.lot * lots
    fills = take(listed, side, quantity, last)
    assert sum(fill.quantity for fill in fills) == quantity
    assert len(fills) <= MOST_TRADES
    for fill in fills:
        worse = (fill.price - last) * side.sign
        assert 0 < worse <= 2 * tick_at(last, listed.ticks)
        assert fill.quantity > 0
        assert is_multiple(fill.quantity, listed.lot)


@given(
    market=markets,
    lots=st.integers(1, 10**6),
    side=st.sampled_from(Side),
    ticks=st.integers(-3, 4),
)
def test_a_limit_order_never_takes_more_than_it_asked_for_or_at_a_worse_price(
    market: tuple[Instrument, Decimal], lots: int, side: Side, ticks: int
) -> None:
    listed, last = market
    limit = last + ticks * tick_at(last, listed.ticks)
    fills = take(listed, side, listed.lot * lots, last, limit)
    assert sum((fill.quantity for fill in fills), Decimal(0)) <= listed.lot * lots
    assert all((limit - fill.price) * side.sign >= 0 for fill in fills)


def test_a_small_market_order_is_one_trade_a_tick_away() -> None:
    (fill,) = take(COIN, Side.BUY, Decimal("0.01"), Decimal(90000))
    assert fill.price == Decimal("90000.01")
    (fill,) = take(SHARE, Side.SELL, Decimal(10), Decimal(70000))
    assert fill.price == Decimal(69900)


def test_an_order_larger_than_the_book_fills_in_several_trades() -> None:
    fills = take(COIN, Side.BUY, Decimal(2), Decimal(90000))
    assert [fill.price for fill in fills[:2]] == [Decimal("90000.01"), Decimal("90000.02")]
    assert len(fills) == 4


def test_a_limit_at_the_best_price_takes_one_level_only() -> None:
    (fill,) = take(COIN, Side.BUY, Decimal(2), Decimal(90000), Decimal("90000.01"))
    assert fill.quantity == Decimal("0.55555")


@pytest.mark.parametrize("side", Side)
def test_a_limit_at_the_last_price_rests(side: Side) -> None:
    assert take(COIN, side, Decimal(1), Decimal(90000), Decimal(90000)) == ()


def _against(remaining: str, last: str, waited: timedelta, listed: Instrument = COIN) -> Decimal:
    limit = Decimal(90000) if listed is COIN else Decimal(6000)
    return trades_against(
        listed, Side.BUY, Decimal(remaining), limit, last=Decimal(last), waited=waited
    )


def test_a_resting_order_trades_with_the_flow_of_the_time_that_passed() -> None:
    assert _against("1", "89999", SECOND / 4) == Decimal("0.02777")
    assert _against("1", "90000", SECOND) == Decimal("0.11111")


def test_the_flow_of_a_second_is_all_that_counts() -> None:
    assert _against("1", "90000", timedelta(hours=1)) == Decimal("0.11111")


def test_a_resting_order_never_trades_beyond_what_is_left() -> None:
    assert _against("0.05", "90000", SECOND) == Decimal("0.05")


def test_nothing_trades_away_from_the_limit_or_without_time() -> None:
    assert _against("1", "90000.01", SECOND) == 0
    assert _against("1", "90000", timedelta(0)) == 0
    assert _against("1", "90000", -SECOND) == 0


def test_a_contract_worth_more_than_the_flow_trades_once_a_second() -> None:
    assert _against("3", "6000", SECOND / 4, FUTURE) == 0
    assert _against("3", "6000", SECOND, FUTURE) == 1
