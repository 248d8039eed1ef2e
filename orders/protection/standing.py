"""What an entry's exits still cover: each kind by itself, and a pair that the venue links once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

from orders import reasons
from orders.protection.shapes import STOPS, ZERO, Entry, Exit
from orders.vocabulary import OrderRole, OrderStatus

_NEVER_STOOD = frozenset({OrderStatus.FAILED, OrderStatus.REJECTED})
_MAY_BE_TRIED_AGAIN = frozenset(
    {
        reasons.STOPPED.code,
        reasons.NEVER_SENT.code,
        reasons.JOURNAL_UNAVAILABLE.code,
        reasons.NOT_AT_VENUE.code,
        reasons.SWITCHED_OFF.code,
        "exchange_unavailable",
    }
)


class Kind(Enum):
    """Two exits of different kinds close the same quantity, so each kind covers all of it."""

    PROFIT = auto()
    STOP = auto()


def kind_of(role: OrderRole) -> Kind:
    return Kind.STOP if role in STOPS else Kind.PROFIT


def may_be_tried_again(each: Exit) -> bool:
    """It ended by no decision of the venue, or of a person about this very order."""
    if each.status is OrderStatus.EXPIRED:
        return True
    code = each.error.code if each.error else ""
    return each.status in _NEVER_STOOD and code in _MAY_BE_TRIED_AGAIN


def is_held_by_a_switch(each: Exit) -> bool:
    """The bridge's own switches kept it here, so it says nothing of the venue."""
    return each.error is not None and each.error.code == reasons.SWITCHED_OFF.code


def is_refused(each: Exit) -> bool:
    return each.status in _NEVER_STOOD and not may_be_tried_again(each)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Exits that stand and fall together: a linked pair, or one alone. `rest` is what they may
    still close.
    """

    exits: tuple[Exit, ...]
    rest: Decimal
    is_useless: bool

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(kind_of(each.role) for each in self.exits)

    @property
    def open(self) -> list[Exit]:
        return [each for each in self.exits if each.is_open]

    @property
    def is_resting(self) -> bool:
        return all(each.is_resting for each in self.open)

    @property
    def cancellable(self) -> list[int]:
        """Without those whose cancel is under way."""
        return [e.order_id for e in self.open if e.status is not OrderStatus.CANCELLING]

    @property
    def is_cancelled_by_its_owner(self) -> bool:
        return any(each.is_cancelled_by_its_owner for each in self.exits)

    @property
    def is_cancelled_unasked(self) -> bool:
        """The venue cancels one of a linked pair when the other trades or is cancelled."""
        return all(each.is_cancelled_unasked and not each.filled for each in self.exits)


class Standing:
    """An entry's exits in bundles. `links`: the venue links the exits of a pair."""

    def __init__(self, entry: Entry, *, links: bool) -> None:
        self.bundles = list(_bundles(entry.exits, links))
        self._ended_pairs = {each.pair for each in entry.exits if not each.is_open}

    def of(self, kind: Kind) -> list[Bundle]:
        return [bundle for bundle in self.bundles if kind in bundle.kinds]

    def covered(self, kind: Kind) -> Decimal:
        return sum((bundle.rest for bundle in self.of(kind)), ZERO)

    def useless(self) -> list[int]:
        return _cancellable(bundle for bundle in self.bundles if bundle.is_useless)

    def beyond(self, kind: Kind, limit: Decimal) -> list[int]:
        """The fewest to cancel so that the kind covers no more than `limit`: first those whose
        partner has ended, then the youngest.
        """
        excess = self.covered(kind) - limit
        picked = []
        for bundle in sorted(self.of(kind), key=self._goes_first, reverse=True):
            if excess <= 0:
                break
            if bundle.rest > 0:
                picked.append(bundle)
                excess -= bundle.rest
        return _cancellable(picked)

    def all_of(self, kind: Kind) -> list[int]:
        return _cancellable(self.of(kind))

    def _goes_first(self, bundle: Bundle) -> tuple[bool, bool, int]:
        is_being_cancelled = bool(bundle.open) and not bundle.cancellable
        last = bundle.exits[-1]
        return is_being_cancelled, last.pair in self._ended_pairs, last.leg


def _bundles(exits: Sequence[Exit], links: bool) -> Iterable[Bundle]:
    pairs: dict[int, list[Exit]] = defaultdict(list)
    for each in exits:
        pairs[each.pair].append(each)
    for pair in pairs.values():
        if links and len(pair) > 1:
            yield _linked(tuple(pair))
        else:
            for each in pair:
                yield Bundle(exits=(each,), rest=each.remaining, is_useless=False)


def _linked(pair: tuple[Exit, ...]) -> Bundle:
    """What one of them closes, the venue takes off the other."""
    traded = sum((each.filled for each in pair), ZERO)
    is_open = any(each.is_open for each in pair)
    rest = max(max(each.quantity for each in pair) - traded, ZERO) if is_open else ZERO
    is_half = is_open and any(may_be_tried_again(each) for each in pair if not each.is_open)
    return Bundle(exits=pair, rest=rest, is_useless=is_open and (is_half or rest == 0))


def _cancellable(bundles: Iterable[Bundle]) -> list[int]:
    return [order_id for bundle in bundles for order_id in bundle.cancellable]
