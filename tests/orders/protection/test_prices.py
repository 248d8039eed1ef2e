"""Prices of exits are never worse than asked."""

from dataclasses import replace
from decimal import Decimal

import pytest

from exchanges.vocabulary import Side
from orders.protection.shapes import Group
from tests.orders.protection.kit import BROKEN, SL, TP, TRAIL, entry, new_exit, plan, position


@pytest.mark.parametrize(
    ("opened_by", "asked", "placed"),
    [
        (Side.BUY, "110.2", "110.5"),  # sells at no less than asked
        (Side.SELL, "89.9", "89.5"),  # buys back at no more than asked
        (Side.BUY, "110.5", "110.5"),
    ],
)
def test_profit_is_taken_at_no_worse_price_than_asked(
    opened_by: Side, asked: str, placed: str
) -> None:
    group = position(10, entry(10, take_profit=Decimal(asked)))
    made = plan(_opened_by(group, opened_by))
    assert new_exit(made, TP).price == Decimal(placed)


@pytest.mark.parametrize(
    ("opened_by", "asked", "placed"),
    [
        (Side.BUY, "90.2", "90.5"),  # a falling price reaches the higher one first
        (Side.SELL, "110.2", "110.0"),  # a rising price reaches the lower one first
    ],
)
def test_a_stop_never_waits_for_a_worse_price_than_asked(
    opened_by: Side, asked: str, placed: str
) -> None:
    group = position(10, entry(10, stop_loss=Decimal(asked)))
    made = plan(_opened_by(group, opened_by))
    assert new_exit(made, SL).stop_price == Decimal(placed)


@pytest.mark.parametrize(("asked", "placed"), [("4.9", "4.5"), ("0.2", "0.5"), ("3", "3")])
def test_a_trail_is_no_wider_than_asked_and_at_least_a_tick(asked: str, placed: str) -> None:
    made = plan(position(10, entry(10, stop_loss=None, trail=Decimal(asked))))
    assert new_exit(made, TRAIL).trail == Decimal(placed)


def test_a_price_that_no_venue_takes_breaks_the_protection_and_the_other_exit_is_placed() -> None:
    group = position(10, entry(10, take_profit=Decimal("0.2"), stop_loss=Decimal(110)))
    made = plan(_opened_by(group, Side.SELL))
    (new,) = made.places
    (keeping,) = made.keeps
    assert (new.role, new.partner) == (SL, None)
    assert keeping.kept.status is BROKEN
    assert keeping.told is not None
    assert keeping.told.code == "off_tick"


def _opened_by(group: Group, side: Side) -> Group:
    return replace(group, key=group.key._replace(side=side))
