import pytest

from orders.lanes import Key
from orders.unknowns import UnknownOutcomes
from orders.vocabulary import OrderStatus

LANE: Key = (1, "BTC/USDT")
OTHER: Key = (1, "ETH/USDT")


@pytest.fixture
def unknowns() -> UnknownOutcomes:
    return UnknownOutcomes()


def test_an_unknown_order_blocks_its_own_lane_only(unknowns: UnknownOutcomes) -> None:
    unknowns.add(7, LANE)
    assert unknowns.blocks(LANE)
    assert not unknowns.blocks(OTHER)


def test_a_lane_is_free_when_its_last_unknown_order_is_resolved(unknowns: UnknownOutcomes) -> None:
    unknowns.add(7, LANE)
    unknowns.add(8, LANE)
    unknowns.settle(7, LANE, OrderStatus.NEW)
    assert unknowns.blocks(LANE)
    unknowns.settle(8, LANE, OrderStatus.REJECTED)
    assert not unknowns.blocks(LANE)


def test_the_ledger_brings_in_what_other_processes_do_not_know(unknowns: UnknownOutcomes) -> None:
    unknowns.replace([(9, LANE)], unknowns.asking())
    assert unknowns.blocks(LANE)


def test_the_ledger_lets_go_of_what_another_process_resolved(unknowns: UnknownOutcomes) -> None:
    unknowns.settle(7, LANE, OrderStatus.UNKNOWN)
    unknowns.replace([], unknowns.asking())
    assert not unknowns.blocks(LANE)


def test_an_outcome_not_yet_in_the_ledger_is_not_forgotten(unknowns: UnknownOutcomes) -> None:
    unknowns.add(7, LANE)
    unknowns.replace([], unknowns.asking())
    assert unknowns.blocks(LANE)


def test_an_outcome_recorded_while_the_ledger_was_read_is_not_forgotten(
    unknowns: UnknownOutcomes,
) -> None:
    asked = unknowns.asking()
    unknowns.settle(7, LANE, OrderStatus.UNKNOWN)
    unknowns.replace([], asked)
    assert unknowns.blocks(LANE)
