"""The words of an order's life. The table of their order is in `orders.states`."""

from enum import StrEnum


class OrderStatus(StrEnum):
    PENDING = "PENDING"
    SUBMITTING = "SUBMITTING"
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class OrderRole(StrEnum):
    """What an order is for, where the alert did not ask for it by itself."""

    TAKE_PROFIT = "TAKE_PROFIT"
    STOP_LOSS = "STOP_LOSS"
    TRAIL = "TRAIL"


OPEN_STATUSES = frozenset(
    {
        OrderStatus.PENDING,
        OrderStatus.SUBMITTING,
        OrderStatus.NEW,
        OrderStatus.PARTIALLY_FILLED,
        OrderStatus.CANCELLING,
        OrderStatus.UNKNOWN,
    }
)


class AlertStatus(StrEnum):
    REJECTED = "REJECTED"
    ACCEPTED = "ACCEPTED"


class ProtectionStatus(StrEnum):
    """ACTIVE until nothing is left to protect; BROKEN when an exit could not be placed."""

    ACTIVE = "ACTIVE"
    ENDED = "ENDED"
    BROKEN = "BROKEN"


class EventName(StrEnum):
    """What subscribers of the event stream hear."""

    ORDER_CREATED = "order_created"
    ORDER_UPDATED = "order_updated"
    ORDER_FILLED = "order_filled"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_REJECTED = "order_rejected"
    ORDER_UNKNOWN = "order_unknown"
    TRADE_EXECUTED = "trade_executed"
    POSITION_UPDATED = "position_updated"
    ALERT_RECEIVED = "alert_received"
    ALERT_REJECTED = "alert_rejected"
    BRIDGE_STATE = "bridge_state"
