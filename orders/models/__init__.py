from orders.models.alert import Alert
from orders.models.cancel import CancelAsk
from orders.models.duplicate import AlertDuplicate, AlertKey
from orders.models.event import OrderEvent
from orders.models.missed import MissedAlert, Signal
from orders.models.order import OpenOrder, Order, OrderTransition
from orders.models.protection import Protection
from orders.models.trade import Position, RealizedProfit, Trade

__all__ = [
    "Alert",
    "AlertDuplicate",
    "AlertKey",
    "CancelAsk",
    "MissedAlert",
    "OpenOrder",
    "Order",
    "OrderEvent",
    "OrderTransition",
    "Position",
    "Protection",
    "RealizedProfit",
    "Signal",
    "Trade",
]
