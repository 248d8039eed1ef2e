from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from strategies.fields import ExactDecimalField
from strategies.models import Account, Strategy


class Trade(models.Model):
    """One fill."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="trades", verbose_name=_("order")
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="trades", verbose_name=_("account")
    )
    exchange_trade_id = models.CharField(_("the venue's trade id"), max_length=100)
    quantity = ExactDecimalField(_("quantity"))
    price = ExactDecimalField(_("price"))
    fee = ExactDecimalField(_("fee"), default=Decimal(0))
    fee_currency = models.CharField(_("fee currency"), max_length=20, blank=True)
    executed_at = models.DateTimeField(_("executed"))

    class Meta:
        verbose_name = _("trade")
        verbose_name_plural = _("trades")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("order", "exchange_trade_id"), name="one_trade_per_fill"
            ),
            models.CheckConstraint(
                name="trade_quantity_is_positive", condition=models.Q(quantity__gt=0)
            ),
        )
        indexes = (models.Index(fields=("account", "-id"), name="trade_by_account"),)

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} @ {self.price.normalize():f}"


class Position(models.Model):
    """The sum of a strategy's trades on an account. `quantity` is signed; short is negative."""

    strategy = models.ForeignKey(
        Strategy, on_delete=models.PROTECT, related_name="positions", verbose_name=_("strategy")
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="positions", verbose_name=_("account")
    )
    market_type = models.CharField(_("market type"), max_length=32)
    symbol = models.CharField(_("symbol"), max_length=64)
    quantity = ExactDecimalField(_("quantity"), default=Decimal(0))
    average_price = ExactDecimalField(_("average price"), default=Decimal(0))
    realized_pnl = ExactDecimalField(_("realized profit"), default=Decimal(0))
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ("-updated_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("strategy", "account", "market_type", "symbol"),
                name="one_position_per_strategy_account_and_symbol",
            ),
        )

    def __str__(self) -> str:
        return f"{self.symbol} {self.quantity.normalize():f}"


class RealizedProfit(models.Model):
    """What one fill, or the news of its true price, realised: negative for a loss, before fees, in
    quote currency. All of a position's rows add up to what its `realized_pnl` grew by since there
    are such rows. `at` is when the fill was executed.
    """

    strategy = models.ForeignKey(
        Strategy, on_delete=models.PROTECT, related_name="+", verbose_name=_("strategy")
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("account")
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="realized", verbose_name=_("order")
    )
    market_type = models.CharField(_("market type"), max_length=32)
    symbol = models.CharField(_("symbol"), max_length=64)
    amount = ExactDecimalField(_("amount"))
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("realized profit")
        verbose_name_plural = _("realized profits")
        ordering = ("id",)
        indexes = (models.Index(fields=("strategy", "at"), name="realized_by_strategy"),)

    def __str__(self) -> str:
        return f"{self.symbol} {self.amount.normalize():f}"
