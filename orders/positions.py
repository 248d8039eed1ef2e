"""A position as the sum of its fills, by average cost: exact, rounded only to the columns.

Profit is before fees.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from exchanges.vocabulary import Side

PLACES = Decimal(1).scaleb(-18)
EXACT = Context(prec=120, rounding=ROUND_HALF_EVEN)
_ZERO = Decimal(0)
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """`quantity` is signed. A flat holding has no average price, which is then zero."""

    quantity: Decimal = _ZERO
    average_price: Decimal = _ZERO
    realized_pnl: Decimal = _ZERO


def to_places(value: Decimal) -> Decimal:
    """The value as the ledger's columns keep it."""
    return value.quantize(PLACES, context=EXACT)


def total(values: Iterable[Decimal]) -> Decimal:
    """Exact, where the default context would round to 28 digits."""
    with localcontext(EXACT):
        return sum(values, _ZERO)


def average(fills: list[tuple[Decimal, Decimal]]) -> Decimal | None:
    """The mean price of (quantity, price) pairs; None when nothing was filled."""
    with localcontext(EXACT):
        quantity = total(quantity for quantity, _ in fills)
        if quantity == 0:
            return None
        return to_places(total(part * price for part, price in fills) / quantity)


def after_fill(
    holding: Holding,
    side: Side,
    quantity: Decimal,
    price: Decimal,
    *,
    fee: Decimal = _ZERO,
    contract_size: Decimal = _ONE,
) -> Holding:
    """What closes is realised against the average; what passes zero opens at the fill's price.

    `fee` is one paid in what is traded: a purchase brings that much less, a sale takes it too.
    With a `quantity` of zero it is booked alone, for a fill that is in the position already.
    """
    with localcontext(EXACT):
        signed = quantity * side.sign - fee
        held = holding.quantity + signed
        if holding.quantity * signed >= 0:
            cost = holding.quantity * holding.average_price + signed * price
            return Holding(
                quantity=held,
                average_price=to_places(cost / held) if held else _ZERO,
                realized_pnl=holding.realized_pnl,
            )
        closed = min(abs(signed), abs(holding.quantity)).copy_sign(holding.quantity)
        gain = closed * (price - holding.average_price) * contract_size
        flipped = held * signed > 0
        remaining_price = price if flipped else holding.average_price
        return Holding(
            quantity=held,
            average_price=to_places(remaining_price) if held else _ZERO,
            realized_pnl=to_places(holding.realized_pnl + gain),
        )


def after_repricing(
    holding: Holding,
    side: Side,
    quantity: Decimal,
    before: Decimal,
    price: Decimal,
    *,
    contract_size: Decimal = _ONE,
) -> Holding:
    """A fill's price is known better: what of it may still be open moves the average, the rest
    the realised profit, so that the sum of both stays what the cash says."""
    with localcontext(EXACT):
        is_open = holding.quantity * side.sign > 0
        opened = min(quantity, abs(holding.quantity)) if is_open else _ZERO
        difference = (price - before) * side.sign
        moved = difference * opened / holding.quantity if opened else _ZERO
        realized = difference * (quantity - opened) * contract_size
        return Holding(
            quantity=holding.quantity,
            average_price=to_places(holding.average_price + moved),
            realized_pnl=to_places(holding.realized_pnl - realized),
        )
