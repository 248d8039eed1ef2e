"""The exits that an entry lacks, at prices and quantities that the venue takes."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.precision import check_order, round_down, round_to_tick, tick_at
from exchanges.vocabulary import OrderType, Side
from orders.protection.shapes import ZERO, Entry, NewExit, Terms
from orders.protection.standing import Kind, kind_of
from orders.vocabulary import OrderRole

_TOO_SMALL = frozenset({"below_minimum", "zero_quantity"})


class Arming:
    """Afterwards `refusal` is why the venue takes no such exit, and `too_small` are the kinds of
    which less is lacking than the venue takes.

    Legs come in pairs: an even one for the exit that takes profit, the next for the one that stops.
    """

    def __init__(self, entry: Entry, side: Side, terms: Terms) -> None:
        self._entry = entry
        self._side = side
        self._terms = terms
        self._roles = {kind_of(role): role for role in entry.roles}
        self._pair = max((each.pair for each in entry.exits), default=0)
        self.refusal: Reason | None = None
        self.too_small: list[Kind] = []

    def exits(self, lacking: Mapping[Kind, Decimal], *, in_pairs_only: bool) -> list[NewExit]:
        """What both kinds lack is a pair; what only one of them lacks is placed alone."""
        both = min(lacking.values()) if len(lacking) > 1 else ZERO
        made = self._linked(list(lacking), both) if len(lacking) > 1 else []
        if in_pairs_only:
            return made
        for kind, quantity in lacking.items():
            if quantity > both or len(lacking) == 1:
                made += self._linked([kind], quantity - both)
        return made

    def _linked(self, kinds: list[Kind], quantity: Decimal) -> list[NewExit]:
        self._pair += 1
        made = [each for kind in kinds if (each := self._exit(kind, self._chunk(quantity)))]
        if len(made) == 1:
            return made
        legs = [each.leg for each in made]
        return [
            replace(each, partner=partner)
            for each, partner in zip(made, reversed(legs), strict=True)
        ]

    def _chunk(self, quantity: Decimal) -> Decimal:
        """What is beyond the venue's maximum comes next, as a pair of its own that is no smaller
        than the venue's minimum.
        """
        instrument = self._terms.instrument
        most = instrument.maximum_quantity
        if most is None or quantity <= most:
            return quantity
        rest = max(quantity - most, instrument.minimum_quantity)
        return round_down(quantity - rest, instrument.lot)

    def _exit(self, kind: Kind, quantity: Decimal) -> NewExit | None:
        made = self._priced(self._roles[kind], quantity)
        reason = check_order(
            self._terms.instrument,
            quantity=quantity,
            price=made.price if made.price is not None else made.stop_price,
            reduce_only=True,
        )
        if reason is None:
            return made
        if reason.code in _TOO_SMALL:
            self.too_small.append(kind)
        else:
            self.refusal = reason
        return None

    def _priced(self, role: OrderRole, quantity: Decimal) -> NewExit:
        """Rounded to the tick so that profit is never taken at a worse price than asked, and a
        stop never waits for a worse one: both are up for a sell and down for a buy.
        """
        entry, ticks = self._entry, self._terms.instrument.ticks
        is_profit = role is OrderRole.TAKE_PROFIT
        new = NewExit(
            entry_id=entry.order_id,
            leg=2 * self._pair + (0 if is_profit else 1),
            role=role,
            side=self._side,
            order_type=OrderType.LIMIT if is_profit else OrderType.STOP_MARKET,
            quantity=quantity,
        )
        if role is OrderRole.TAKE_PROFIT and entry.take_profit is not None:
            return replace(new, price=round_to_tick(entry.take_profit, ticks, self._side))
        if role is OrderRole.STOP_LOSS and entry.stop_loss is not None:
            return replace(new, stop_price=round_to_tick(entry.stop_loss, ticks, self._side))
        tick = tick_at(entry.price, ticks)
        return replace(new, trail=max(round_down(entry.trail or tick, tick), tick))
