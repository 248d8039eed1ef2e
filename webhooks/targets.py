"""From where an account stands to where it should stand. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from exchanges.vocabulary import MarketType, Side

OWNED = frozenset({MarketType.SPOT, MarketType.DOMESTIC_STOCK, MarketType.OVERSEAS_STOCK})
"""What is sold there must be owned: no position below zero, and an order to sell holds it."""


@dataclass(frozen=True, slots=True)
class Leg:
    """An order's side and size before rounding. An exit closes; anything else opens."""

    side: Side
    quantity: Decimal
    is_exit: bool = False


class InTheWay(Exception):
    """Unfinished orders will go past the target, and only cancelling them could prevent it."""


def legs(target: Decimal, closable: Decimal, resting: Decimal) -> tuple[Leg, ...]:
    """None where the target is or will be reached; two for a flip, which closes first.

    All are signed: `closable` is what may still be closed of the position, `resting` what
    unfinished opening orders will add. Raises InTheWay.
    """
    difference = target - closable - resting
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
        found.append(Leg(side, opening))
    if not found:
        raise InTheWay
    return tuple(found)
