"""From percents to quantities, exactly. Nothing here knows lots: precision rounds down by them."""

from decimal import ROUND_DOWN, Decimal, localcontext

from exchanges.vocabulary import Side

_DIGITS = 60
_HUNDRED = Decimal(100)


def quantity_from_percent(
    capital: Decimal, percent: Decimal, price: Decimal, contract_size: Decimal = Decimal(1)
) -> Decimal:
    """Base units or contracts for `percent` of the link's capital, never worth more than that.

    Leverage does not multiply it: it sets the margin that the venue holds for the position.
    """
    if not (capital.is_finite() and capital >= 0):
        raise ValueError(f"capital must not be negative, was {capital}")
    _require_positive(percent=percent, price=price, contract_size=contract_size)
    with localcontext(prec=_DIGITS, rounding=ROUND_DOWN):
        return capital * percent / (_HUNDRED * price * contract_size)


def exit_quantity(position: Decimal, percent: Decimal) -> Decimal:
    """`percent` of an open position, unsigned; above 100 it is all of it, never a flip."""
    if not position.is_finite():
        raise ValueError(f"position must be finite, was {position}")
    _require_positive(percent=percent)
    with localcontext(prec=_DIGITS, rounding=ROUND_DOWN):
        return abs(position) * min(percent, _HUNDRED) / _HUNDRED


def closing_side(position: Decimal) -> Side:
    """The side that brings a signed position nearer to zero."""
    if not position.is_finite() or position == 0:
        raise ValueError(f"only an open position can be closed, was {position}")
    return Side.SELL if position > 0 else Side.BUY


def _require_positive(**values: Decimal) -> None:
    for name, value in values.items():
        if not (value.is_finite() and value > 0):
            raise ValueError(f"{name} must be positive and finite, was {value}")
