from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from strategies.models import Strategy

_POSITIONS = [(word, word) for word in ("LONG", "SHORT", "FLAT")]


class Signal(models.Model):
    """The market position that a strategy's last alert for a symbol told. `told_at` is the
    sender's own time where it says one.
    """

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="signals", verbose_name=_("strategy")
    )
    market_type = models.CharField(_("market type"), max_length=32)
    symbol = models.CharField(_("symbol"), max_length=64)
    position = models.CharField(_("market position"), max_length=8, choices=_POSITIONS)
    receipt = models.CharField(_("receipt"), max_length=26)
    told_at = models.DateTimeField(_("told"))

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        constraints = (
            models.UniqueConstraint(
                fields=("strategy", "market_type", "symbol"), name="one_signal_per_symbol"
            ),
        )

    def __str__(self) -> str:
        return f"{self.symbol} {self.position}"


class MissedAlert(models.Model):
    """Between two alerts that arrived one must have been lost: the later one's
    `prev_market_position` (`told`) is not what the earlier one left (`expected`).
    """

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="missed_alerts", verbose_name=_("strategy")
    )
    market_type = models.CharField(_("market type"), max_length=32)
    symbol = models.CharField(_("symbol"), max_length=64)
    expected = models.CharField(_("expected"), max_length=8, choices=_POSITIONS)
    told = models.CharField(_("told"), max_length=8, choices=_POSITIONS)
    last_receipt = models.CharField(_("last alert before"), max_length=26)
    receipt = models.CharField(_("receipt"), max_length=26)
    detected_at = models.DateTimeField(_("detected"))
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reviewed by"),
    )

    class Meta:
        verbose_name = _("missed alert")
        verbose_name_plural = _("missed alerts")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("receipt", "symbol"), name="one_gap_per_alert"),
        )
        indexes = (
            models.Index(
                fields=("strategy",),
                name="missed_not_reviewed",
                condition=models.Q(reviewed_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.strategy} {self.symbol}: {self.expected} ≠ {self.told}"
