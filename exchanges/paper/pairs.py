"""Two exits that name each other: what one of them trades, the other no longer may. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.paper import money, reasons
from exchanges.paper.state import PaperOrder
from exchanges.precision import EXACT
from exchanges.vocabulary import Side


def are_linked(one: PaperOrder, other: PaperOrder) -> bool:
    """Whichever names whom: the first of a pair names an order that is not there yet."""
    return one.id != other.id and (_names(one, other) or _names(other, one))


def partners(order: PaperOrder, orders: Iterable[PaperOrder]) -> list[PaperOrder]:
    return [each for each in orders if are_linked(order, each)]


def refusal(order: PaperOrder, orders: Iterable[PaperOrder]) -> Reason | None:
    """Why a new order cannot be half of a pair; None for one that is in no pair."""
    known = list(orders)
    linked = partners(order, known)
    if not (order.linked_to or linked):
        return None
    if not _reduces(order):
        return reasons.LINK_MUST_REDUCE
    are_free = all(
        _is_same_exit(order, each) and not any(o.is_open for o in partners(each, known))
        for each in linked
    )
    is_one = sum(each.is_open for each in linked) <= 1
    if order.linked_to == order.client_order_id or not (are_free and is_one):
        return reasons.LINK_MISMATCH
    return None


def within(order: PaperOrder, limits: Iterable[PaperOrder]) -> PaperOrder:
    """The same order, cut to what each of these could still trade."""
    most = min([order.remaining, *(each.remaining for each in limits)])
    cut = EXACT.subtract(order.remaining, most)
    return replace(order, yielded=EXACT.add(order.yielded, cut)) if cut else order


def shares(pair: Iterable[PaperOrder]) -> list[tuple[PaperOrder, Decimal]]:
    """What each of a pair locks of what both would deliver: together no more than the larger."""
    locked, covered = [], Decimal(0)
    for each in sorted(pair, key=lambda order: order.id):
        reach = max(covered, each.remaining)
        locked.append((each, EXACT.subtract(reach, covered)))
        covered = reach
    return locked


def _names(one: PaperOrder, other: PaperOrder) -> bool:
    return bool(one.linked_to) and one.linked_to == other.client_order_id


def _is_same_exit(one: PaperOrder, other: PaperOrder) -> bool:
    return (one.market_type, one.symbol, one.side) == (other.market_type, other.symbol, other.side)


def _reduces(order: PaperOrder) -> bool:
    return order.reduce_only if money.is_margined(order.instrument) else order.side is Side.SELL
