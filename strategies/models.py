"""Users' strategies, accounts, and the links between them."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from exchanges.vocabulary import AccountType, MarketType
from strategies.fields import ExactDecimalField


def _choices(words: type[MarketType] | type[AccountType]) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]


class OutsideHours(models.TextChoices):
    """What happens to an alert while its market is closed."""

    REFUSE = "refuse", _("Refuse")
    PARK = "park", _("Park until the open")
    RESERVE = "reserve", _("Reserve at the broker")
    SEND = "send", _("Send anyway")


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
        _("market type"), max_length=32, choices=_choices(MarketType), default=MarketType.SPOT
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
    """A token's keyed hash; the token itself is shown once and never stored."""

    strategy = models.ForeignKey(
        Strategy, on_delete=models.CASCADE, related_name="tokens", verbose_name=_("strategy")
    )
    digest = models.CharField(_("digest"), max_length=64)
    hint = models.CharField(_("ends in"), max_length=8)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("strategy token")
        verbose_name_plural = _("strategy tokens")
        constraints = (models.UniqueConstraint(fields=("digest",), name="one_row_per_token"),)

    def __str__(self) -> str:
        return f"{self.strategy} …{self.hint}"


class Account(models.Model):
    """A user's account at a venue or broker. `sealed_credentials` is encrypted at rest."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="accounts",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=100)
    account_type = models.CharField(_("account type"), max_length=8, choices=_choices(AccountType))
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


class ApiToken(models.Model):
    """A user's key to the REST API and the event streams, kept as a keyed hash."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_tokens",
        verbose_name=_("user"),
    )
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(_("digest"), max_length=64)
    hint = models.CharField(_("ends in"), max_length=8)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = (models.UniqueConstraint(fields=("digest",), name="one_row_per_api_token"),)

    def __str__(self) -> str:
        return f"{self.name} …{self.hint}"
