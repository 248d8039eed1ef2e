"""Whatever happens to entries, exits and position: no exit too many, and none too few for long."""

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from orders import causes
from orders.protection import planning
from orders.protection.shapes import ZERO
from orders.protection.standing import Kind, is_refused, kind_of
from orders.vocabulary import OrderStatus
from tests.orders.protection.kit import ENDED, terms
from tests.orders.protection.world import World

S = OrderStatus
OWNER = "alert 01J"
QUANTITIES = st.integers(1, 12).map(Decimal)
SMALL = st.integers(1, 4).map(Decimal)


class GuardMachine(RuleBasedStateMachine):
    """Two entries of one position, guarded through restarts by looks at the ledger alone."""

    @initialize(links=st.booleans(), minimum=st.sampled_from([1, 3]))
    def begin(self, links: bool, minimum: int) -> None:
        self.world = World(terms=terms(links=links, minimum_quantity=Decimal(minimum)))
        self.world.enter()
        self.world.enter()

    @rule(number=st.integers(1, 2), quantity=QUANTITIES)
    def entry_fills(self, number: int, quantity: Decimal) -> None:
        if not self.world.entries[number].is_finished:
            self.world.fill(number, quantity)

    @rule(number=st.integers(1, 2))
    def entry_finishes(self, number: int) -> None:
        self.world.finish(number)

    @rule(quantity=SMALL)
    def others_close(self, quantity: Decimal) -> None:
        self.world.close(quantity)

    @rule(quantity=QUANTITIES)
    def others_open(self, quantity: Decimal) -> None:
        """Through entries that nothing is attached to."""
        self.guard_looks()
        self.world.held += quantity

    @rule(pick=st.integers(0, 99), quantity=SMALL)
    def an_exit_trades(self, pick: int, quantity: Decimal) -> None:
        at_venue = self.world.exits(S.NEW, S.PARTIALLY_FILLED, S.CANCELLING, S.UNKNOWN)
        if at_venue:
            number, exit_ = at_venue[pick % len(at_venue)]
            self.world.trade(number, exit_, quantity)

    @rule(
        pick=st.integers(0, 99),
        answer=st.sampled_from([*4 * [S.NEW], S.UNKNOWN, S.FAILED, S.REJECTED]),
    )
    def an_exit_is_answered(self, pick: int, answer: OrderStatus) -> None:
        waiting = self.world.exits(S.PENDING)
        if not waiting:
            return
        number, exit_ = waiting[pick % len(waiting)]
        codes = {S.FAILED: "bridge_stopped", S.REJECTED: "refused"}
        self.world.end(number, exit_, answer, codes.get(answer, ""))

    @rule(pick=st.integers(0, 99))
    def a_cancel_is_answered(self, pick: int) -> None:
        waiting = self.world.exits(S.CANCELLING)
        if waiting:
            number, exit_ = waiting[pick % len(waiting)]
            self.world.end(number, exit_, S.CANCELLED)

    @rule(pick=st.integers(0, 99), cause=st.sampled_from([*4 * [causes.of_exit("01J")], OWNER]))
    def an_exit_is_cancelled(self, pick: int, cause: str) -> None:
        open_exits = self.world.exits(S.PENDING, S.NEW, S.PARTIALLY_FILLED)
        if open_exits:
            number, exit_ = open_exits[pick % len(open_exits)]
            self.world.ask_to_cancel(number, exit_, cause)

    @rule(quantity=SMALL)
    def an_alert_begins_to_leave(self, quantity: Decimal) -> None:
        self.world.leaving = min(quantity, self.world.held)

    @precondition(lambda self: self.world.leaving)
    @rule(fills=st.booleans())
    def an_alert_has_left(self, fills: bool) -> None:
        if fills:
            self.world.close(self.world.leaving)
        self.world.leaving = ZERO

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.all_comes_to_rest()

    @rule()
    def guard_looks(self) -> None:
        """What it places never goes beyond the entry's share; doing it twice does it once."""
        group = self.world.look()
        plan = planning.plan(group, self.world.terms, self.world.now)
        room = sum((each.left for each in planning.released(group)), ZERO) - group.leaving
        for kind in Kind:
            new_ones = [new.quantity for new in plan.places if kind_of(new.role) is kind]
            assert sum(new_ones, ZERO) <= max(room, ZERO)
        shares = {each.order_id: each.left for each in planning.released(group)}
        before = {number: self.world.covered(number) for number in self.world.entries}
        self.world.carry_out(plan)
        once = self.world.exits()
        self.world.carry_out(plan)
        assert self.world.exits() == once
        for number, share in shares.items():
            for old, new in zip(before[number], self.world.covered(number), strict=True):
                assert new <= max(old, share), (number, old, new, share)

    @rule()
    def all_comes_to_rest(self) -> None:
        """What is wanted, and no more, stands once everybody has answered."""
        for _ in range(8):
            self.guard_looks()
            self.world.settle()
        group = self.world.look()
        assert planning.plan(group, self.world.terms, self.world.now).is_nothing
        assert sum((e.left for e in group.entries), ZERO) <= self.world.held
        for number, each in self.world.entries.items():
            if each.left == 0:
                assert not any(exit_.is_open for exit_ in each.exits)
            elif not self._is_off(number) and not self.world.leaving:
                assert self._is_protected(number), (number, each)

    @invariant()
    def no_leg_is_used_twice(self) -> None:
        for entry in self.world.entries.values() if hasattr(self, "world") else ():
            legs = [exit_.leg for exit_ in entry.exits]
            assert len(legs) == len(set(legs))

    @invariant()
    def what_ended_has_nothing_left_alive(self) -> None:
        for entry in self.world.entries.values() if hasattr(self, "world") else ():
            if entry.kept and entry.kept.status is ENDED and entry.kept.seen == entry.filled:
                assert not any(exit_.is_open for exit_ in entry.exits)

    def _is_off(self, number: int) -> bool:
        """A person or the venue decided against some of its exits."""
        exits = self.world.entries[number].exits
        return any(e.is_cancelled_by_its_owner or is_refused(e) for e in exits)

    def _is_protected(self, number: int) -> bool:
        entry = self.world.entries[number]
        least = self.world.terms.instrument.minimum_quantity
        missing = [entry.left - covered for covered in self.world.covered(number)]
        too_small = [0 < lacking < least for lacking in missing]
        if not entry.is_finished or entry.left < least:
            return all(
                not lacking or small for lacking, small in zip(missing, too_small, strict=True)
            )
        return not any(missing)


TestGuard = GuardMachine.TestCase
TestGuard.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
