"""What orders lock and what fills move. Pure and exact: no money appears and none is lost."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from exchanges.messages import Instrument
from exchanges.paper.fees import fee_bound
from exchanges.paper.instruments import MARGIN_RATE, MARGINED
from exchanges.paper.state import Position
from exchanges.precision import EXACT, notional
from exchanges.vocabulary import MarketType, Side

_UNIT = Decimal("0.00000001")
_FINEST_PRODUCT = -24
"""A price of 8 decimals times a quantity of 8 times a fee rate of 5 has 21."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """A position after a fill: what the closed part earned, and how much was opened anew."""

    position: Position
    realized: Decimal
    opened: Decimal
    margin_freed: Decimal


def is_margined(instrument: Instrument) -> bool:
    return instrument.market_type in MARGINED


def asset(instrument: Instrument) -> str:
    """Under which name the owned thing is held; a share's never meets a currency's."""
    if instrument.market_type is MarketType.SPOT:
        return instrument.base
    return f"{instrument.market_type}/{instrument.symbol}"


def margin(instrument: Instrument, quantity: Decimal, price: Decimal, leverage: Decimal) -> Decimal:
    """What must be put aside to open this much; rounded up."""
    worth = notional(instrument, quantity, price)
    rate = MARGIN_RATE.get(instrument.market_type)
    share = EXACT.multiply(worth, rate) if rate is not None else EXACT.divide(worth, leverage)
    return share.quantize(_UNIT, rounding=ROUND_UP, context=EXACT)


def to_lock(
    instrument: Instrument,
    side: Side,
    *,
    quantity: Decimal,
    opening: Decimal,
    price: Decimal,
    leverage: Decimal,
) -> tuple[str, Decimal]:
    """What an order holds while it is open, and how much. `opening` is the part that adds risk."""
    if is_margined(instrument):
        set_aside = margin(instrument, opening, price, leverage)
        return instrument.quote, EXACT.add(set_aside, fee_bound(instrument, side, opening, price))
    if side is Side.SELL:
        return asset(instrument), quantity
    cost = notional(instrument, quantity, price)
    return instrument.quote, EXACT.add(cost, fee_bound(instrument, side, quantity, price))


def part(amount: Decimal, quantity: Decimal, whole: Decimal) -> Decimal:
    """The share of `amount` for `quantity` of `whole`; the last share takes the rest.

    What price times quantity locked is shared exactly; a share that does not end is truncated.
    """
    if quantity == whole:
        return amount
    share = EXACT.divide(EXACT.multiply(amount, quantity), whole)
    exponent = share.as_tuple().exponent
    if isinstance(exponent, int) and exponent < _FINEST_PRODUCT:
        return share.quantize(_UNIT, rounding=ROUND_DOWN, context=EXACT)
    return share


def reducible(position: Position, side: Side) -> Decimal:
    """How much of the position an order of this side closes at most."""
    against = position.quantity < 0 if side is Side.BUY else position.quantity > 0
    return position.quantity.copy_abs() if against else Decimal(0)


def signed(quantity: Decimal, side: Side) -> Decimal:
    return quantity if side is Side.BUY else quantity.copy_negate()


def exchanged(
    instrument: Instrument, position: Position, side: Side, quantity: Decimal, price: Decimal
) -> Exchanged:
    """Close first, then open: one net position, its cost exact to the last fill."""
    held = position.quantity.copy_abs()
    closed = min(quantity, reducible(position, side))
    opened = EXACT.subtract(quantity, closed)
    cost_out = part(position.cost, closed, held) if closed else Decimal(0)
    margin_out = part(position.margin, closed, held) if closed else Decimal(0)
    gained = EXACT.subtract(notional(instrument, closed, price), cost_out)
    realized = gained if side is Side.SELL else gained.copy_negate()
    cost = EXACT.add(EXACT.subtract(position.cost, cost_out), notional(instrument, opened, price))
    return Exchanged(
        position=Position(
            quantity=EXACT.add(position.quantity, signed(quantity, side)),
            cost=cost,
            margin=EXACT.subtract(position.margin, margin_out),
            realized=EXACT.add(position.realized, realized),
        ),
        realized=realized,
        opened=opened,
        margin_freed=margin_out,
    )
