from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchanges.vocabulary import AccountType
from strategies.fields import ExactDecimalField
from strategies.models.strategy import Strategy
from strategies.models.words import choices


class Account(models.Model):
    """A user's account at a venue or broker. `sealed_credentials` is encrypted at rest."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="accounts",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=100)
    account_type = models.CharField(_("account type"), max_length=8, choices=choices(AccountType))
    exchange = models.CharField(_("exchange"), max_length=40)
    is_demo = models.BooleanField(_("demo"), default=True)
    is_active = models.BooleanField(_("active"), default=True)
    sealed_credentials = models.TextField(_("sealed credentials"), blank=True, editable=False)
    base_url = models.CharField(_("base URL"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("owner", "name"), name="one_account_name_per_owner"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.exchange})"


class StrategyAccount(models.Model):
    """A link: this strategy's alerts trade on this account. `capital` is in the quote currency.

    `weight` is kept and not read yet: sizes come from the alert and from the capital alone.
    """

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="links", verbose_name=_("strategy")
    )
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="links", verbose_name=_("account")
    )
    capital = ExactDecimalField(_("capital"), default=Decimal(0))
    leverage = models.DecimalField(
        _("leverage"), max_digits=8, decimal_places=3, default=Decimal(1)
    )
    weight = models.DecimalField(_("weight"), max_digits=12, decimal_places=6, default=Decimal(1))
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("strategy", "account"), name="one_link_per_strategy_and_account"
            ),
            models.CheckConstraint(
                name="link_amounts_are_sane",
                condition=models.Q(capital__gte=0, leverage__gt=0, weight__gte=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.strategy} → {self.account}"
