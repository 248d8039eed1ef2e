from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.vocabulary import AlertStatus
from strategies.models import Strategy


class Alert(models.Model):
    """What a sender posted, and what it was answered. `body` has its secrets masked."""

    receipt = models.CharField(_("receipt"), max_length=26)
    strategy = models.ForeignKey(
        Strategy,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="alerts",
        verbose_name=_("strategy"),
    )
    group_name = models.CharField(_("group name"), max_length=100, blank=True)
    status = models.CharField(
        _("status"), max_length=16, choices=[(s.value, s.value) for s in AlertStatus]
    )
    body = models.TextField(_("message"))
    content_type = models.CharField(_("content type"), max_length=100, blank=True)
    peer = models.CharField(_("sender"), max_length=64, blank=True)
    reading = models.JSONField(_("reading"), default=dict)
    warnings = models.JSONField(_("warnings"), default=list)
    market_type = models.CharField(_("market type"), max_length=32, blank=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=64, blank=True)
    error_message = models.TextField(_("error message"), blank=True)
    error_field = models.CharField(_("field in error"), max_length=64, blank=True)
    received_at = models.DateTimeField(_("received"))
    answer = models.JSONField(_("answer"), null=True, blank=True)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("-id",)
        constraints = (models.UniqueConstraint(fields=("receipt",), name="one_alert_per_receipt"),)
        indexes = (
            models.Index(fields=("strategy", "-id"), name="alert_by_strategy"),
            models.Index(fields=("received_at",), name="alert_by_time"),
        )

    def __str__(self) -> str:
        return self.receipt
