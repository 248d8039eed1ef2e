"""This room's addresses alone, where the composition puts them."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("strategies.urls")),
]
