from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.alert import Alert
from strategies.models import Strategy


class AlertKey(models.Model):
    """What makes two alerts of a strategy the same one. `expires_at` is null for a key that holds
    for ever: the sender's own id.
    """

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="+", verbose_name=_("strategy")
    )
    digest = models.CharField(_("digest"), max_length=64)
    receipt = models.CharField(_("receipt"), max_length=26)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("alert key")
        verbose_name_plural = _("alert keys")
        constraints = (
            models.UniqueConstraint(
                fields=("strategy", "digest"), name="one_alert_per_strategy_and_key"
            ),
        )
        indexes = (models.Index(fields=("expires_at",), name="alert_key_by_expiry"),)

    def __str__(self) -> str:
        return self.receipt


class AlertDuplicate(models.Model):
    """A copy of an alert that arrived again and made no orders."""

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="duplicates", verbose_name=_("alert")
    )
    received_at = models.DateTimeField(_("received"))
    peer = models.CharField(_("sender"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("duplicate")
        verbose_name_plural = _("duplicates")
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.alert} {self.received_at.isoformat()}"
