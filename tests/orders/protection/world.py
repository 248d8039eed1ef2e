"""A ledger and a venue in memory, for the guard: exact, and as wilful as real ones."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from orders import causes
from orders.protection import planning
from orders.protection.shapes import ZERO, Entry, Exit, Group, NewExit, Plan, Terms
from orders.vocabulary import OrderStatus
from tests.orders.protection.kit import NOW, entry, position, reason

S = OrderStatus


@dataclass(kw_only=True)
class World:
    """`held` is the position; `leaving` what an exit of an alert is on its way to close."""

    terms: Terms
    held: Decimal = ZERO
    leaving: Decimal = ZERO
    now: datetime = NOW
    entries: dict[int, Entry] = field(default_factory=dict)

    def enter(self) -> None:
        number = len(self.entries) + 1
        self.entries[number] = replace(
            entry(0, is_finished=False), order_id=number, client_order_id=f"entry{number}"
        )

    def look(self) -> Group:
        return position(self.held, *self.entries.values(), leaving=self.leaving)

    def fill(self, number: int, quantity: Decimal) -> None:
        each = self.entries[number]
        self.entries[number] = replace(each, filled=each.filled + quantity)
        self.held += quantity

    def finish(self, number: int) -> None:
        self.entries[number] = replace(self.entries[number], is_finished=True)

    def close(self, quantity: Decimal) -> None:
        """Others close some of the position."""
        self.held -= min(quantity, self.held)

    def exits(self, *statuses: OrderStatus) -> list[tuple[int, Exit]]:
        return [
            (number, each)
            for number, entry_ in self.entries.items()
            for each in entry_.exits
            if not statuses or each.status in statuses
        ]

    def put(self, number: int, exit_: Exit) -> None:
        each = self.entries[number]
        others = [e for e in each.exits if e.leg != exit_.leg]
        exits = sorted([*others, exit_], key=lambda e: e.leg)
        self.entries[number] = replace(each, exits=tuple(exits))

    def end(self, number: int, exit_: Exit, status: OrderStatus, code: str = "") -> None:
        error = reason(code) if code else None
        self.put(number, replace(exit_, status=status, finished_at=self.now, error=error))

    def ask_to_cancel(self, number: int, exit_: Exit, cause: str) -> None:
        """Never sent: cancelled at once. Not known: asked for at the venue, and not recorded."""
        if exit_.status is S.PENDING:
            self.end(number, replace(exit_, cancel_causes=(cause,)), S.CANCELLED)
        elif exit_.is_resting:
            asked = (*exit_.cancel_causes, cause)
            self.put(number, replace(exit_, status=S.CANCELLING, cancel_causes=asked))

    def trade(self, number: int, exit_: Exit, quantity: Decimal) -> None:
        """Never more than the position: exits only reduce."""
        twin = self._twin(number, exit_)
        room = self._room(number, exit_)
        quantity = min(quantity, room, self.held)
        if quantity <= 0:
            return
        self.held -= quantity
        filled = exit_.filled + quantity
        is_whole = filled == exit_.quantity
        moved = S.CANCELLING if exit_.status is S.CANCELLING else S.PARTIALLY_FILLED
        self.put(number, replace(exit_, filled=filled, status=S.FILLED if is_whole else moved))
        if twin is not None and quantity == room:
            for other in (twin, self._now(number, exit_)):
                if other.is_open:
                    self.end(number, other, S.CANCELLED)

    def guard(self) -> Plan:
        plan = planning.plan(self.look(), self.terms, self.now)
        self.carry_out(plan)
        return plan

    def carry_out(self, plan: Plan) -> None:
        for keeping in plan.keeps:
            each = self.entries[keeping.entry_id]
            self.entries[keeping.entry_id] = replace(each, kept=keeping.kept)
        for number, exit_ in self.exits():
            if exit_.order_id in plan.cancels:
                self.ask_to_cancel(number, exit_, causes.GUARD)
        for new in plan.places:
            self._place(new)

    def settle(self) -> None:
        """The venue answers everything, and kindly."""
        for number, exit_ in self.exits(S.PENDING, S.UNKNOWN):
            self.put(number, replace(exit_, status=S.NEW))
        for number, exit_ in self.exits(S.CANCELLING):
            self.end(number, exit_, S.CANCELLED)
        self.now += timedelta(minutes=2)

    def covered(self, number: int) -> list[Decimal]:
        """What may still trade of each kind, counted anew. Both of a linked pair cover the same."""
        exits = [each for each in self.entries[number].exits if each.is_open]
        if self.terms.links_exits:
            pairs = {each.pair: self._room(number, each) for each in exits}
            return 2 * [sum(pairs.values(), ZERO)]
        kinds = [[each for each in exits if each.leg % 2 == kind] for kind in (0, 1)]
        return [sum((each.quantity - each.filled for each in kind), ZERO) for kind in kinds]

    def _place(self, new: NewExit) -> None:
        """The ledger takes a leg once."""
        each = self.entries[new.entry_id]
        if any(known.leg == new.leg for known in each.exits):
            return
        self.put(
            new.entry_id,
            Exit(
                order_id=1000 * new.entry_id + new.leg,
                client_order_id=f"{new.entry_id}-{new.leg}",
                leg=new.leg,
                role=new.role,
                status=S.PENDING,
                quantity=new.quantity,
                filled=ZERO,
            ),
        )

    def _room(self, number: int, exit_: Exit) -> Decimal:
        twin = self._twin(number, exit_)
        return exit_.quantity - exit_.filled - (twin.filled if twin else ZERO)

    def _twin(self, number: int, exit_: Exit) -> Exit | None:
        if not self.terms.links_exits:
            return None
        pair = [e for e in self.entries[number].exits if e.pair == exit_.pair and e != exit_]
        return pair[0] if pair else None

    def _now(self, number: int, exit_: Exit) -> Exit:
        return next(e for e in self.entries[number].exits if e.leg == exit_.leg)
