"""An alert and its orders before they have rows: what the write-ahead commit takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from exchanges.base import Capabilities
from exchanges.errors import Reason
from exchanges.messages import ExchangeAccount, OrderRequest
from exchanges.vocabulary import MarketType, OrderType, Side, TimeInForce
from orders.vocabulary import AlertStatus, OrderRole


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDraft:
    """`body` has its secrets masked already. A refused alert has the error fields set."""

    receipt: str
    strategy_id: int | None
    owner_id: int | None
    group_name: str
    status: AlertStatus
    body: str
    received_at: datetime
    content_type: str = ""
    peer: str = ""
    reading: Mapping[str, Any] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    market_type: str = ""
    http_status: int | None = None
    error_code: str = ""
    error_message: str = ""
    error_field: str = ""
    key: "AlertKeyDraft | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertKeyDraft:
    """By what the alert is known again, at `expires_at` no longer; None is for ever."""

    digest: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDraft:
    """An unfinished order of the ledger whose cancel is asked for."""

    order_id: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDraft:
    """One instruction for one account. With a `failure` it is kept as FAILED and never sent.

    `reduce_only` is what is meant: an exit. It is said to venues that have a word for it.
    `contract_size` is the instrument's: profit is counted with it, and the venue is not told.
    `is_exit`: sized by the ledger's position, so it never closes more than what is left of that.
    `behind`, `leg`, `role` and the attached exits are those of `orders.models.Order`.
    `linked_to` is the client order id of the other exit of a pair: one cancels the other.
    `target`: where the strategy is to stand, signed, of an order that opens what is missing there.
    """

    account: ExchangeAccount
    owner_id: int
    strategy_id: int
    group_name: str
    receipt: str
    instruction: int
    client_order_id: str
    market_type: MarketType
    symbol: str
    side: Side
    order_type: OrderType
    quantity: Decimal
    expires_at: datetime
    price: Decimal | None = None
    stop_price: Decimal | None = None
    time_in_force: TimeInForce | None = None
    reduce_only: bool = False
    post_only: bool = False
    leverage: Decimal = Decimal(1)
    contract_size: Decimal = Decimal(1)
    reference_price: Decimal | None = None
    failure: Reason | None = None
    leg: int = 0
    role: OrderRole | None = None
    is_exit: bool = False
    behind: str = ""
    linked_to: str = ""
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None
    trail: Decimal | None = None
    target: Decimal | None = None

    def request(self, offers: Capabilities) -> OrderRequest:
        return OrderRequest(
            client_order_id=self.client_order_id,
            market_type=self.market_type,
            symbol=self.symbol,
            side=self.side,
            order_type=self.order_type,
            quantity=self.quantity,
            price=self.price,
            stop_price=self.stop_price,
            time_in_force=self.time_in_force,
            reduce_only=self.reduce_only and offers.reduce_only,
            post_only=self.post_only,
            leverage=self.leverage,
            reference_price=self.reference_price,
            trail=self.trail if self.role is OrderRole.TRAIL else None,
            linked_to=self.linked_to if offers.linked_exits else "",
        )
