"""What an instruction becomes for one account: orders, or the reason why there are none."""

from dataclasses import dataclass, field
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.messages import Instrument
from orders.drafts import OrderDraft
from strategies.routes import LinkRoute
from webhooks.instructions import OrderInstruction


@dataclass(frozen=True, slots=True, kw_only=True)
class Working:
    """How a quantity came about, for people: `wanted` is before rounding, `position` is what may
    be closed and `resting` what unfinished orders will add to it. Prices are in quote currency.
    """

    instrument: Instrument | None = None
    wanted: Decimal | None = None
    priced_at: Decimal | None = None
    is_venue_price: bool = False
    asked_price: Decimal | None = None
    asked_stop_price: Decimal | None = None
    notional: Decimal | None = None
    position: Decimal | None = None
    resting: Decimal | None = None
    limits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPlan:
    """One instruction for one link.

    `drafts` stand in the order in which they go: two for a flip, and none where there is nothing
    to keep a row of; then `reason` says why, unless `is_unchanged`: the target is reached already.
    `before` are orders of ours to cancel first: exits that protect what is about to be closed.
    """

    instruction: OrderInstruction
    link: LinkRoute
    drafts: tuple[OrderDraft, ...] = ()
    before: tuple[int, ...] = ()
    reason: Reason | None = None
    is_unchanged: bool = False
    working: Working = field(default_factory=Working)
