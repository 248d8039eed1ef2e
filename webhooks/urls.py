from django.urls import path

from webhooks.views import SlashedWebhookView, WebhookView

urlpatterns = [
    path("webhook", WebhookView.as_view(), name="webhook"),
    path("webhook/", SlashedWebhookView.as_view()),
]
