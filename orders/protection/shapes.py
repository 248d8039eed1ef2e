"""What a protection is planned from, and what a plan says: frozen, and nothing of the database."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from exchanges.errors import Reason
from exchanges.messages import Instrument
from exchanges.vocabulary import MarketType, OrderType, Side
from orders import causes
from orders.vocabulary import OPEN_STATUSES, OrderRole, OrderStatus, ProtectionStatus

ZERO = Decimal(0)
STOPS = frozenset({OrderRole.STOP_LOSS, OrderRole.TRAIL})


class GroupKey(NamedTuple):
    """Whose position it is, and `side` is the side that opens it."""

    strategy_id: int
    account_id: int
    market_type: MarketType
    symbol: str
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """An order that protects an entry. `cancel_causes` are those for which a cancel was asked."""

    order_id: int
    client_order_id: str
    leg: int
    role: OrderRole
    status: OrderStatus
    quantity: Decimal
    filled: Decimal
    linked_to: str = ""
    error: Reason | None = None
    finished_at: datetime | None = None
    cancel_causes: tuple[str, ...] = ()

    @property
    def pair(self) -> int:
        return self.leg // 2

    @property
    def is_open(self) -> bool:
        """It may still trade, also while nobody knows what became of it."""
        return self.status in OPEN_STATUSES

    @property
    def is_resting(self) -> bool:
        return self.status in {OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED}

    @property
    def remaining(self) -> Decimal:
        return max(self.quantity - self.filled, ZERO) if self.is_open else ZERO

    @property
    def is_cancelled_by_its_owner(self) -> bool:
        """A cancel can be asked for anew only after the one before had no effect, so the last
        one is what ended it.
        """
        is_gone = self.status in {OrderStatus.CANCELLING, OrderStatus.CANCELLED}
        asked = self.cancel_causes[-1:]
        return is_gone and not all(map(causes.is_of_the_bridge, asked))

    @property
    def is_cancelled_unasked(self) -> bool:
        return self.status is OrderStatus.CANCELLED and not self.cancel_causes


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A protection's row. `released` is how much of the fills others than its exits have closed."""

    status: ProtectionStatus = ProtectionStatus.ACTIVE
    seen: Decimal = ZERO
    guarded: Decimal = ZERO
    released: Decimal = ZERO
    legs: int = 0
    error: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An order with attached exits. `price` is roughly what it was filled at."""

    order_id: int
    client_order_id: str
    filled: Decimal
    is_finished: bool
    price: Decimal
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    trail: Decimal | None = None
    kept: Kept | None = None
    exits: tuple[Exit, ...] = ()

    @property
    def roles(self) -> tuple[OrderRole, ...]:
        """The exits it asks for: one that takes profit, one that stops, or both."""
        wanted = []
        if self.take_profit is not None:
            wanted.append(OrderRole.TAKE_PROFIT)
        if self.trail is not None:
            wanted.append(OrderRole.TRAIL)
        elif self.stop_loss is not None:
            wanted.append(OrderRole.STOP_LOSS)
        return tuple(wanted)

    @property
    def left(self) -> Decimal:
        """Its share of the position, as far as is known without looking at the position."""
        released = self.kept.released if self.kept else ZERO
        exited = sum((each.filled for each in self.exits), ZERO)
        return max(self.filled - released - exited, ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries of one position, oldest first. `held` is the position in their direction, never
    negative; `leaving` is what orders of alerts are on their way to close of it, and
    `leaving_at_rest` what such orders rest with at the venue. `is_shared`: another strategy holds
    or orders the same symbol in the same account.
    """

    key: GroupKey
    held: Decimal
    entries: tuple[Entry, ...]
    leaving: Decimal = ZERO
    leaving_at_rest: Decimal = ZERO
    is_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the venue takes. `links_exits`: of two linked exits it cancels one when the other
    trades. `caps_exits`: no exit there ever closes more than the account's position.
    """

    instrument: Instrument
    links_exits: bool = False
    caps_exits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExit:
    """An exit to place. `partner` is the leg of the other one of its pair, or None."""

    entry_id: int
    leg: int
    role: OrderRole
    side: Side
    order_type: OrderType
    quantity: Decimal
    price: Decimal | None = None
    stop_price: Decimal | None = None
    trail: Decimal | None = None
    partner: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """A protection's row as it is to be from now on. `told` is why it ended or broke just now."""

    entry_id: int
    kept: Kept
    told: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`is_waiting`: something is due only later, without any news of the ledger."""

    places: tuple[NewExit, ...] = ()
    cancels: tuple[int, ...] = ()
    keeps: tuple[Keeping, ...] = ()
    is_waiting: bool = False

    @property
    def is_nothing(self) -> bool:
        return not (self.places or self.cancels or self.keeps)
