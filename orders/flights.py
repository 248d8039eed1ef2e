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
class Execution:
    """`flights` are in the order of the drafts."""

    alert_id: int
    committed_at: datetime
    flights: Sequence[Flight]
