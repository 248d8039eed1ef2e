"""What may still be closed of a position and what rests, so that nothing is sent twice."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from exchanges.vocabulary import MarketType, Side
from orders import ledger_queries
from orders.ledger_queries import Standing
from orders.models import Order
from orders.vocabulary import OPEN_STATUSES, OrderRole, OrderStatus
from tests.bridges import Desk, make_desk
from tests.orders.rows import hold, make_order
from tests.worlds import Market

FINISHED = sorted(frozenset(OrderStatus) - OPEN_STATUSES)


@pytest.fixture
def desk(market: Market, db: None) -> Desk:
    return make_desk(market, accounts=2)


def _order(desk: Desk, lots: int, **changes: Any) -> Order:
    fields: dict[str, Any] = {
        "side": Side.SELL.value,
        "reduce_only": True,
        "quantity": desk.market.lot * lots,
    }
    return make_order(desk.strategy, desk.accounts[0], desk.market, **fields | changes)


def _hold(desk: Desk, lots: int) -> None:
    hold(desk.strategy, desk.accounts[0], desk.market, desk.market.lot * lots)


def _standing(desk: Desk, *freed: Order) -> Standing:
    """In lots."""
    account_id, lot = desk.accounts[0].pk, desk.market.lot
    market = ledger_queries.Market(
        strategy_id=desk.strategy.pk,
        account_ids=[account_id, account_id, desk.accounts[1].pk],
        market_type=desk.market.market_type,
        symbol=desk.market.symbol,
    )
    with connection.cursor() as cursor:
        standings = ledger_queries.standings(cursor, market, [order.pk for order in freed])
    assert set(standings) == {account.pk for account in desk.accounts}
    mine = standings[account_id]
    return Standing(closable=mine.closable / lot, resting=mine.resting / lot)


def _closable(desk: Desk, *freed: Order) -> Decimal:
    return _standing(desk, *freed).closable


def _resting(desk: Desk, *freed: Order) -> Decimal:
    return _standing(desk, *freed).resting


@pytest.mark.parametrize("status", sorted(OPEN_STATUSES))
def test_what_an_unfinished_exit_closes_cannot_be_closed_again(
    desk: Desk, status: OrderStatus
) -> None:
    _hold(desk, 10)
    _order(desk, 4, status=status.value)
    assert _closable(desk) == 6


@pytest.mark.parametrize("status", FINISHED)
def test_a_finished_exit_takes_nothing(desk: Desk, status: OrderStatus) -> None:
    _hold(desk, 10)
    _order(desk, 4, status=status.value)
    assert _closable(desk) == 10


def test_what_an_exit_has_filled_is_in_the_position_already(desk: Desk) -> None:
    _hold(desk, 7)
    _order(desk, 4, status="PARTIALLY_FILLED", filled_quantity=desk.market.lot * 3)
    assert _closable(desk) == 6


def test_exits_of_more_than_there_is_leave_nothing_and_never_the_other_side(desk: Desk) -> None:
    _hold(desk, 10)
    _order(desk, 8)
    _order(desk, 8)
    assert _closable(desk) == 0


def test_a_short_is_closed_by_buying(desk: Desk) -> None:
    _hold(desk, -10)
    _order(desk, 4, side=Side.BUY.value)
    _order(desk, 3, side=Side.SELL.value)
    assert _closable(desk) == -6


def test_an_order_that_is_no_exit_takes_nothing(desk: Desk) -> None:
    _hold(desk, 10)
    _order(desk, 4, reduce_only=False)
    assert _closable(desk) == 10


def test_an_exit_of_another_account_symbol_or_market_takes_nothing(desk: Desk) -> None:
    _hold(desk, 10)
    other_market = next(m for m in MarketType if m is not desk.market.market_type)
    _order(desk, 4, symbol="OTHER")
    _order(desk, 4, market_type=other_market.value)
    make_order(desk.strategy, desk.accounts[1], desk.market, side=Side.SELL.value, reduce_only=True)
    assert _closable(desk) == 10


def test_an_account_that_holds_nothing_has_nothing_to_close(desk: Desk) -> None:
    _order(desk, 4)
    assert _closable(desk) == 0


def test_an_exit_takes_its_part_where_the_venue_has_no_word_for_it(desk: Desk) -> None:
    _hold(desk, 10)
    _order(desk, 4, reduce_only=False, is_exit=True)
    assert _standing(desk) == Standing(closable=Decimal(6), resting=Decimal(0))


def test_an_exit_that_protects_an_entry_leaves_everything_to_be_closed(desk: Desk) -> None:
    _hold(desk, 10)
    _order(desk, 10, role=OrderRole.STOP_LOSS.value, is_exit=True)
    assert _closable(desk) == 10


def test_an_exit_that_is_cancelled_first_takes_nothing(desk: Desk) -> None:
    _hold(desk, 10)
    cancelled, _kept = _order(desk, 4), _order(desk, 3, instruction=1)
    assert _closable(desk, cancelled) == 7


@pytest.mark.parametrize("status", sorted(OPEN_STATUSES))
def test_what_an_unfinished_order_will_still_open_rests(desk: Desk, status: OrderStatus) -> None:
    _order(desk, 5, side=Side.BUY.value, reduce_only=False, status=status.value)
    assert _standing(desk) == Standing(closable=Decimal(0), resting=Decimal(5))


@pytest.mark.parametrize("status", FINISHED)
def test_a_finished_order_rests_no_more(desk: Desk, status: OrderStatus) -> None:
    _order(desk, 5, side=Side.BUY.value, reduce_only=False, status=status.value)
    assert _resting(desk) == 0


def test_what_rests_is_signed_and_without_what_is_filled(desk: Desk) -> None:
    filled = desk.market.lot * 2
    _order(desk, 5, side=Side.BUY.value, reduce_only=False, filled_quantity=filled)
    _order(desk, 7, side=Side.SELL.value, reduce_only=False)
    assert _resting(desk) == -4


def test_exits_do_not_rest(desk: Desk) -> None:
    _hold(desk, 10)
    _order(desk, 4)
    _order(desk, 4, role=OrderRole.TAKE_PROFIT.value)
    assert _resting(desk) == 0


def test_an_opening_order_that_is_cancelled_first_does_not_rest(desk: Desk) -> None:
    cancelled = _order(desk, 5, side=Side.BUY.value, reduce_only=False)
    assert _resting(desk, cancelled) == 0


def test_only_unfinished_exits_that_protect_an_entry_are_protective(desk: Desk) -> None:
    stop = _order(desk, 4, role=OrderRole.STOP_LOSS.value)
    _order(desk, 4, role=OrderRole.STOP_LOSS.value, status="CANCELLED")
    _order(desk, 4)
    market = ledger_queries.Market(
        strategy_id=desk.strategy.pk,
        account_ids=[account.pk for account in desk.accounts],
        market_type=desk.market.market_type,
        symbol=desk.market.symbol,
    )
    with connection.cursor() as cursor:
        protective = ledger_queries.protective_orders(cursor, market)
    assert protective == {desk.accounts[0].pk: [stop.pk], desk.accounts[1].pk: []}
