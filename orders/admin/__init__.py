"""The admin's pages of the ledger: history, which nobody edits."""

from django.contrib import admin

from orders.admin.alert import AlertAdmin
from orders.admin.missed import MissedAlertAdmin
from orders.admin.order import OpenOrderAdmin, OrderAdmin
from orders.admin.trade import PositionAdmin, TradeAdmin
from orders.models import Alert, MissedAlert, OpenOrder, Order, Position, Trade

admin.site.register(Alert, AlertAdmin)
admin.site.register(Order, OrderAdmin)
admin.site.register(OpenOrder, OpenOrderAdmin)
admin.site.register(Trade, TradeAdmin)
admin.site.register(Position, PositionAdmin)
admin.site.register(MissedAlert, MissedAlertAdmin)
