from django.urls import include, path
from rest_framework.routers import SimpleRouter

from strategies.rest.views import AccountViewSet, LinkViewSet, StrategyViewSet

own = SimpleRouter()
own.register("accounts", AccountViewSet, basename="account")
own.register("strategies", StrategyViewSet, basename="strategy")

links = SimpleRouter()
links.register("links", LinkViewSet, basename="link")

urlpatterns = [
    *own.urls,
    path("strategies/<int:strategy_pk>/", include(links.urls)),
]
