"""The runs of the reconciliation, and their findings."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from pizzeria.foundation.money import AmountField


class FindingKind(models.TextChoices):
    PAID_NOT_IN_KITCHEN = "paid_not_in_kitchen", _("paid, but not in the kitchen")
    COOKED_NOT_PAID = "cooked_not_paid", _("cooked, but not paid")
    CHARGED_TWICE = "charged_twice", _("charged twice")
    REFUNDED_NOT_CANCELLED = "refunded_not_cancelled", _("refunded at the gateway, but not here")
    NOT_REFUNDED = "not_refunded", _("cancelled, but not refunded")
    WITHOUT_ORDER = "without_order", _("captured without an order")
    NOT_AT_GATEWAY = "not_at_gateway", _("paid here, but not at the gateway")
    OTHER_AMOUNT = "other_amount", _("another amount at the gateway than here")


class ReconciliationRun(models.Model):
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    payments = models.PositiveIntegerField(default=0)  # of the gateway that were compared
    orders = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"reconciliation of {self.started_at:%Y-%m-%d %H:%M}"


class ReconciliationFinding(models.Model):
    run = models.ForeignKey(ReconciliationRun, models.CASCADE, related_name="findings")
    kind = models.CharField(max_length=24, choices=FindingKind)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    payment_id = models.CharField(max_length=120, blank=True)
    amount = AmountField(null=True)
    is_repaired = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.order or self.payment_id}"
