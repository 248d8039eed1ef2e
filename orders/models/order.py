from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from exchanges.vocabulary import MarketType, OrderType, Side
from orders.models.alert import Alert
from orders.states import Event
from orders.vocabulary import OPEN_STATUSES, OrderRole, OrderStatus
from strategies.fields import ExactDecimalField
from strategies.models import Account, Strategy

_FAILED = OrderStatus.FAILED.value


class Order(models.Model):
    """What we want of one account. Never deleted: a finished order is history.

    `status` is written by `orders.transitions` alone. `quantity` is in base units, shares or
    contracts; prices are in the quote currency. `claimed_by` is the process that may send it.

    An instruction's own order is leg 0; a flip's second order and the exits that protect an entry
    are further legs. `behind` is the client order id of the order that must have been accepted
    first: a flip's closing order, or the entry that this exit protects (then `role` is set).
    `linked_to` is the client order id of the other exit of a pair: one cancels the other.
    `take_profit`, `stop_loss` and `trail` are what an entry asks for; on an order whose role is
    TRAIL, `trail` is its own distance. `target` is where the strategy is to stand, signed, on an
    order that opens what is missing there: it is trimmed to what is missing when it leaves.
    """

    alert = models.ForeignKey(
        Alert, on_delete=models.PROTECT, related_name="orders", verbose_name=_("alert")
    )
    strategy = models.ForeignKey(
        Strategy, on_delete=models.PROTECT, related_name="orders", verbose_name=_("strategy")
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="orders", verbose_name=_("account")
    )
    instruction = models.PositiveSmallIntegerField(_("instruction"))
    leg = models.PositiveSmallIntegerField(_("leg"), default=0)
    role = models.CharField(
        _("role"), max_length=12, blank=True, choices=[(r.value, r.value) for r in OrderRole]
    )
    is_exit = models.BooleanField(_("closes the position"), default=False)
    behind = models.CharField(_("goes behind"), max_length=32, blank=True)
    linked_to = models.CharField(_("linked to"), max_length=32, blank=True)
    client_order_id = models.CharField(_("client order id"), max_length=32)
    exchange_order_id = models.CharField(_("the venue's order id"), max_length=100, blank=True)
    exchange = models.CharField(_("exchange"), max_length=40)
    market_type = models.CharField(
        _("market type"), max_length=32, choices=[(m.value, m.value) for m in MarketType]
    )
    symbol = models.CharField(_("symbol"), max_length=64)
    side = models.CharField(_("side"), max_length=4, choices=[(s.value, s.value) for s in Side])
    order_type = models.CharField(
        _("order type"), max_length=20, choices=[(t.value, t.value) for t in OrderType]
    )
    time_in_force = models.CharField(_("time in force"), max_length=8, blank=True)
    reduce_only = models.BooleanField(_("reduce only"), default=False)
    post_only = models.BooleanField(_("post only"), default=False)
    quantity = ExactDecimalField(_("quantity"))
    price = ExactDecimalField(_("price"), null=True, blank=True)
    stop_price = ExactDecimalField(_("stop price"), null=True, blank=True)
    reference_price = ExactDecimalField(_("reference price"), null=True, blank=True)
    take_profit = ExactDecimalField(_("take profit"), null=True, blank=True)
    stop_loss = ExactDecimalField(_("stop loss"), null=True, blank=True)
    trail = ExactDecimalField(_("trail"), null=True, blank=True)
    target = ExactDecimalField(_("target"), null=True, blank=True)
    leverage = models.DecimalField(
        _("leverage"), max_digits=8, decimal_places=3, default=Decimal(1)
    )
    contract_size = ExactDecimalField(_("contract size"), default=Decimal(1))
    filled_quantity = ExactDecimalField(_("filled"), default=Decimal(0))
    average_price = ExactDecimalField(_("average price"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=[(s.value, s.value) for s in OrderStatus]
    )
    error_code = models.CharField(_("error code"), max_length=64, blank=True)
    error_ko = models.TextField(_("error (Korean)"), blank=True)
    error_en = models.TextField(_("error (English)"), blank=True)
    claimed_by = models.BigIntegerField(_("claimed by process"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("alert", "instruction", "account", "leg"),
                name="one_order_per_instruction_account_and_leg",
            ),
            models.UniqueConstraint(fields=("client_order_id",), name="one_order_per_client_id"),
            models.CheckConstraint(
                name="order_quantity_is_positive_unless_failed",
                condition=models.Q(quantity__gt=0) | models.Q(status=_FAILED, quantity=0),
            ),
            models.CheckConstraint(
                name="order_contract_size_is_positive", condition=models.Q(contract_size__gt=0)
            ),
            models.CheckConstraint(
                name="order_fills_are_not_negative", condition=models.Q(filled_quantity__gte=0)
            ),
            models.CheckConstraint(
                name="order_status_is_known",
                condition=models.Q(status__in=[s.value for s in OrderStatus]),
            ),
        )
        indexes = (
            models.Index(fields=("strategy", "-id"), name="order_by_strategy"),
            models.Index(fields=("account", "-id"), name="order_by_account"),
            models.Index(fields=("symbol", "-id"), name="order_by_symbol"),
            models.Index(fields=("created_at",), name="order_by_time"),
            models.Index(
                fields=("exchange_order_id",),
                name="order_by_venue_id",
                condition=~models.Q(exchange_order_id=""),
            ),
            models.Index(fields=("behind",), name="order_behind", condition=~models.Q(behind="")),
            models.Index(
                fields=("id",),
                name="order_with_exits",
                condition=models.Q(role="")
                & (
                    models.Q(take_profit__isnull=False)
                    | models.Q(stop_loss__isnull=False)
                    | models.Q(trail__isnull=False)
                ),
            ),
            models.Index(
                fields=("account", "symbol"),
                name="order_open",
                condition=models.Q(status__in=sorted(s.value for s in OPEN_STATUSES)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.side} {self.quantity.normalize():f} {self.symbol} ({self.status})"


class OpenOrders(models.Manager["OpenOrder"]):
    def get_queryset(self) -> models.QuerySet["OpenOrder"]:
        return super().get_queryset().filter(status__in=[s.value for s in OPEN_STATUSES])


class OpenOrder(Order):
    """The orders that are not finished, under the name that some look for."""

    objects: ClassVar[OpenOrders] = OpenOrders()

    class Meta:
        proxy = True
        verbose_name = _("open order")
        verbose_name_plural = _("open orders")


class OrderTransition(models.Model):
    """One step of an order's life; written with the status it explains, in one transaction."""

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="transitions", verbose_name=_("order")
    )
    from_status = models.CharField(_("from"), max_length=20, blank=True)
    to_status = models.CharField(_("to"), max_length=20)
    event = models.CharField(_("event"), max_length=32)
    cause = models.TextField(_("cause"), blank=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("order transition")
        verbose_name_plural = _("order transitions")
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("cause",),
                name="cancel_by_cause",
                condition=models.Q(event=Event.CANCEL_ASKED.value),
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_status or '·'} → {self.to_status}"
