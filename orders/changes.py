"""What is asked of the ledger about an order, and what it then says."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from exchanges.errors import Reason
from exchanges.messages import OrderReport
from orders.states import Event
from orders.vocabulary import OrderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that happened to an order, at a time by our clock.

    The fills of a `report` are booked even when its event does not apply to the order any more.
    """

    order_id: int
    event: Event
    at: datetime
    cause: str = ""
    report: OrderReport | None = None
    reason: Reason | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The order after a change. `applied` is false when the change left everything as it was."""

    order_id: int
    before: OrderStatus
    status: OrderStatus
    applied: bool
    exchange_order_id: str
    filled_quantity: Decimal
    average_price: Decimal | None
