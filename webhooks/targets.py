"""From where an account stands to where it should stand. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from exchanges.vocabulary import OWNED, Side

__all__ = ["OWNED", "InTheWay", "Leg", "legs"]


@dataclass(frozen=True, slots=True)
class Leg:
    """An order's side and size before rounding. An exit closes; anything else opens, and what is
    missing at a `target` is opened no further than to there.
    """

    side: Side
    quantity: Decimal
    is_exit: bool = False
    target: Decimal | None = None


class InTheWay(Exception):
    """Unfinished orders will go past the target, and only cancelling them could prevent it."""


def legs(target: Decimal, closable: Decimal, resting: Decimal) -> tuple[Leg, ...]:
    """None where the target is or will be reached; two for a flip, which closes first.

    All are signed: `closable` is what may still be closed of the position, `resting` what
    unfinished opening orders will add. What rests counts only where it leads to the target, and
    never as being flat: it may not fill. Raises InTheWay.
    """
    needed = target - closable
    on_its_way = resting if target and resting * needed > 0 else Decimal(0)
    difference = needed - on_its_way
    if (needed == 0 and resting != 0) or difference * needed < 0:
        raise InTheWay
    if difference == 0:
        return ()
    side = Side.BUY if difference > 0 else Side.SELL
    closing = Decimal(0)
    if closable * difference < 0:
        closing = min(abs(difference), abs(closable))
    opening = abs(difference) - closing
    found = []
    if closing:
        found.append(Leg(side, closing, is_exit=True))
    if opening and target * difference > 0:
        found.append(Leg(side, opening, target=target))
    return tuple(found)
