from django.urls import include, path, re_path

from tradingbridge.desk import views

urlpatterns = [
    path("", views.desk, name="desk"),
    re_path(r"^alerts/(?P<receipt>[0-9A-Za-z]{1,26})/$", views.alert, name="alert-trail"),
    path("i18n/", include("django.conf.urls.i18n")),
]
