"""What is not placed just now: beside what rests already, while a switch is off, after a cancel."""

from dataclasses import replace
from decimal import Decimal

import pytest

from orders import causes
from orders.vocabulary import OrderStatus
from tests.orders.protection.kit import (
    ACTIVE,
    BROKEN,
    ENDED,
    entry,
    exit_order,
    kept,
    pair,
    placed,
    plan,
    position,
    reason,
)

S = OrderStatus


@pytest.mark.parametrize(("is_shared", "cancels"), [(False, ()), (True, (102, 103))])
def test_a_pair_beside_an_exit_that_rests_shrinks_where_others_part_would_be_closed(
    is_shared: bool, cancels: tuple[int, ...]
) -> None:
    group = position(10, entry(10, *pair()), leaving_at_rest=Decimal(4), is_shared=is_shared)
    assert plan(group).cancels == cancels


def test_an_exit_that_rests_holds_back_the_oldest_entries_share_once() -> None:
    younger = replace(entry(10), order_id=8)
    group = position(20, entry(10), younger, leaving_at_rest=Decimal(14), is_shared=True)
    assert [(new.entry_id, new.quantity) for new in plan(group).places] == [
        (8, Decimal(6)),
        (8, Decimal(6)),
    ]


def test_what_is_switched_off_is_not_placed_and_says_that_it_waits() -> None:
    made = plan(position(10, entry(10)), is_switched_off=True)
    (keeping,) = made.keeps
    assert (made.places, made.is_waiting) == ((), True)
    assert (keeping.kept.status, keeping.kept.guarded) == (BROKEN, Decimal(10))
    assert keeping.told is not None
    assert keeping.told.code == "exit_waits_for_switch"
    again = plan(position(10, entry(10, kept=keeping.kept)), is_switched_off=True)
    assert again.is_nothing
    assert again.is_waiting


def test_what_waited_for_a_switch_is_placed_and_mended_once_it_is_on() -> None:
    (keeping,) = plan(position(10, entry(10)), is_switched_off=True).keeps
    on = plan(position(10, entry(10, kept=keeping.kept)))
    assert placed(on) == {2: 10, 3: 10}
    (mended,) = on.keeps
    assert (mended.kept.status, mended.kept.error, mended.told) == (ACTIVE, None, None)


def test_a_protection_that_waits_for_a_switch_ends_with_its_position() -> None:
    (keeping,) = plan(position(10, entry(10)), is_switched_off=True).keeps
    (ended,) = plan(position(0, entry(10, kept=keeping.kept)), is_switched_off=True).keeps
    assert (ended.kept.status, ended.kept.error) == (ENDED, None)


def test_what_a_switch_has_stopped_counts_as_no_attempt() -> None:
    stopped = reason("account_switched_off")
    failed = [exit_order(leg, S.FAILED, error=stopped) for leg in range(2, 32)]
    assert placed(plan(position(10, entry(10, *failed)))) == {32: 10, 33: 10}


def test_a_pair_that_would_not_come_back_stays_while_it_is_switched_off() -> None:
    group = position(6, entry(10, *pair()))
    assert plan(group, is_switched_off=True).cancels == ()
    assert plan(replace(group, is_shared=True), is_switched_off=True).cancels == (102, 103)


def test_a_refusal_by_the_venue_outlasts_the_wait_for_a_switch() -> None:
    refused = exit_order(2, S.REJECTED, error=reason("price_band"))
    (waiting,) = plan(position(10, entry(10, refused)), is_switched_off=True).keeps
    on = plan(position(10, entry(10, refused, kept=waiting.kept)))
    assert placed(on) == {5: 10}
    assert (on.keeps[0].kept.status, on.keeps[0].kept.error) == (BROKEN, reason("price_band"))


def test_a_cancel_of_the_owner_that_had_no_effect_changes_nothing() -> None:
    profit, stop = pair()
    stop = replace(stop, cancel_causes=("rest: trader",))
    assert plan(position(4, entry(10, profit, stop))).cancels == (102, 103)
    gone = [
        exit_order(leg, S.CANCELLED, cancel_causes=("rest: trader", causes.GUARD)) for leg in (2, 3)
    ]
    assert placed(plan(position(4, entry(10, *gone, kept=kept(released=6))))) == {4: 4, 5: 4}


def test_a_cancel_of_the_owner_holds_while_it_is_under_way() -> None:
    asked = [exit_order(leg, S.CANCELLING, cancel_causes=("admin",)) for leg in (2, 3)]
    assert not plan(position(12, entry(12, *asked))).places
