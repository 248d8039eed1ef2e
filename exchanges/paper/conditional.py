"""When orders that wait outside the market become live. Pure."""

from dataclasses import replace
from decimal import Decimal

from exchanges.paper.state import PaperOrder
from exchanges.vocabulary import Side


def followed(order: PaperOrder, last: Decimal) -> PaperOrder:
    """A trailing stop keeps the best price since it arrived: the highest for a sale."""
    if order.trail is None:
        return order
    better = max if order.side is Side.SELL else min
    extreme = last if order.extreme is None else better(order.extreme, last)
    return order if extreme == order.extreme else replace(order, extreme=extreme)


def is_reached(order: PaperOrder, last: Decimal) -> bool:
    """A buy stop is reached from below and a sell stop from above; at the stop itself, too."""
    stop = order.stops_at
    if stop is None:
        return False
    return last >= stop if order.side is Side.BUY else last <= stop
