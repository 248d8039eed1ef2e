"""What an alert becomes: orders for each account or the reason why there are none, and cancels."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.messages import Instrument
from orders import causes
from orders.drafts import OrderDraft
from orders.ledger_queries import OpenOrderRow
from strategies.routes import LinkRoute
from webhooks.instructions import (
    CancelAllInstruction,
    CancelInstruction,
    OrderInstruction,
    UnreadInstruction,
)
from webhooks.missed import Verdict
from webhooks.routing import Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """An order instruction, and the links that it goes to."""

    instruction: OrderInstruction
    links: tuple[LinkRoute, ...]


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

    @property
    def is_sent(self) -> bool:
        return any(draft.failure is None for draft in self.drafts)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPlan:
    """One cancelling instruction. `orders` are to be cancelled, `finished` were named but have
    ended before; `accounts` are the names by id of those that the answer tells of.
    """

    instruction: CancelInstruction | CancelAllInstruction
    orders: tuple[OpenOrderRow, ...]
    finished: tuple[OpenOrderRow, ...] = ()
    accounts: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPlan:
    """The whole alert, in the order in which it is to be carried out: the cancels first.

    `unread` are also those of a batch that nobody can carry out: no account, no such order.
    """

    accounts: tuple[AccountPlan, ...] = ()
    cancels: tuple[CancelPlan, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unread: tuple[UnreadInstruction, ...] = ()
    warnings: tuple[Reason, ...] = ()
    missed: Verdict | None = None

    @property
    def drafts(self) -> list[OrderDraft]:
        return [draft for plan in self.accounts for draft in plan.drafts]

    def cancels_by_account(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for account_id, order_id in self._doomed():
            if order_id not in found[account_id]:
                found[account_id].append(order_id)
        return dict(found)

    def causes(self, receipt: str) -> dict[int, str]:
        """Why each is cancelled: what the sender asked for goes before what is in an exit's way."""
        made_way = {order_id: causes.of_exit(receipt) for _, order_id in self._in_the_way()}
        asked_for = {order_id: causes.of_alert(receipt) for _, order_id in self._asked_for()}
        return made_way | asked_for

    def _doomed(self) -> Iterator[tuple[int, int]]:
        yield from self._asked_for()
        yield from self._in_the_way()

    def _asked_for(self) -> Iterator[tuple[int, int]]:
        for plan in self.cancels:
            for row in plan.orders:
                yield row.account_id, row.order_id

    def _in_the_way(self) -> Iterator[tuple[int, int]]:
        for plan in self.accounts:
            if plan.is_sent:
                for order_id in plan.before:
                    yield plan.link.account.id, order_id
