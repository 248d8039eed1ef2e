from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

urlpatterns = [
    path("", include("tradingbridge.desk.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("api/", include("webhooks.urls")),
    path("api/", include("strategies.urls")),
    path("api/", include("orders.urls")),
    path("api/health/", include("tradingbridge.health")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerView.as_view(url_name="schema"), name="docs"),
]

handler404 = "tradingbridge.errors.not_found"
handler500 = "tradingbridge.errors.broken"
