from django.templatetags.static import static
from django.urls import path, re_path
from django.views.generic import RedirectView

from tradingbridge.desk import views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("alerts/builder/", views.builder, name="builder"),
    re_path(r"^alerts/(?P<receipt>[0-9A-Za-z]{1,26})/$", views.alert, name="alert-trail"),
    # Browsers ask for it on every page, also on those that are not ours.
    path("favicon.ico", RedirectView.as_view(url=static("desk/mark.svg"))),
]
