"""
Payment attempts and their refunds.

The rows of attempts and refunds are written in the transaction in which the order's event is recorded. They hold no
personal data, and no card data ever reaches the shop.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from orders.models import Order, PaymentFailure, PaymentMethod, RefundReason
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.locking import LockingQuerySet
from pizzeria.foundation.money import ZERO, AmountField


class GatewayName(models.TextChoices):
    CASH = "cash", _("cash")
    STRIPE = "stripe", "Stripe"


class AttemptState(models.TextChoices):
    OPEN = "open", _("open")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    DUPLICATE = "duplicate", _("a second charge")
    RETURNED = "returned", _("given back")  # cash, when the handover was undone


LIVE_STATES = (AttemptState.OPEN, AttemptState.PAID)


class PaymentAttemptQuerySet(LockingQuerySet["PaymentAttempt"]):
    def by_gateway(self) -> Self:
        """Filter the attempts that a gateway outside knows of: all but cash."""
        return self.exclude(gateway=GatewayName.CASH)

    def due(self, at: datetime) -> Self:
        """Filter the attempts about which the gateway is to be asked now."""
        return self.filter(state=AttemptState.OPEN, due_at__lte=at)

    def receipt_due(self, at: datetime) -> Self:
        """Filter the payments in cash that get their receipt now."""
        return self.filter(receipt_due_at__lte=at)


class PaymentAttempt(models.Model):
    """
    One way in which an order may be paid: a session on the gateway's page, or cash in the hand.

    What the gateway is asked with is a pure function of this row.
    """

    ref = models.UUIDField(default=uuid7, unique=True, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="payment_attempts")
    gateway = models.CharField(max_length=8, choices=GatewayName)
    method = models.CharField(max_length=12, choices=PaymentMethod)
    amount = AmountField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=AttemptState, default=AttemptState.OPEN)
    failure = models.CharField(max_length=24, choices=PaymentFailure, blank=True)

    idempotency_key = models.UUIDField(default=uuid7)  # with which the gateway is asked for a session
    session_id = models.CharField(max_length=120, blank=True)
    payment_id = models.CharField(max_length=120, blank=True)
    url = models.TextField(blank=True)  # of the gateway's page

    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()  # end of the hold: until then it can be paid
    asked_at = models.DateTimeField(null=True, blank=True)  # when a session was first asked for; None: never
    asking_until = models.DateTimeField(null=True, blank=True)  # end of the lease of the request that asks for one
    due_at = models.DateTimeField()  # when the sweeper asks next; while it does: the end of its lease
    lookups = models.PositiveSmallIntegerField(default=0)  # failed ones in a row
    error = models.CharField(max_length=200, blank=True)

    captured = AmountField(default=ZERO)  # in the currency that was paid
    captured_currency = models.CharField(max_length=3, blank=True)
    captured_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.CharField(max_length=32, blank=True)  # cash: the actor, as in a stored event
    refund_requested = AmountField(default=ZERO)
    receipt_due_at = models.DateTimeField(null=True, blank=True)  # cash: when no undo can return it any more

    objects = PaymentAttemptQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        permissions = [("refund", "Can refund payments")]
        indexes = [
            models.Index(fields=["due_at"], name="payment_attempt_due", condition=models.Q(state=AttemptState.OPEN)),
            models.Index(fields=["created_at"], name="payment_attempt_created"),
            models.Index(
                fields=["captured_at"], name="payment_attempt_captured", condition=models.Q(captured_at__isnull=False)
            ),
            models.Index(
                fields=["receipt_due_at"],
                name="payment_attempt_receipt_due",
                condition=models.Q(receipt_due_at__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=models.Q(state__in=LIVE_STATES), name="payment_attempt_one_live"
            ),
            models.UniqueConstraint(
                fields=["session_id"], condition=~models.Q(session_id=""), name="payment_attempt_session_once"
            ),
            models.UniqueConstraint(
                fields=["payment_id"], condition=~models.Q(payment_id=""), name="payment_attempt_payment_once"
            ),
            models.CheckConstraint(
                condition=models.Q(captured__gte=0, refund_requested__gte=0, refund_requested__lte=F("captured")),
                name="payment_attempt_refunds_within_captured",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=AttemptState.values), name="payment_attempt_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(receipt_due_at__isnull=True) | models.Q(state=AttemptState.PAID),
                name="payment_attempt_receipt_of_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_gateway_display()}, {self.amount} {self.currency}, {self.get_state_display()}"


class RefundState(models.TextChoices):
    REQUESTED = "requested", _("to be sent")
    PENDING = "pending", _("at the gateway")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class RefundQuerySet(LockingQuerySet["Refund"]):
    def due(self, at: datetime) -> Self:
        """Filter the refunds to be sent, or to be asked about, now."""
        return self.filter(state__in=(RefundState.REQUESTED, RefundState.PENDING), due_at__lte=at)


class Refund(models.Model):
    """A refund of an attempt; `ref` is that of the order's event which has requested it."""

    ref = models.UUIDField(unique=True, editable=False)
    attempt = models.ForeignKey(PaymentAttempt, models.PROTECT, related_name="refunds")
    amount = AmountField()
    reason = models.CharField(max_length=16, choices=RefundReason)
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.REQUESTED)
    requested_by = models.CharField(max_length=32)  # the actor, as in a stored event

    idempotency_key = models.UUIDField(default=uuid7)
    refund_id = models.CharField(max_length=120, blank=True)  # the gateway's
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)  # when the order's event was recorded
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["due_at"], name="refund_due", condition=models.Q(state__in=("requested", "pending"))),
            models.Index(fields=["done_at"], name="refund_done", condition=models.Q(done_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_of_something"),
            models.CheckConstraint(condition=models.Q(state__in=RefundState.values), name="refund_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.attempt.currency}, {self.get_state_display()}"
