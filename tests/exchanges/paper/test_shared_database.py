"""Many processes, one database: nothing is spent twice, and lost connections are told honestly."""

import asyncio
import threading
from datetime import datetime
from decimal import Decimal

import pytest

from exchanges.base import Exchange, Resources
from exchanges.errors import NotPlaced, OutcomeUnknown, ReadFailed
from exchanges.factory import UnifiedExchangeFactory
from exchanges.paper import desk
from exchanges.paper.fixed_prices import set_price
from exchanges.vocabulary import MarketType, OrderType, ReportStatus, Side
from tests.contracts.rig import Rig
from tests.exchanges.paper.worlds import PaperVenue, execute, fresh_database

KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_orders_of_one_account_at_the_same_instant_never_spend_twice(rig: Rig) -> None:
    adapters = [await rig.adapter(), await rig.adapter()]
    total, _ = await rig.money(adapters[0])
    each = rig.unaffordable / 10 // rig.quantity * rig.quantity
    outcomes = await asyncio.gather(
        *(
            adapters[number % 2].create_order(rig.order(Side.BUY, quantity=each))
            for number in range(20)
        ),
        return_exceptions=True,
    )
    filled = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    assert 0 < len(filled) < 20
    assert all(isinstance(o, NotPlaced) for o in outcomes if o not in filled)
    paid = sum(
        trade.quantity * trade.price + trade.fee for report in filled for trade in report.trades
    )
    assert await rig.position(adapters[0]) == each * len(filled)
    assert (await rig.money(adapters[1]))[0] == total - paid


async def test_the_same_order_sent_by_two_processes_at_once_is_there_once(rig: Rig) -> None:
    adapters = [await rig.adapter(), await rig.adapter()]
    request = rig.order(Side.BUY)
    outcomes = await asyncio.gather(
        *(adapter.create_order(request) for adapter in adapters), return_exceptions=True
    )
    assert sum(isinstance(outcome, OutcomeUnknown) for outcome in outcomes) == 1
    assert await rig.position(adapters[0]) == rig.quantity


async def test_a_resting_order_fills_once_however_many_look_at_it(rig: Rig) -> None:
    adapters = [await rig.adapter() for _ in range(4)]
    request = rig.limit(Side.BUY, rig.below)
    await adapters[0].create_order(request)
    await rig.move_price(rig.below)
    await rig.pass_time(1)
    reports = await asyncio.gather(*(rig.fetched(each, request.ref) for each in adapters))
    assert {report.filled_quantity for report in reports} == {rig.quantity}
    assert await rig.position(adapters[0]) == rig.quantity


async def test_a_stop_trades_once_however_many_look_at_it(rig: Rig) -> None:
    adapters = [await rig.adapter() for _ in range(4)]
    await adapters[0].create_order(rig.order(Side.BUY))
    request = rig.exit(order_type=OrderType.STOP_MARKET, trail=rig.distance)
    await adapters[0].create_order(request)
    for price in (rig.above, rig.price):
        await rig.move_price(price)
        await asyncio.gather(*(rig.fetched(each, request.ref) for each in adapters))
    reports = [await rig.fetched(each, request.ref) for each in adapters]
    assert {report.filled_quantity for report in reports} == {rig.quantity}
    assert await rig.position(adapters[0]) == 0


async def test_two_linked_orders_sent_at_the_same_instant_are_one_pair(rig: Rig) -> None:
    adapters = [await rig.adapter(), await rig.adapter()]
    await adapters[0].create_order(rig.order(Side.BUY))
    names = rig.new_id(), rig.new_id()
    pair = [
        rig.exit(
            client_order_id=mine,
            linked_to=other,
            order_type=OrderType.LIMIT,
            price=rig.above,
        )
        for mine, other in (names, reversed(names))
    ]
    await asyncio.gather(
        *(adapter.create_order(each) for adapter, each in zip(adapters, pair, strict=True))
    )
    await rig.move_price(rig.above)
    await rig.pass_time(1)
    reports = [await rig.fetched(adapters[0], each.ref) for each in pair]
    assert sum(report.filled_quantity for report in reports) == rig.quantity
    assert {each.status for each in reports} == {ReportStatus.FILLED, ReportStatus.CANCELLED}


async def test_accounts_of_a_process_share_connections_and_the_last_gives_them_back(
    rig: Rig,
) -> None:
    first, second = await rig.adapter(), await rig.stranger()
    assert len(desk._DESKS) == 1
    await first.close()
    assert await rig.money(second)
    await second.close()
    assert desk._DESKS == {}


async def test_a_connection_that_died_meanwhile_costs_nobody_an_order(
    venue: PaperVenue, rig: Rig
) -> None:
    exchange = await rig.adapter()
    execute(venue.database_url, KILL)
    report = await exchange.create_order(rig.order(Side.BUY))
    assert report.status is ReportStatus.FILLED


class CuttingClock:
    """Cuts every connection when it is asked for the time, which is between reading and writing."""

    def __init__(self, venue: PaperVenue) -> None:
        self.venue = venue
        self.cuts = False

    def __call__(self) -> datetime:
        if self.cuts:
            self.cuts = False
            execute(self.venue.database_url, KILL)
        return self.venue.clock()


async def _cut_off(venue: PaperVenue, rig: Rig) -> tuple[Exchange, CuttingClock]:
    clock = CuttingClock(venue)
    resources = Resources(database_url=venue.database_url, clock=clock)
    account = venue.account(rig.market_type.family)
    exchange = UnifiedExchangeFactory(resources).create(account)
    await exchange.open()
    venue.adapters.append(exchange)
    return exchange, clock


async def test_a_connection_lost_around_the_commit_leaves_the_outcome_unknown(
    venue: PaperVenue, rig: Rig
) -> None:
    exchange, clock = await _cut_off(venue, rig)
    clock.cuts = True
    request = rig.order(Side.BUY)
    with pytest.raises(OutcomeUnknown):
        await exchange.create_order(request)
    assert await exchange.fetch_order(request.ref) is None


async def test_a_connection_lost_in_a_cancel_leaves_the_outcome_unknown(
    venue: PaperVenue, rig: Rig
) -> None:
    exchange, clock = await _cut_off(venue, rig)
    placed = await exchange.create_order(rig.limit(Side.BUY, rig.below))
    clock.cuts = True
    with pytest.raises(OutcomeUnknown):
        await exchange.cancel_order(placed.ref)
    assert await rig.open_ids(exchange) == [placed.ref.client_order_id]


async def test_a_venue_without_its_database_proves_that_nothing_was_placed(
    venue: PaperVenue, rig: Rig
) -> None:
    resources = Resources(database_url="postgresql:///none?host=/nowhere", clock=venue.clock)
    exchange = UnifiedExchangeFactory(resources).create(venue.account(rig.market_type.family))
    with pytest.raises(NotPlaced) as refused:
        await exchange.open()
    assert refused.value.reason.code == "venue_unavailable"
    with pytest.raises(NotPlaced):
        await exchange.create_order(rig.order(Side.BUY))
    with pytest.raises(ReadFailed):
        await exchange.fetch_balance()
    with pytest.raises(OutcomeUnknown):
        await exchange.cancel_order(rig.order(Side.BUY).ref)
    assert desk._DESKS == {}


async def test_a_closed_adapter_places_nothing(rig: Rig) -> None:
    exchange = await rig.adapter()
    await exchange.close()
    with pytest.raises(NotPlaced):
        await exchange.create_order(rig.order(Side.BUY))
    with pytest.raises(ReadFailed):
        await exchange.fetch_positions()


async def test_an_account_that_was_taken_away_is_proved_empty_handed(
    venue: PaperVenue, rig: Rig
) -> None:
    exchange = await rig.adapter()
    execute(venue.database_url, "DELETE FROM paper.account")
    with pytest.raises(NotPlaced):
        await exchange.create_order(rig.order(Side.BUY))


def test_processes_that_begin_together_make_the_tables_once() -> None:
    with fresh_database() as url:
        failures = []

        def begin() -> None:
            try:
                set_price(url, MarketType.SPOT, "BTC/USDT", Decimal(90000))
            except Exception as error:  # noqa: BLE001 - a thread's failure is carried out of it
                failures.append(error)

        threads = [threading.Thread(target=begin) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []


async def test_a_watch_outlives_a_lost_connection(venue: PaperVenue, rig: Rig) -> None:
    exchange = await rig.adapter()
    watch = exchange.watch_orders()
    first = await exchange.create_order(rig.order(Side.BUY))
    assert (await anext(watch)).ref == first.ref
    execute(venue.database_url, KILL)
    second = await exchange.create_order(rig.order(Side.BUY))
    async with asyncio.timeout(10):
        assert (await anext(watch)).ref == second.ref


async def test_a_watch_of_an_unopened_adapter_begins_with_what_comes(rig: Rig) -> None:
    before = await rig.adapter()
    await before.create_order(rig.order(Side.BUY))
    resources = before.resources
    exchange = UnifiedExchangeFactory(resources).create(before.account)
    watch = exchange.watch_orders()
    waiting = asyncio.ensure_future(anext(watch))
    await exchange.open()
    later = await exchange.create_order(rig.order(Side.BUY))
    async with asyncio.timeout(10):
        assert (await waiting).ref == later.ref
    await exchange.close()
