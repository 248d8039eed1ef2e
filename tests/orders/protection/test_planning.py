"""What is done for an entry's exits, from what is known."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from exchanges.vocabulary import MarketType, OrderType, Side
from orders import causes
from orders.protection import planning
from orders.vocabulary import OrderStatus
from tests.orders.protection.kit import (
    ACTIVE,
    BROKEN,
    ENDED,
    ENTRY,
    NOW,
    OPEN,
    SL,
    TP,
    TRAIL,
    entry,
    exit_order,
    kept,
    new_exit,
    pair,
    placed,
    plan,
    position,
    reason,
    terms,
)

S = OrderStatus


def test_a_filled_entry_gets_a_pair_of_exits_that_name_each_other() -> None:
    made = plan(position(10, entry(10)))
    assert placed(made) == {2: 10, 3: 10}
    profit, stop = new_exit(made, TP), new_exit(made, SL)
    assert (profit.side, profit.order_type, profit.price) == (
        Side.SELL,
        OrderType.LIMIT,
        Decimal(110),
    )
    assert (stop.side, stop.order_type, stop.stop_price) == (
        Side.SELL,
        OrderType.STOP_MARKET,
        Decimal(90),
    )
    assert (profit.partner, stop.partner) == (3, 2)


def test_what_rests_already_is_left_alone() -> None:
    before = plan(position(10, entry(10, *pair())))
    (keeping,) = before.keeps
    again = plan(position(10, entry(10, *pair(), kept=keeping.kept)))
    assert again.is_nothing


@pytest.mark.parametrize("attached", [{"take_profit": None}, {"stop_loss": None}])
def test_an_entry_with_one_attached_exit_gets_one(attached: dict[str, None]) -> None:
    made = plan(position(10, entry(10, **attached)))
    (new,) = made.places
    assert (new.quantity, new.partner) == (Decimal(10), None)


def test_a_trail_is_a_stop_of_its_own() -> None:
    made = plan(position(10, entry(10, stop_loss=None, trail=Decimal("4.7"))))
    trail = new_exit(made, TRAIL)
    assert (trail.order_type, trail.stop_price) == (OrderType.STOP_MARKET, None)
    assert trail.trail == Decimal("4.5")


def test_nothing_is_placed_before_anything_is_filled() -> None:
    made = plan(position(0, entry(0, is_finished=False)))
    assert not made.places


def test_each_part_that_fills_gets_a_pair_of_its_own() -> None:
    made = plan(position(15, entry(15, *pair(), is_finished=False)))
    assert placed(made) == {4: 5, 5: 5}


def test_a_part_below_the_minimum_waits_for_more() -> None:
    made = plan(
        position(12, entry(12, *pair(), is_finished=False)), terms(minimum_quantity=Decimal(5))
    )
    assert not made.places
    assert not made.cancels


def test_a_last_part_below_the_minimum_joins_what_rests() -> None:
    small = terms(minimum_quantity=Decimal(5))
    made = plan(position(12, entry(12, *pair())), small)
    assert made.cancels == (102, 103)
    gone = [exit_order(leg, S.CANCELLED, cancel_causes=(causes.GUARD,)) for leg in (2, 3)]
    assert placed(plan(position(12, entry(12, *gone)), small)) == {4: 12, 5: 12}


def test_an_entry_that_ends_too_small_for_its_venue_breaks_its_protection() -> None:
    made = plan(position(3, entry(3)), terms(minimum_quantity=Decimal(5)))
    (keeping,) = made.keeps
    assert not made.places
    assert keeping.kept.status is BROKEN
    assert keeping.told is not None
    assert keeping.told.code == "exit_below_minimum"


def test_less_than_a_step_of_the_venue_is_too_small_as_well() -> None:
    made = plan(position("0.4", entry("0.4")))
    (keeping,) = made.keeps
    assert keeping.kept.status is BROKEN


def test_a_broken_protection_is_told_of_once() -> None:
    small = terms(minimum_quantity=Decimal(5))
    (keeping,) = plan(position(3, entry(3)), small).keeps
    assert plan(position(3, entry(3, kept=keeping.kept)), small).is_nothing


def test_the_quantity_is_rounded_down_to_the_venues_step() -> None:
    assert placed(plan(position("10.7", entry("10.7")))) == {2: 10, 3: 10}


def test_what_is_beyond_the_venues_maximum_comes_in_further_pairs() -> None:
    limited = terms(maximum_quantity=Decimal(6))
    assert placed(plan(position(10, entry(10)), limited)) == {2: 6, 3: 6}
    rest = plan(position(10, entry(10, *pair(quantity=6))), limited)
    assert placed(rest) == {4: 4, 5: 4}


def test_a_pair_at_the_maximum_leaves_no_rest_that_is_too_small() -> None:
    limited = terms(maximum_quantity=Decimal(10), minimum_quantity=Decimal(4))
    assert placed(plan(position(11, entry(11)), limited)) == {2: 7, 3: 7}


def test_when_one_has_taken_all_the_other_is_cancelled() -> None:
    made = plan(position(0, entry(10, exit_order(2, S.FILLED), exit_order(3))))
    assert made.cancels == (103,)
    assert not made.places


def test_a_protection_ends_when_nothing_is_left_and_nothing_stands() -> None:
    gone = exit_order(3, S.CANCELLED, cancel_causes=(causes.GUARD,))
    (keeping,) = plan(position(0, entry(10, exit_order(2, S.FILLED), gone))).keeps
    assert (keeping.kept.status, keeping.kept.guarded) == (ENDED, Decimal(0))


def test_a_protection_goes_on_while_its_entry_may_still_fill() -> None:
    done = entry(10, exit_order(2, S.FILLED), exit_order(3, S.FILLED), is_finished=False)
    (keeping,) = plan(position(0, done)).keeps
    assert keeping.kept.status is ACTIVE


def test_a_partner_that_is_too_large_now_is_replaced_once_its_cancel_is_certain() -> None:
    partly = exit_order(2, S.PARTIALLY_FILLED, filled=Decimal(4))
    first = plan(position(6, entry(10, partly, exit_order(3))))
    assert (first.cancels, first.places) == ((103,), ())
    waiting = plan(position(6, entry(10, partly, exit_order(3, S.CANCELLING))))
    assert (waiting.cancels, waiting.places) == ((), ())
    gone = exit_order(3, S.CANCELLED, cancel_causes=(causes.GUARD,))
    assert placed(plan(position(6, entry(10, partly, gone)))) == {5: 6}


def test_a_linked_venue_keeps_its_pairs_in_step_by_itself() -> None:
    partly = exit_order(2, S.PARTIALLY_FILLED, filled=Decimal(4), linked_to="leg3")
    made = plan(position(6, entry(10, partly, exit_order(3, linked_to="leg2"))), terms(links=True))
    assert not made.cancels
    assert not made.places


def test_what_a_linked_venue_has_ended_by_itself_is_nobodys_decision() -> None:
    taken = exit_order(2, S.CANCELLED, filled=Decimal(4))
    made = plan(position(6, entry(10, taken, exit_order(3, S.CANCELLED))), terms(links=True))
    assert placed(made) == {4: 6, 5: 6}


def test_the_rest_of_a_linked_pair_is_cancelled_when_its_partner_never_stood() -> None:
    never = exit_order(3, S.FAILED, error=reason("bridge_stopped"))
    made = plan(position(10, entry(10, exit_order(2), never)), terms(links=True))
    assert (made.cancels, made.places) == ((102,), ())


def test_a_linked_exit_that_outlives_its_partner_is_cancelled() -> None:
    ended = [exit_order(2, S.FILLED, linked_to="leg3"), exit_order(3, linked_to="leg2")]
    made = plan(position(10, entry(20, *ended, *pair(4))), terms(links=True))
    assert made.cancels == (103,)


@pytest.mark.parametrize("status", sorted(OPEN - {S.CANCELLING}))
def test_no_exit_stays_when_the_position_is_gone(status: OrderStatus) -> None:
    made = plan(position(0, entry(10, exit_order(2, status), exit_order(3, status))))
    assert made.cancels == (102, 103)


def test_what_others_have_closed_is_released_and_never_armed_again() -> None:
    (keeping,) = plan(position(0, entry(10, *pair()))).keeps
    assert keeping.kept.released == 10
    gone = [exit_order(leg, S.CANCELLED, cancel_causes=(causes.GUARD,)) for leg in (2, 3)]
    later = plan(position(10, entry(10, *gone, kept=keeping.kept)))
    assert not later.places


def test_a_partial_exit_replaces_the_pair_by_a_smaller_one() -> None:
    assert plan(position(6, entry(10, *pair()))).cancels == (102, 103)
    gone = [exit_order(leg, S.CANCELLED, cancel_causes=(causes.GUARD,)) for leg in (2, 3)]
    made = plan(position(6, entry(10, *gone, kept=kept(released=4))))
    assert placed(made) == {4: 6, 5: 6}


def test_the_oldest_entry_gives_first() -> None:
    older = entry(10, *pair())
    younger = replace(entry(10, *pair(12)), order_id=8)
    made = plan(position(10, older, younger))
    assert made.cancels == (102, 103)
    assert [each.kept.released for each in made.keeps] == [10, 0]


def test_of_two_pairs_that_cover_too_much_the_one_whose_partner_ended_goes() -> None:
    first = [exit_order(2, S.FILLED, quantity=5), exit_order(3, quantity=5)]
    made = plan(position(5, entry(10, *first, *pair(4, quantity=5))))
    assert made.cancels == (103,)


@pytest.mark.parametrize("status", [S.UNKNOWN, S.PENDING, S.SUBMITTING, S.CANCELLING])
def test_nothing_is_placed_for_what_may_still_be_alive(status: OrderStatus) -> None:
    made = plan(position(10, entry(10, exit_order(2, status), exit_order(3))))
    assert not made.places


def test_an_exit_that_the_venue_refused_breaks_the_protection_and_its_partner_stays() -> None:
    refused = exit_order(2, S.REJECTED, error=reason("price_band"))
    made = plan(position(10, entry(10, refused, exit_order(3))))
    (keeping,) = made.keeps
    assert (made.places, made.cancels) == ((), ())
    assert keeping.kept.status is BROKEN
    assert keeping.told == reason("price_band")
    assert keeping.kept.guarded == 10


def test_what_the_other_kind_lacks_is_placed_even_when_one_kind_is_broken() -> None:
    refused = exit_order(2, S.REJECTED, error=reason("price_band"))
    made = plan(position(15, entry(15, refused, exit_order(3))))
    assert placed(made) == {5: 5}


def test_a_refused_exit_is_no_news_when_the_position_is_gone() -> None:
    refused = exit_order(2, S.REJECTED, error=reason("nothing_to_reduce"))
    (keeping,) = plan(position(0, entry(10, refused, exit_order(3, S.FILLED)))).keeps
    assert keeping.kept.status is ENDED
    assert keeping.told is None


@pytest.mark.parametrize("code", ["bridge_stopped", "never_sent", "not_at_venue"])
def test_an_exit_that_ended_by_nobodys_decision_is_placed_again(code: str) -> None:
    failed = exit_order(2, S.FAILED, error=reason(code), finished_at=NOW - timedelta(seconds=5))
    assert placed(plan(position(10, entry(10, failed, exit_order(3))))) == {4: 10}


def test_an_exit_that_just_failed_is_placed_again_only_after_a_pause() -> None:
    failed = exit_order(2, S.FAILED, error=reason("exchange_unavailable"))
    soon = position(10, entry(10, failed, exit_order(3)))
    assert plan(soon).is_waiting
    assert not plan(soon).places
    assert placed(plan(soon, now=NOW + timedelta(seconds=1))) == {4: 10}


def test_an_exit_that_fails_again_and_again_breaks_the_protection() -> None:
    failed = [
        exit_order(2 * n, S.FAILED, error=reason("exchange_unavailable")) for n in range(1, 11)
    ]
    made = plan(position(10, entry(10, *failed, stop_loss=None)), now=NOW + timedelta(minutes=5))
    (keeping,) = made.keeps
    assert (made.places, keeping.kept.status) == ((), BROKEN)


def test_an_exit_that_expired_is_placed_again() -> None:
    expired = exit_order(2, S.EXPIRED, finished_at=NOW - timedelta(hours=2))
    assert placed(plan(position(10, entry(10, expired, exit_order(3))))) == {4: 10}


@pytest.mark.parametrize("cause", ["alert 01J", "rest: trader", "admin"])
def test_exits_that_their_owner_cancelled_are_not_placed_again(cause: str) -> None:
    gone = [exit_order(leg, S.CANCELLED, cancel_causes=(cause,)) for leg in (2, 3)]
    made = plan(position(10, entry(10, *gone)))
    (keeping,) = made.keeps
    assert (made.places, keeping.kept.status, keeping.told) == ((), ENDED, None)


def test_the_stop_stays_when_its_owner_cancels_only_the_profit() -> None:
    gone = exit_order(2, S.CANCELLED, cancel_causes=("rest: trader",))
    made = plan(position(10, entry(10, gone, exit_order(3))))
    (keeping,) = made.keeps
    assert (made.places, made.cancels, keeping.kept.status) == ((), (), ACTIVE)


@pytest.mark.parametrize("cause", [causes.GUARD, causes.of_exit("01J")])
def test_exits_that_the_bridge_cancelled_come_back_while_there_is_a_position(cause: str) -> None:
    gone = [exit_order(leg, S.CANCELLED, cancel_causes=(cause,)) for leg in (2, 3)]
    assert placed(plan(position(10, entry(10, *gone)))) == {4: 10, 5: 10}


def test_an_exit_cancelled_at_the_venue_by_hand_is_told_of_and_not_placed_again() -> None:
    made = plan(position(10, entry(10, exit_order(2, S.CANCELLED), exit_order(3))))
    (keeping,) = made.keeps
    assert not made.places
    assert keeping.told is not None
    assert keeping.told.code == "exit_cancelled_at_venue"


def test_no_new_exit_for_what_an_exit_of_an_alert_is_on_its_way_to_close() -> None:
    gone = [exit_order(leg, S.CANCELLED, cancel_causes=(causes.of_exit("01J"),)) for leg in (2, 3)]
    made = plan(position(10, entry(10, *gone), leaving=Decimal(10)))
    assert not made.places
    assert made.keeps[0].kept.status is ACTIVE


@pytest.mark.parametrize(
    ("market_type", "caps", "is_shared", "back"),
    [
        (MarketType.FUTURES, True, False, {4: 10, 5: 10}),
        (MarketType.FUTURES, True, True, {}),
        (MarketType.FUTURES, False, False, {}),
        (MarketType.SPOT, True, False, {}),
    ],
)
def test_an_exit_that_rests_leaves_no_room_where_the_venue_does_not_cap_both(
    market_type: MarketType, caps: bool, is_shared: bool, back: dict[int, int]
) -> None:
    gone = [exit_order(leg, S.CANCELLED, cancel_causes=(causes.of_exit("01J"),)) for leg in (2, 3)]
    group = position(10, entry(10, *gone), market_type=market_type, leaving_at_rest=Decimal(10))
    assert placed(plan(replace(group, is_shared=is_shared), terms(caps=caps))) == back


def test_without_the_venues_terms_nothing_is_placed() -> None:
    made = planning.plan(position(10, entry(10)), None, NOW)
    assert not made.places
    assert made.keeps[0].kept.status is ACTIVE


def test_without_the_venues_terms_exits_of_a_position_that_is_gone_are_cancelled() -> None:
    made = planning.plan(position(0, entry(10, *pair())), None, NOW)
    assert made.cancels == (102, 103)


def test_a_plan_names_the_entry_that_it_is_for() -> None:
    made = plan(position(10, entry(10)))
    assert {new.entry_id for new in made.places} == {ENTRY}
    assert made.keeps[0].entry_id == ENTRY


def test_planning_twice_from_the_same_look_makes_the_same_legs() -> None:
    group = position(10, entry(10))
    assert plan(group) == plan(group)
