"""Attached exits on the paper exchange: a price that moves, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from exchanges.paper import fixed_prices
from exchanges.vocabulary import MarketType, OrderType, Side
from orders.models import Order, Position
from orders.vocabulary import OrderRole
from tests.bridges import Desk, RunningBridge, alert_for, make_desk
from tests.dsn import test_dsn
from tests.worlds import MARKETS, Market

TP, SL, TRAIL = OrderRole.TAKE_PROFIT, OrderRole.STOP_LOSS, OrderRole.TRAIL
FUTURES = replace(MARKETS[0], name="futures", market_type=MarketType.FUTURES, lot=Decimal("0.001"))


@pytest.fixture(params=(*MARKETS, FUTURES), ids=lambda market: market.name)
def market(request: pytest.FixtureRequest) -> Market:
    """Where one owns what was bought, in both families, and where one holds a position."""
    market: Market = request.param
    return market


@pytest.fixture
def desk(market: Market, transactional_db: None) -> Iterator[Desk]:
    desk = make_desk(market, exchange="PAPER")
    _price(market, market.price)
    yield desk
    fixed_prices.clear_price(test_dsn(), market.market_type, market.symbol)


@pytest.fixture
def bridge(desk: Desk) -> Iterator[RunningBridge]:
    running = RunningBridge(test_dsn()).start()
    running.wait_until(lambda: running.runtime.leadership.is_leader)
    yield running
    running.stop()


@pytest.fixture
def lots(market: Market) -> Decimal:
    """A hundred lots: enough for every minimum."""
    return market.lot * 100


@pytest.fixture
def entry(bridge: RunningBridge, desk: Desk, market: Market, lots: Decimal) -> Order:
    """Bought at the market; profit is taken a tenth above, and it stops a tenth below."""
    made = _enter(bridge, desk, lots, take_profit=_tenths(market, 11), stop_loss=_tenths(market, 9))
    bridge.wait_until(lambda: _resting(made) == {TP: lots, SL: lots}, step=1)
    return made


def test_a_price_that_reaches_the_profit_ends_both(
    bridge: RunningBridge, entry: Order, market: Market
) -> None:
    _price(market, _tenths(market, 12))
    _wait_for_the_end(bridge, entry)
    assert _statuses(entry) == {TP: "FILLED", SL: "CANCELLED"}
    assert _held(bridge, entry) == 0


def test_a_price_that_reaches_the_stop_ends_both(
    bridge: RunningBridge, entry: Order, market: Market
) -> None:
    _price(market, _tenths(market, 8))
    _wait_for_the_end(bridge, entry)
    assert _statuses(entry) == {TP: "CANCELLED", SL: "FILLED"}
    assert _held(bridge, entry) == 0


def test_a_trailing_stop_follows_the_price_up_and_sells_on_its_way_down(
    bridge: RunningBridge, desk: Desk, market: Market, lots: Decimal
) -> None:
    entry = _enter(bridge, desk, lots, trail=_tenths(market, 1))
    bridge.wait_until(lambda: _resting(entry) == {TRAIL: lots}, step=1)
    (stop,) = _exits(entry)
    _price(market, _tenths(market, 15))
    bridge.wait_until(lambda: bool(bridge.call(_asked(bridge, entry))), step=1)
    _price(market, _tenths(market, 13))
    _wait_for_the_end(bridge, entry)
    stop.refresh_from_db()
    assert stop.status == "FILLED"
    assert stop.average_price is not None
    assert stop.average_price > market.price


def test_an_exit_of_the_alert_takes_the_pair_away_and_nothing_comes_back(
    bridge: RunningBridge, desk: Desk, entry: Order, lots: Decimal
) -> None:
    _leave(bridge, desk, entry, lots)
    _wait_for_the_end(bridge, entry)
    assert len(_exits(entry)) == 2
    assert _held(bridge, entry) == 0


def test_a_partial_exit_leaves_the_rest_protected(
    bridge: RunningBridge, desk: Desk, entry: Order, market: Market, lots: Decimal
) -> None:
    part = market.lot * 40
    _leave(bridge, desk, entry, part)
    bridge.wait_until(lambda: _resting(entry) == {TP: lots - part, SL: lots - part}, step=1)
    _price(market, _tenths(market, 8))
    _wait_for_the_end(bridge, entry)
    assert _held(bridge, entry) == 0


def test_a_restart_keeps_the_position_protected(
    bridge: RunningBridge, entry: Order, market: Market
) -> None:
    bridge.stop()
    _price(market, _tenths(market, 8))
    again = RunningBridge(test_dsn(), bridge.time).start()
    try:
        _wait_for_the_end(again, entry)
        assert _held(again, entry) == 0
    finally:
        again.stop()
    assert len(_exits(entry)) == 2


def _price(market: Market, price: Decimal) -> None:
    fixed_prices.set_price(test_dsn(), market.market_type, market.symbol, price)


def _tenths(market: Market, tenths: int) -> Decimal:
    return market.price / 10 * tenths


def _enter(bridge: RunningBridge, desk: Desk, quantity: Decimal, **attached: Any) -> Order:
    draft = desk.draft(order_type=OrderType.MARKET, price=None, quantity=quantity, **attached)
    (flight,) = bridge.execute(draft)
    order = Order.objects.get(pk=flight.order_id)
    assert order.status == "FILLED"
    return order


def _leave(bridge: RunningBridge, desk: Desk, entry: Order, quantity: Decimal) -> None:
    """As an alert's exit does it: what protects the position is cancelled first."""
    draft = desk.draft(
        side=Side.SELL,
        order_type=OrderType.MARKET,
        price=None,
        quantity=quantity,
        reduce_only=True,
        is_exit=True,
    )
    cancels = {draft.account.id: [exit_.pk for exit_ in _exits(entry)]}

    async def leave() -> None:
        engine = bridge.runtime.engine
        execution = await engine.execute(
            alert_for([draft]), [draft], cancels=cancels, cause=f"exit {draft.receipt}"
        )
        await execution.flights[0].done

    bridge.call(leave())


def _exits(entry: Order) -> list[Order]:
    return list(Order.objects.filter(behind=entry.client_order_id).order_by("leg"))


def _resting(entry: Order) -> dict[str, Decimal]:
    return {
        exit_.role: exit_.quantity - exit_.filled_quantity
        for exit_ in _exits(entry)
        if exit_.status in {"NEW", "PARTIALLY_FILLED"}
    }


def _statuses(entry: Order) -> dict[str, str]:
    return {exit_.role: exit_.status for exit_ in _exits(entry)}


def _wait_for_the_end(bridge: RunningBridge, entry: Order) -> None:
    open_statuses = ("PENDING", "SUBMITTING", "NEW", "PARTIALLY_FILLED", "CANCELLING", "UNKNOWN")

    def is_over() -> bool:
        order = Order.objects.select_related("protection").get(pk=entry.pk)
        stands = Order.objects.filter(behind=entry.client_order_id, status__in=open_statuses)
        return order.protection.status == "ENDED" and not stands.exists()

    bridge.wait_until(is_over, step=1)


def _held(bridge: RunningBridge, entry: Order) -> Decimal:
    """What the ledger and the venue say of the position, which must be the same."""
    held: Decimal = Position.objects.get().quantity

    async def at_venue() -> Decimal:
        ledger = await bridge.runtime.ledger.orders([entry.pk])
        exchange = await bridge.runtime.exchanges.of(ledger[entry.pk].draft.account)
        positions = await exchange.fetch_positions()
        return sum((each.quantity for each in positions), Decimal(0))

    assert bridge.call(at_venue()) == held
    return held


async def _asked(bridge: RunningBridge, entry: Order) -> object:
    """Whoever asks the venue lets it match at the price of the moment."""
    ledger = await bridge.runtime.ledger.orders([entry.pk])
    exchange = await bridge.runtime.exchanges.of(ledger[entry.pk].draft.account)
    return await exchange.fetch_open_orders(MarketType(entry.market_type))
