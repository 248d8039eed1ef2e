from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.paper.instruments import instrument
from exchanges.paper.prices import Anchor, Prices, known_anchor, walk
from exchanges.precision import is_multiple, tick_at
from exchanges.vocabulary import MarketType

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
COIN = instrument(MarketType.SPOT, "BTC/USDT")
SHARE = instrument(MarketType.DOMESTIC_STOCK, "005930")
STRANGE = instrument(MarketType.SPOT, "MYCOIN/USDT")
NOTHING = Prices(fixed={}, anchors={})

seconds = st.floats(min_value=-86_400, max_value=86_400 * 400, allow_nan=False)


@given(seconds=seconds, price=st.sampled_from(["0.00001", "2.1", "3000", "90000", "130000000"]))
def test_a_walk_stays_near_its_anchor_and_on_its_tick(seconds: float, price: str) -> None:
    anchor = Anchor(price=Decimal(price), at=NOW)
    walked = walk(STRANGE, anchor, NOW + timedelta(seconds=seconds))
    assert is_multiple(walked, tick_at(walked, STRANGE.ticks))
    assert abs(walked - anchor.price) <= anchor.price * Decimal("0.015") + tick_at(
        walked, STRANGE.ticks
    )


@pytest.mark.parametrize(("listed", "price"), [(COIN, "90000"), (SHARE, "70000")])
def test_a_walk_begins_at_its_anchor(listed: object, price: str) -> None:
    assert walk(listed, Anchor(price=Decimal(price), at=NOW), NOW) == Decimal(price)  # type: ignore[arg-type]


def test_everybody_sees_the_same_walk() -> None:
    anchor = Anchor(price=Decimal("90000.00"), at=NOW)
    same = Anchor(price=Decimal(90000), at=NOW)
    later = NOW + timedelta(seconds=77)
    assert walk(COIN, anchor, later) == walk(COIN, same, later)


def test_a_walk_moves_within_seconds_and_both_ways() -> None:
    anchor = Anchor(price=Decimal(90000), at=NOW)
    path = [walk(COIN, anchor, NOW + timedelta(seconds=second)) for second in range(600)]
    assert len(set(path)) > 500
    assert min(path) < 90000 < max(path)


def test_a_share_moves_too_though_its_ticks_are_wide() -> None:
    anchor = Anchor(price=Decimal(70000), at=NOW)
    assert len({walk(SHARE, anchor, NOW + timedelta(seconds=s)) for s in range(600)}) > 3


def test_two_symbols_walk_apart() -> None:
    anchor = Anchor(price=Decimal(90000), at=NOW)
    later = NOW + timedelta(seconds=100)
    other = instrument(MarketType.SPOT, "ETH/USDT")
    assert walk(COIN, anchor, later) != walk(other, anchor, later)


def test_a_known_symbol_has_a_price_before_anybody_traded_it() -> None:
    price = NOTHING.at(COIN, NOW)
    assert price is not None
    assert abs(price - 90000) < 90000 * Decimal("0.016")


def test_a_strange_symbol_has_none() -> None:
    assert known_anchor(MarketType.SPOT, "MYCOIN/USDT") is None
    assert NOTHING.at(STRANGE, NOW) is None
    assert NOTHING.for_order(STRANGE, None, moves=True, now=NOW) == (None, None)


def test_a_fixed_price_does_not_move_and_no_alert_moves_it() -> None:
    held = Prices(fixed={(MarketType.SPOT, "BTC/USDT"): Decimal("50000.004")}, anchors={})
    assert held.at(COIN, NOW) == held.at(COIN, NOW + timedelta(hours=1)) == 50000
    assert held.for_order(COIN, Decimal(90000), moves=True, now=NOW) == (Decimal(50000), None)


def test_the_price_of_a_market_alert_becomes_the_market() -> None:
    price, anchor = NOTHING.for_order(COIN, Decimal("61234.567"), moves=True, now=NOW)
    assert price == Decimal("61234.57")
    assert anchor == Anchor(price=Decimal("61234.57"), at=NOW)


def test_a_price_that_is_near_enough_is_met_without_leaving_a_new_anchor() -> None:
    anchored = Prices(
        fixed={}, anchors={(MarketType.SPOT, "BTC/USDT"): Anchor(price=Decimal(90000), at=NOW)}
    )
    assert anchored.for_order(COIN, Decimal("90000.01"), moves=True, now=NOW) == (
        Decimal("90000.01"),
        None,
    )


def test_a_limit_does_not_move_a_market_that_has_a_price() -> None:
    price, anchor = NOTHING.for_order(COIN, Decimal(10), moves=False, now=NOW)
    assert price == NOTHING.at(COIN, NOW)
    assert anchor is None


def test_a_limit_gives_a_strange_symbol_its_first_price() -> None:
    price, anchor = NOTHING.for_order(STRANGE, Decimal("1.5"), moves=False, now=NOW)
    assert price == Decimal("1.5")
    assert anchor == Anchor(price=Decimal("1.5"), at=NOW)
