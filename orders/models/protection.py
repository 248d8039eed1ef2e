from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.order import Order
from orders.vocabulary import ProtectionStatus
from strategies.fields import ExactDecimalField


class Protection(models.Model):
    """The exits attached to an entry. `guarded` is how much of its fills is still to be protected,
    unsigned; `released` is how much of them others than its exits have closed; `legs` is how many
    legs of the instruction its exits have used.
    """

    entry = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="protection", verbose_name=_("entry")
    )
    status = models.CharField(
        _("status"), max_length=8, choices=[(s.value, s.value) for s in ProtectionStatus]
    )
    seen = ExactDecimalField(_("seen filled"), default=Decimal(0))
    guarded = ExactDecimalField(_("guarded"), default=Decimal(0))
    released = ExactDecimalField(_("closed by others"), default=Decimal(0))
    legs = models.PositiveSmallIntegerField(_("legs"), default=0)
    error_code = models.CharField(_("error code"), max_length=64, blank=True)
    error_ko = models.TextField(_("error (Korean)"), blank=True)
    error_en = models.TextField(_("error (English)"), blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("updated"))

    class Meta:
        verbose_name = _("protection")
        verbose_name_plural = _("protections")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="protection_guards_nothing_negative", condition=models.Q(guarded__gte=0)
            ),
        )
        indexes = (
            models.Index(
                fields=("entry",),
                name="protection_at_work",
                condition=models.Q(status=ProtectionStatus.ACTIVE.value) | models.Q(guarded__gt=0),
            ),
        )

    def __str__(self) -> str:
        return f"{self.entry} ({self.status})"
