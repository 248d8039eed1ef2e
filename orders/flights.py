"""An order on its way from the commit to its recorded outcome."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from exchanges.errors import Reason
from orders.changes import Recorded
from orders.drafts import OrderDraft
from orders.vocabulary import OrderStatus


@dataclass(slots=True, eq=False, kw_only=True)
class Flight:
    """`done` is set once the outcome is in the ledger; until then the other fields may move."""

    draft: OrderDraft
    order_id: int
    status: OrderStatus
    committed_monotonic: float
    done: "asyncio.Future[None]"
    exchange_order_id: str = ""
    filled_quantity: Decimal = Decimal(0)
    average_price: Decimal | None = None
    reason: Reason | None = None
    sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    sent_monotonic: float | None = None
    acknowledged_monotonic: float | None = None

    @property
    def key(self) -> tuple[int, str]:
        return self.draft.account.id, self.draft.symbol

    def take(self, recorded: Recorded, reason: Reason | None) -> None:
        """The ledger has the last word, also when somebody else was faster."""
        self.status = recorded.status
        self.exchange_order_id = recorded.exchange_order_id
        self.filled_quantity = recorded.filled_quantity
        self.average_price = recorded.average_price
        self.reason = reason if recorded.applied else None

    def land(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOutcome:
    """`cancelled` only when it is certain; otherwise `reason` says what is known instead."""

    order_id: int
    cancelled: bool
    status: OrderStatus
    reason: Reason | None


@dataclass(slots=True, eq=False, kw_only=True)
class CancelFlight:
    """`outcome` is there once `done` is set; it is None only when the bridge stopped before."""

    order_id: int
    account_id: int
    done: "asyncio.Future[None]"
    outcome: CancelOutcome | None = None

    def land(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """`flights` are in the order of the drafts, `cancels` in the order in which they were asked."""

    alert_id: int
    committed_at: datetime
    flights: Sequence[Flight]
    cancels: Sequence[CancelFlight] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Orders that were added to stored alerts. `known` are the client order ids of drafts whose
    orders were there already: those are not sent again, and have no flight here.
    """

    flights: Sequence[Flight]
    known: frozenset[str] = frozenset()
