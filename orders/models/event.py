from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.vocabulary import EventName


class OrderEvent(models.Model):
    """One event of the stream, kept for replay. Ids are committed in their own order."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="order_events",
        verbose_name=_("user"),
    )
    name = models.CharField(
        _("name"), max_length=32, choices=[(e.value, e.value) for e in EventName]
    )
    strategy = models.CharField(_("strategy"), max_length=100, blank=True)
    account_id = models.BigIntegerField(_("account"), null=True, blank=True)
    payload = models.JSONField(_("payload"))
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("order event")
        verbose_name_plural = _("order events")
        ordering = ("id",)
        indexes = (models.Index(fields=("user", "id"), name="event_by_user"),)

    def __str__(self) -> str:
        return f"{self.id} {self.name}"
