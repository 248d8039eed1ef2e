import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side
from orders.drafts import OrderDraft
from orders.flights import Flight
from orders.lanes import Key, Lanes
from orders.vocabulary import OrderStatus

DRAFT = OrderDraft(
    account=ExchangeAccount(
        id=1, name="A1", account_type=AccountType.CRYPTO, exchange="SCRIPTED", is_demo=True
    ),
    owner_id=1,
    strategy_id=1,
    group_name="test1",
    receipt="1",
    instruction=0,
    client_order_id="a",
    market_type=MarketType.SPOT,
    symbol="BTC/USDT",
    side=Side.BUY,
    order_type=OrderType.MARKET,
    quantity=Decimal(1),
    expires_at=datetime(2030, 1, 1, tzinfo=UTC),
)
LANE: Key = (1, "BTC/USDT")


@pytest.fixture
def lanes() -> Lanes:
    return Lanes()


async def _flight(order_id: int, symbol: str = "BTC/USDT") -> Flight:
    return Flight(
        draft=replace(DRAFT, symbol=symbol),
        order_id=order_id,
        status=OrderStatus.PENDING,
        committed_monotonic=0.0,
        done=asyncio.get_running_loop().create_future(),
    )


async def test_the_first_of_an_idle_lane_starts_when_it_is_committed(lanes: Lanes) -> None:
    place, is_first = lanes.enter(LANE)
    flight = await _flight(1)
    assert is_first
    assert lanes.board(place, flight) is flight


async def test_the_second_starts_only_when_the_first_is_finished(lanes: Lanes) -> None:
    first, second = await _flight(1), await _flight(2)
    place_1, _ = lanes.enter(LANE)
    place_2, is_first = lanes.enter(LANE)
    lanes.board(place_1, first)
    assert not is_first
    assert lanes.board(place_2, second) is None
    assert lanes.finish(first) is second


async def test_a_later_alert_that_commits_earlier_does_not_overtake(lanes: Lanes) -> None:
    early, late = await _flight(1), await _flight(2)
    place_of_early, _ = lanes.enter(LANE)
    place_of_late, _ = lanes.enter(LANE)
    assert lanes.board(place_of_late, late) is None
    assert lanes.board(place_of_early, early) is early
    assert lanes.finish(early) is late


async def test_an_order_that_was_not_committed_lets_the_next_one_start(lanes: Lanes) -> None:
    gone, _ = lanes.enter(LANE)
    place, _ = lanes.enter(LANE)
    flight = await _flight(2)
    lanes.board(place, flight)
    assert lanes.withdraw(gone) is flight


async def test_an_order_withdrawn_from_the_middle_disturbs_nobody(lanes: Lanes) -> None:
    first, last = await _flight(1), await _flight(3)
    place_1, _ = lanes.enter(LANE)
    middle, _ = lanes.enter(LANE)
    place_3, _ = lanes.enter(LANE)
    lanes.board(place_1, first)
    lanes.board(place_3, last)
    assert lanes.withdraw(middle) is None
    assert lanes.finish(first) is last


async def test_lanes_of_other_symbols_and_accounts_are_idle(lanes: Lanes) -> None:
    lanes.enter(LANE)
    assert lanes.enter((1, "ETH/USDT"))[1]
    assert lanes.enter((2, "BTC/USDT"))[1]


async def test_nothing_is_kept_of_a_hundred_thousand_lanes(lanes: Lanes) -> None:
    flight = await _flight(1)
    for number in range(100_000):
        flight.draft = replace(DRAFT, symbol=f"S{number % 997}")
        place, _ = lanes.enter(flight.lane)
        lanes.board(place, flight)
        lanes.finish(flight)
    assert len(lanes) == 0
