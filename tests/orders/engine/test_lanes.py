import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.messages import ExchangeAccount
from exchanges.vocabulary import AccountType, MarketType, OrderType, Side
from orders.drafts import OrderDraft
from orders.flights import Flight
from orders.lanes import Lanes, Place, Turns
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
LOOP = asyncio.new_event_loop()
LOOP.close()


@pytest.fixture
def lanes() -> Lanes:
    return Lanes()


def _flight(order_id: int, account_id: int = 1) -> Flight:
    return Flight(
        draft=replace(DRAFT, account=replace(DRAFT.account, id=account_id)),
        order_id=order_id,
        status=OrderStatus.PENDING,
        committed_monotonic=0.0,
        done=asyncio.Future(loop=LOOP),
    )


def _turns(lanes: Lanes, *account_ids: int) -> Turns:
    def leave(places: Iterable[Place]) -> None:
        for place in places:
            lanes.leave(place)

    return Turns(lanes, account_ids, leave)


def test_the_first_of_an_idle_lane_starts_when_it_is_committed(lanes: Lanes) -> None:
    place, flight = lanes.enter(1), _flight(1)
    assert lanes.is_first(place)
    assert lanes.board(place, flight) is flight


def test_the_second_starts_only_when_the_first_is_finished(lanes: Lanes) -> None:
    first, second = lanes.enter(1), lanes.enter(1)
    flying, waiting = _flight(1), _flight(2)
    lanes.board(first, flying)
    lanes.leave(first)
    assert lanes.board(second, waiting) is None
    assert lanes.finish(flying) is waiting


def test_all_orders_of_an_alert_go_before_those_of_a_later_one(lanes: Lanes) -> None:
    early, late = lanes.enter(1), lanes.enter(1)
    one, two, other = _flight(1), _flight(2), _flight(3)
    lanes.board(late, other)
    assert lanes.board(early, one) is one
    assert lanes.board(early, two) is None
    assert lanes.finish(one) is two
    assert lanes.finish(two) is None
    assert lanes.leave(early) is other


def test_a_later_alert_that_commits_earlier_does_not_overtake(lanes: Lanes) -> None:
    early, late = lanes.enter(1), lanes.enter(1)
    first, second = _flight(1), _flight(2)
    assert lanes.board(late, second) is None
    assert lanes.board(early, first) is first
    lanes.leave(early)
    assert lanes.finish(first) is second


def test_a_place_that_no_order_took_lets_the_next_one_start(lanes: Lanes) -> None:
    gone, place, flight = lanes.enter(1), lanes.enter(1), _flight(2)
    lanes.board(place, flight)
    assert lanes.leave(gone) is flight


def test_leaving_from_the_middle_disturbs_nobody(lanes: Lanes) -> None:
    first, middle, last = lanes.enter(1), lanes.enter(1), lanes.enter(1)
    flying, waiting = _flight(1), _flight(3)
    lanes.board(first, flying)
    lanes.board(last, waiting)
    assert lanes.leave(middle) is None
    lanes.leave(first)
    assert lanes.finish(flying) is waiting


def test_leaving_twice_takes_nothing_from_those_behind(lanes: Lanes) -> None:
    gone, next_one = lanes.enter(1), lanes.enter(1)
    lanes.leave(gone)
    lanes.leave(gone)
    assert lanes.is_first(next_one)


def test_lanes_of_other_accounts_are_idle(lanes: Lanes) -> None:
    lanes.enter(1)
    assert lanes.is_first(lanes.enter(2))


def test_nothing_is_kept_of_what_left_behind_a_place_that_stays(lanes: Lanes) -> None:
    first = lanes.enter(1)
    for _ in range(100_000):
        lanes.leave(lanes.enter(1))
    assert len(first.lane.places) == 1


def test_nothing_is_kept_of_a_hundred_thousand_lanes(lanes: Lanes) -> None:
    for number in range(100_000):
        place, flight = lanes.enter(number % 997), _flight(number, number % 997)
        lanes.board(place, flight)
        lanes.leave(place)
        lanes.finish(flight)
    assert len(lanes) == 0


async def test_a_turn_is_reached_at_once_in_an_idle_lane(lanes: Lanes) -> None:
    with _turns(lanes, 1) as turns:
        assert await turns.reached(1, within=0)


async def test_a_turn_is_not_reached_while_an_order_before_it_flies(lanes: Lanes) -> None:
    place, flight = lanes.enter(1), _flight(1)
    lanes.board(place, flight)
    lanes.leave(place)
    with _turns(lanes, 1) as turns:
        assert not await turns.reached(1, within=0.001)
        lanes.finish(flight)
        assert await turns.reached(1, within=0)


async def test_whoever_waits_for_a_turn_is_woken_by_what_lands(lanes: Lanes) -> None:
    place, flight = lanes.enter(1), _flight(1)
    lanes.board(place, flight)
    lanes.leave(place)
    with _turns(lanes, 1) as turns:
        waiting = asyncio.gather(*(turns.reached(1, within=60) for _ in range(2)))
        await asyncio.sleep(0)
        lanes.finish(flight)
        assert await waiting == [True, True]


async def test_whoever_waits_for_a_turn_is_woken_by_who_gives_up(lanes: Lanes) -> None:
    with _turns(lanes, 1) as earlier, _turns(lanes, 1) as later:
        waiting = asyncio.ensure_future(later.reached(1, within=60))
        await asyncio.sleep(0)
        earlier.__exit__(None, None, None)
        assert await waiting


async def test_a_cancelled_wait_leaves_the_lane_when_its_turns_end(lanes: Lanes) -> None:
    flight = _flight(1)
    blocking = lanes.enter(1)

    async def wait() -> None:
        with _turns(lanes, 1) as turns:
            await turns.reached(1, within=60)

    waiting = asyncio.ensure_future(wait())
    await asyncio.sleep(0)
    last = lanes.enter(1)
    lanes.board(last, flight)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert lanes.leave(blocking) is flight


def test_turns_that_end_in_an_error_leave_every_lane(lanes: Lanes) -> None:
    with pytest.raises(LookupError), _turns(lanes, 1, 2, 1):
        raise LookupError
    assert len(lanes) == 0


def test_turns_that_were_handed_over_are_not_left_at_the_end(lanes: Lanes) -> None:
    with _turns(lanes, 1) as turns:
        (place,) = turns.handed_over().values()
    assert lanes.is_first(place)


class Walk:
    """Places, flights and departures in any order, beside what is to come of them."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.open: list[tuple[int, Place]] = []
        self.flying: dict[int, Flight] = {}
        self.started: list[tuple[int, int]] = []
        self.boarded: list[tuple[int, int]] = []
        self._entered = 0

    def enter(self, _pick: int) -> None:
        self._entered += 1
        self.open.append((self._entered, self.lanes.enter(self._entered % 2)))

    def board(self, pick: int) -> None:
        if self.open:
            number, place = self.open[pick % len(self.open)]
            order_id = number * 1000 + len(self.boarded)
            self.boarded.append((number % 2, order_id))
            self._start(self.lanes.board(place, _flight(order_id, number % 2)))

    def leave(self, pick: int) -> None:
        if self.open:
            _, place = self.open.pop(pick % len(self.open))
            self._start(self.lanes.leave(place))

    def land(self, pick: int) -> None:
        if self.flying:
            account_id = sorted(self.flying)[pick % len(self.flying)]
            self._start(self.lanes.finish(self.flying.pop(account_id)))

    def _start(self, flight: Flight | None) -> None:
        if flight is not None:
            account_id = flight.draft.account.id
            assert account_id not in self.flying, "two orders of one account at once"
            self.flying[account_id] = flight
            self.started.append((account_id, flight.order_id))


_STEPS: list[Callable[[Walk, int], None]] = [Walk.enter, Walk.board, Walk.leave, Walk.land]


@given(st.lists(st.tuples(st.sampled_from(_STEPS), st.integers(0, 9)), max_size=60))
def test_whatever_happens_orders_start_in_the_order_of_their_places_and_no_lane_is_left_blocked(
    steps: list[tuple[Callable[[Walk, int], None], int]],
) -> None:
    walk = Walk()
    for step, pick in steps:
        step(walk, pick)
    while walk.open or walk.flying:
        walk.leave(0)
        walk.land(0)
    for account_id in (0, 1):
        started = [order_id for account, order_id in walk.started if account == account_id]
        assert started == sorted(o for account, o in walk.boarded if account == account_id)
    assert len(walk.lanes) == 0
