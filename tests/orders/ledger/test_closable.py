"""What may still be closed of a position, so that two exits never sell twice."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from exchanges.vocabulary import MarketType, Side
from orders import ledger_queries
from orders.models import Order
from orders.vocabulary import OPEN_STATUSES, OrderStatus
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


def _closable(desk: Desk) -> Decimal:
    """In lots."""
    account_id = desk.accounts[0].pk
    with connection.cursor() as cursor:
        closable = ledger_queries.positions(
            cursor, desk.strategy.pk, [account_id], desk.market.market_type, desk.market.symbol
        )
    return closable[account_id] / desk.market.lot


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
