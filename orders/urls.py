"""The ledger under `/api/`."""

from django.urls import path, re_path

from orders.rest.alert_views import Alerts, OneAlert, OneReceipt
from orders.rest.missed_views import MissedAlerts, ReviewMissedAlert
from orders.rest.order_views import CancelOrder, OneOrder, OpenOrders, Orders
from orders.rest.trade_views import ClosePosition, Positions, Trades
from orders.stream.views import Events

urlpatterns = [
    path("orders/", Orders.as_view(), name="orders"),
    path("orders/open/", OpenOrders.as_view(), name="open-orders"),
    path("orders/<int:pk>/", OneOrder.as_view(), name="order"),
    path("orders/<int:pk>/cancel/", CancelOrder.as_view(), name="cancel-order"),
    path("trades/", Trades.as_view(), name="trades"),
    path("positions/", Positions.as_view(), name="positions"),
    path("positions/<int:pk>/close/", ClosePosition.as_view(), name="close-position"),
    path("alerts/", Alerts.as_view(), name="alerts"),
    path("alerts/<int:pk>/", OneAlert.as_view(), name="alert"),
    path("missed-alerts/", MissedAlerts.as_view(), name="missed-alerts"),
    path(
        "missed-alerts/<int:pk>/review/",
        ReviewMissedAlert.as_view(),
        name="review-missed-alert",
    ),
    re_path(r"^receipts/(?P<receipt>[0-9A-Za-z]{1,26})/?$", OneReceipt.as_view(), name="receipt"),
    path("events/", Events.as_view(), name="events"),
]
