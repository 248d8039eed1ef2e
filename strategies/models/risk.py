from django.db import models
from django.utils.translation import gettext_lazy as _

from strategies.fields import ExactDecimalField
from strategies.models.account import StrategyAccount
from strategies.models.strategy import Strategy


class RiskLimits(models.Model):
    """What may be opened. Empty does not limit; exits pass all of it.

    Amounts are in the quote currency of what is traded, percents as the alert writes them.
    Hours are of `timezone`; from later than until goes past midnight. Monday is 0.
    """

    allowed_symbols = models.JSONField(_("allowed symbols"), default=list, blank=True)
    allowed_sides = models.JSONField(_("allowed sides"), default=list, blank=True)
    allowed_market_types = models.JSONField(_("allowed market types"), default=list, blank=True)
    max_qty_per = ExactDecimalField(_("largest qty_per"), null=True, blank=True)
    max_notional = ExactDecimalField(_("largest order amount"), null=True, blank=True)
    max_open_positions = models.PositiveIntegerField(
        _("most open positions"), null=True, blank=True
    )
    max_open_orders = models.PositiveIntegerField(_("most open orders"), null=True, blank=True)
    max_daily_loss = ExactDecimalField(_("largest loss of a day"), null=True, blank=True)
    max_price_deviation = ExactDecimalField(_("largest price deviation (%)"), null=True, blank=True)
    trading_days = models.JSONField(_("trading days"), default=list, blank=True)
    trading_from = models.TimeField(_("trading from"), null=True, blank=True)
    trading_until = models.TimeField(_("trading until"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Seoul")
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True


class StrategyRisk(RiskLimits):
    """Of the whole strategy: counts and losses are summed over its accounts."""

    max_alerts_per_minute = models.PositiveIntegerField(
        _("most alerts a minute"), null=True, blank=True
    )

    strategy = models.OneToOneField(
        Strategy, on_delete=models.CASCADE, related_name="risk", verbose_name=_("strategy")
    )

    class Meta:
        verbose_name = _("strategy risk limits")
        verbose_name_plural = _("strategy risk limits")

    def __str__(self) -> str:
        return str(self.strategy)


class LinkRisk(RiskLimits):
    """Of the strategy on one account."""

    link = models.OneToOneField(
        StrategyAccount, on_delete=models.CASCADE, related_name="risk", verbose_name=_("link")
    )

    class Meta:
        verbose_name = _("link risk limits")
        verbose_name_plural = _("link risk limits")

    def __str__(self) -> str:
        return str(self.link)
