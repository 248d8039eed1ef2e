from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchanges.vocabulary import MarketType
from strategies.models.words import choices


class OutsideHours(models.TextChoices):
    """What happens to an alert while its market is closed."""

    REFUSE = "refuse", _("Refuse")
    PARK = "park", _("Park until the open")
    RESERVE = "reserve", _("Reserve at the broker")
    SEND = "send", _("Send anyway")


class OnMissedAlert(models.TextChoices):
    """What follows when an alert shows that one before it was lost."""

    TELL = "tell", _("Tell")
    STOP_OPENING = "stop_opening", _("Stop opening orders until it is reviewed")


class Strategy(models.Model):
    """What an alert names. Durations are in seconds."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="strategies",
        verbose_name=_("owner"),
    )
    group_name = models.CharField(_("group name"), max_length=100)
    market_type = models.CharField(
        _("market type"), max_length=32, choices=choices(MarketType), default=MarketType.SPOT
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_public = models.BooleanField(_("public"), default=False)
    language = models.CharField(
        _("language"), max_length=2, blank=True, choices=[("ko", "한국어"), ("en", "English")]
    )
    answer_within = models.DecimalField(
        _("answer within (seconds)"), max_digits=6, decimal_places=3, default=Decimal("2.5")
    )
    max_age = models.DecimalField(
        _("maximum age (seconds)"), max_digits=9, decimal_places=3, default=Decimal(60)
    )
    dedupe_window = models.DecimalField(
        _("duplicate window (seconds)"), max_digits=9, decimal_places=3, default=Decimal(30)
    )
    outside_hours = models.CharField(
        _("outside trading hours"),
        max_length=8,
        choices=OutsideHours.choices,
        default=OutsideHours.REFUSE,
    )
    on_missed_alert = models.CharField(
        _("on a missed alert"),
        max_length=12,
        choices=OnMissedAlert.choices,
        default=OnMissedAlert.TELL,
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")
        ordering = ("group_name",)
        constraints = (
            models.UniqueConstraint(fields=("group_name",), name="one_strategy_per_group_name"),
            models.CheckConstraint(
                name="strategy_durations_are_sane",
                condition=models.Q(answer_within__gt=0, max_age__gt=0, dedupe_window__gte=0),
            ),
        )

    def __str__(self) -> str:
        return self.group_name


class StrategyToken(models.Model):
    """A token's keyed hash; the token itself is shown once.

    `sealed` is the token encrypted at rest: a signature can only be checked with the token itself.
    """

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("strategy")
    )
    digest = models.CharField(_("digest"), max_length=64)
    hint = models.CharField(_("ends in"), max_length=8)
    sealed = models.TextField(_("sealed token"), blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("strategy token")
        verbose_name_plural = _("strategy tokens")
        constraints = (models.UniqueConstraint(fields=("digest",), name="one_row_per_token"),)

    def __str__(self) -> str:
        return f"{self.strategy} …{self.hint}"
