from orders.models.alert import Alert
from orders.models.event import OrderEvent
from orders.models.order import OpenOrder, Order, OrderTransition
from orders.models.trade import Position, Trade

__all__ = ["Alert", "OpenOrder", "Order", "OrderEvent", "OrderTransition", "Position", "Trade"]
