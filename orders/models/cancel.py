from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.alert import Alert
from orders.models.order import Order


class CancelAsk(models.Model):
    """A cancel that was promised: should its process die, another asks the venue again until it
    is settled. `alert` is null where no alert asked; `asked_by` is the process that sees to it.
    """

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="cancel_asks", verbose_name=_("order")
    )
    alert = models.ForeignKey(
        Alert,
        on_delete=models.CASCADE,
        related_name="cancel_asks",
        null=True,
        blank=True,
        verbose_name=_("alert"),
    )
    cause = models.TextField(_("cause"), blank=True)
    asked_by = models.BigIntegerField(_("asked by process"))
    asked_at = models.DateTimeField(_("asked"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta:
        verbose_name = _("asked cancel")
        verbose_name_plural = _("asked cancels")
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("order",),
                name="cancel_ask_unsettled",
                condition=models.Q(settled_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.order} {self.cause}"
