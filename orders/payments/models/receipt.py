"""
Receipts and credit notes: numbered without gaps, and never changed.

A receipt is a snapshot: its page and its PDF can be made again from its row alone, at any time. It holds no personal
data.
"""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from kitchen.models import Kitchen
from orders.models import Order
from orders.payments.models.payment import PaymentAttempt, Refund
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.locking import LockingQuerySet
from pizzeria.foundation.money import AmountField


class ReceiptCounterQuerySet(LockingQuerySet["ReceiptCounter"]):
    pass


class ReceiptCounter(models.Model):
    """
    The last number that a kitchen has given to a receipt in a year.

    Its lock is the last of all, and held until the commit: a transaction that is rolled back leaves no gap.
    """

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()  # of the business date
    last_number = models.PositiveIntegerField(default=0)

    objects = ReceiptCounterQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kitchen", "year"], name="receipt_counter_once_a_year")]

    def __str__(self) -> str:
        return f"{self.year}: {self.last_number}"


class ReceiptKind(models.TextChoices):
    RECEIPT = "receipt", _("receipt")
    CREDIT_NOTE = "credit_note", _("credit note")


class Receipt(models.Model):
    """A receipt for a payment, or a credit note for a refund. A trigger (migration 0003) refuses every change."""

    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()  # of the business date
    number = models.PositiveIntegerField()  # of the kitchen's year, from 1
    kind = models.CharField(max_length=12, choices=ReceiptKind)
    order = models.ForeignKey(Order, models.PROTECT, related_name="receipts")
    attempt = models.OneToOneField(PaymentAttempt, models.PROTECT, null=True, related_name="receipt")
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, related_name="credit_note")
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="credit_notes")
    issued_at = models.DateTimeField()
    business_date = models.DateField()
    currency = models.CharField(max_length=3)
    total = AmountField[Decimal, Decimal]()  # of a credit note: what was refunded
    content = models.JSONField()  # an orders.payments.receipts.content.ReceiptContent

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["business_date"], name="receipt_by_day"),
            models.Index(fields=["number"], name="receipt_by_number"),  # the admin's search
        ]
        constraints = [
            models.UniqueConstraint(fields=["kitchen", "year", "number"], name="receipt_number_once_a_year"),
            models.CheckConstraint(condition=models.Q(total__gt=0, number__gte=1), name="receipt_of_something"),
            models.CheckConstraint(
                condition=models.Q(
                    kind=ReceiptKind.RECEIPT, attempt__isnull=False, refund__isnull=True, corrects__isnull=True
                )
                | models.Q(
                    kind=ReceiptKind.CREDIT_NOTE, attempt__isnull=True, refund__isnull=False, corrects__isnull=False
                ),
                name="receipt_of_a_payment_or_a_refund",
            ),
        ]

    def __str__(self) -> str:
        return self.number_text

    @property
    def number_text(self) -> str:
        """Return the number as it is printed: 2026-000042."""
        return f"{self.year}-{self.number:06}"


class ReceiptPdfQuerySet(LockingQuerySet["ReceiptPdf"]):
    def due(self, at: datetime) -> Self:
        """Filter the PDFs to be made now."""
        return self.filter(due_at__lte=at)


class ReceiptPdf(models.Model):
    """The PDF of a receipt, which a worker makes. It can be made again from the receipt, with the same bytes."""

    receipt = models.OneToOneField(Receipt, models.PROTECT, related_name="pdf")
    content = models.BinaryField(null=True)  # None: not made yet
    made_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)  # while it is made: the end of the lease; None: made, or given up
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    objects = ReceiptPdfQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["due_at"], name="receipt_pdf_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"PDF of receipt {self.receipt_id}"
