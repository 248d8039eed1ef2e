"""Steps, ticks and limits: pure, exact, and by the step itself rather than by decimal places."""

from collections.abc import Sequence
from decimal import Context, Decimal

from exchanges.errors import Reason
from exchanges.messages import Instrument, TickBand
from exchanges.vocabulary import Side

BEYOND_ALL = Decimal(10) ** 40
"""No venue has a price or a quantity of this size; above it exact arithmetic ends."""

EXACT = Context(prec=100)
"""Wide enough that no price times quantity of any venue is rounded."""


def round_down(value: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of `step` towards zero; never away from it, since that may overspend."""
    return _multiple(value, step, EXACT.divide_int(_finite(value), _positive(step)))


def round_up(value: Decimal, step: Decimal) -> Decimal:
    """The nearest multiple of `step` away from zero."""
    steps = EXACT.divide_int(_finite(value), _positive(step))
    if EXACT.multiply(steps, step) != value:
        steps = EXACT.add(steps, Decimal(1).copy_sign(value))
    return _multiple(value, step, steps)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    return EXACT.remainder(_finite(value), _positive(step)) == 0


def tick_at(price: Decimal, ticks: Sequence[TickBand]) -> Decimal:
    """The tick of the band that holds `price`; below the first band, the first band's."""
    return ticks[_band_at(price, ticks)].tick


def round_to_tick(price: Decimal, ticks: Sequence[TickBand], side: Side) -> Decimal:
    """A buy rounds down and a sell rounds up, so that no limit is worse than the one asked for.

    A buy below the smallest tick becomes 0, which no venue takes.
    """
    index = _band_at(price, ticks)
    if side is Side.BUY:
        rounded = round_down(price, ticks[index].tick)
        if index and rounded < ticks[index].start:
            return round_down(ticks[index].start, ticks[index - 1].tick)
        return rounded
    rounded = round_up(price, ticks[index].tick)
    if index + 1 < len(ticks) and rounded > ticks[index + 1].start:
        return round_up(ticks[index + 1].start, ticks[index + 1].tick)
    return rounded


def nearest_tick(price: Decimal, ticks: Sequence[TickBand]) -> Decimal:
    """The nearest price on a tick, never 0."""
    below = round_to_tick(price, ticks, Side.BUY)
    above = round_to_tick(price, ticks, Side.SELL)
    return below if below > 0 and price - below <= above - price else above


def next_tick(price: Decimal, ticks: Sequence[TickBand], side: Side) -> Decimal:
    """One tick worse for `side`: up for a buy, down for a sell, and never down to 0.

    `price` is on a tick itself.
    """
    index = _band_at(price, ticks)
    if side is Side.BUY:
        return price + ticks[index].tick
    if index and price == ticks[index].start:
        index -= 1
    below = price - ticks[index].tick
    return below if below > 0 else price


def check_order(
    instrument: Instrument,
    *,
    quantity: Decimal,
    price: Decimal | None,
    notional_price: Decimal | None = None,
    stop_price: Decimal | None = None,
    reduce_only: bool = False,
) -> Reason | None:
    """Why the venue would refuse this size or price; None when it would not.

    `price` is the limit. `notional_price` values an order that has none; without either the
    minimum amount cannot be checked. Reducing orders may be smaller than the minimum amount.
    """
    if quantity <= 0:
        return Reason(
            code="zero_quantity",
            ko="계산된 주문 수량이 0입니다",
            en="The computed quantity is 0",
        )
    valued_at = price if price is not None else notional_price
    return (
        _off_limits(instrument, quantity)
        or _off_lot(instrument, quantity)
        or _off_tick(instrument, price, "")
        or _off_tick(instrument, stop_price, "stop_price")
        or (None if reduce_only else _too_small(instrument, quantity, valued_at))
    )


def notional(instrument: Instrument, quantity: Decimal, price: Decimal) -> Decimal:
    """The order's worth in the quote currency, exact."""
    return EXACT.multiply(EXACT.multiply(quantity, price), instrument.contract_size)


def plain(value: Decimal) -> str:
    """For people: no exponent and no trailing zeros."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _off_lot(instrument: Instrument, quantity: Decimal) -> Reason | None:
    if is_multiple(quantity, instrument.lot):
        return None
    lot = plain(instrument.lot)
    return Reason(
        code="off_lot",
        ko=f"주문 수량 단위가 맞지 않습니다: {lot} 단위로 주문해야 합니다",
        en=f"The quantity must be a multiple of {lot}",
    )


def _off_tick(instrument: Instrument, price: Decimal | None, field: str) -> Reason | None:
    """`field` names a price that is not the limit."""
    if price is None or _on_tick(instrument, price):
        return None
    tick = plain(tick_at(price, instrument.ticks))
    return Reason(
        code="off_tick",
        ko=f"{field} 호가 단위가 맞지 않습니다: {tick} 단위여야 합니다".lstrip(),
        en=f"The {field or 'price'} must be a positive multiple of {tick}",
    )


def _on_tick(instrument: Instrument, price: Decimal) -> bool:
    return 0 < price < BEYOND_ALL and is_multiple(price, tick_at(price, instrument.ticks))


def _off_limits(instrument: Instrument, quantity: Decimal) -> Reason | None:
    if quantity < instrument.minimum_quantity:
        least = f"{plain(instrument.minimum_quantity)} {instrument.base}"
        return Reason(
            code="below_minimum",
            ko=f"최소 주문수량 미달: {least} 이상이어야 합니다",
            en=f"Below the minimum quantity: at least {least}",
        )
    most = instrument.maximum_quantity or BEYOND_ALL
    if quantity > most:
        return Reason(
            code="above_maximum",
            ko=f"최대 주문수량 초과: {plain(most)} {instrument.base} 이하여야 합니다",
            en=f"Above the maximum quantity: at most {plain(most)} {instrument.base}",
        )
    return None


def _too_small(instrument: Instrument, quantity: Decimal, price: Decimal | None) -> Reason | None:
    if price is None or notional(instrument, quantity, price) >= instrument.minimum_notional:
        return None
    least = f"{plain(instrument.minimum_notional)} {instrument.quote}"
    return Reason(
        code="below_minimum",
        ko=f"최소 거래금액 미달: {least} 이상이어야 합니다",
        en=f"Below the minimum amount: at least {least}",
    )


def _band_at(price: Decimal, ticks: Sequence[TickBand]) -> int:
    """The index of the last band that starts at or below `price`; bands ascend."""
    found = 0
    for index, band in enumerate(ticks):
        if band.start <= price:
            found = index
    return found


def _multiple(value: Decimal, step: Decimal, steps: Decimal) -> Decimal:
    product = EXACT.multiply(steps, step)
    whole = product.as_tuple().exponent
    if isinstance(whole, int) and whole > 0:
        product = product.quantize(Decimal(1), context=EXACT)
    return product.copy_abs() if not product else product.copy_sign(value)


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"not a finite number: {value}")
    return value


def _positive(step: Decimal) -> Decimal:
    if not (step.is_finite() and step > 0):
        raise ValueError(f"a step must be positive and finite, was {step}")
    return step
