from django.urls import path, re_path

from webhooks.replays import ReplayView
from webhooks.schema_views import AlertSchemaView
from webhooks.views import NamedWebhookView, PreviewView, SlashedWebhookView, WebhookView

urlpatterns = [
    path("alert.schema.json", AlertSchemaView.as_view(), name="alert-schema"),
    path("webhook", WebhookView.as_view(), name="webhook"),
    path("webhook/", SlashedWebhookView.as_view()),
    re_path(r"^webhook/preview/?$", PreviewView.as_view(), name="webhook-preview"),
    re_path(r"^webhook/(?P<group_name>.+?)/?$", NamedWebhookView.as_view(), name="webhook-named"),
    re_path(
        r"^alerts/(?P<alert>[0-9A-Za-z]{1,26})/preview/$",
        ReplayView.as_view(),
        name="alert-preview",
    ),
]
