"""How much of an order trades, and at which prices. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from exchanges.messages import Instrument
from exchanges.precision import EXACT, next_tick, notional, round_down
from exchanges.vocabulary import Side

DEPTH: dict[str, Decimal] = {
    "USDT": Decimal(50_000),
    "USDC": Decimal(50_000),
    "USD": Decimal(50_000),
    "KRW": Decimal(50_000_000),
    "BTC": Decimal("0.5"),
}
"""What lies at one price level, in the quote currency: more than this fills in several trades."""

FLOW_PER_SECOND: dict[str, Decimal] = {quote: depth / 5 for quote, depth in DEPTH.items()}
"""What trades against a resting order in a second once the market is at its price."""

MOST_TRADES = 5
_SECOND = timedelta(seconds=1)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    quantity: Decimal
    price: Decimal


def best(instrument: Instrument, last: Decimal, side: Side) -> Decimal:
    """What a taker gets: one tick worse than the last price."""
    return next_tick(last, instrument.ticks, side)


def crosses(side: Side, limit: Decimal, price: Decimal) -> bool:
    return limit >= price if side is Side.BUY else limit <= price


def take(
    instrument: Instrument,
    side: Side,
    quantity: Decimal,
    last: Decimal,
    limit: Decimal | None = None,
) -> tuple[Fill, ...]:
    """What trades at once: one level's depth at the best price, all else one tick worse."""
    first = best(instrument, last, side)
    second = next_tick(first, instrument.ticks, side)
    if limit is not None and not crosses(side, limit, first):
        return ()
    fills = [Fill(quantity=min(quantity, _level(instrument, first)), price=first)]
    left = EXACT.subtract(quantity, fills[0].quantity)
    if limit is not None and not crosses(side, limit, second):
        return tuple(fills)
    while left:
        chunk = left if len(fills) == MOST_TRADES - 1 else min(left, _level(instrument, second))
        fills.append(Fill(quantity=chunk, price=second))
        left = EXACT.subtract(left, chunk)
    return tuple(fills)


def trades_against(
    instrument: Instrument,
    side: Side,
    remaining: Decimal,
    limit: Decimal,
    *,
    last: Decimal,
    waited: timedelta,
) -> Decimal:
    """How much of a resting order trades now: nothing until the market is at its price.

    The flow of at most one second counts, however long nobody looked; one lot trades a second
    where a lot is worth more than the flow.
    """
    if waited <= timedelta(0) or not crosses(side, limit, last):
        return Decimal(0)
    counted = min(waited, _SECOND)
    flow = FLOW_PER_SECOND[instrument.quote] * (counted // _MICROSECOND) / 1_000_000
    available = _lots(instrument, flow, limit)
    if waited >= _SECOND:
        available = max(available, instrument.lot)
    return min(remaining, available)


def _level(instrument: Instrument, price: Decimal) -> Decimal:
    return max(_lots(instrument, DEPTH[instrument.quote], price), instrument.lot)


def _lots(instrument: Instrument, amount: Decimal, price: Decimal) -> Decimal:
    """As many lots as `amount` of the quote currency pays for."""
    lot_worth = notional(instrument, instrument.lot, price)
    lots = EXACT.divide_int(amount, lot_worth)
    return round_down(EXACT.multiply(lots, instrument.lot), instrument.lot)
