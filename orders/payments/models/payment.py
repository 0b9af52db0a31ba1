"""
Payment attempts, refunds and requests for them, the webhook's inbox, and runs of the reconciliation.

The rows of attempts and refunds are written in the transaction in which the order's event is recorded. They hold no
personal data, and no card data ever reaches the shop.
"""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.conf import settings
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
            models.Index(fields=["due_at"], name="refund_due", condition=models.Q(state__in=("requested", "pending")))
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_of_something"),
            models.CheckConstraint(condition=models.Q(state__in=RefundState.values), name="refund_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.attempt.currency}, {self.get_state_display()}"


class RefundRequestReason(models.TextChoices):
    """Reason why managers refund a part of an order."""

    WRONG_ITEM = "wrong_item", _("wrong item")
    MISSING_ITEM = "missing_item", _("missing item")
    QUALITY = "quality", _("quality")
    LATE = "late", _("late")
    OTHER = "other", _("something else")


class RefundRequestState(models.TextChoices):
    WAITING = "waiting", _("waiting for a second manager")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")


class RefundRequestQuerySet(models.QuerySet["RefundRequest"]):
    def waiting(self) -> Self:
        """Filter the requests that a second manager has to decide."""
        return self.filter(state=RefundRequestState.WAITING)

    def standing(self) -> Self:
        """Filter the requests that are approved or may still be: their items are not refundable again."""
        return self.exclude(state=RefundRequestState.DECLINED)


class RefundRequest(models.Model):
    """
    A manager's request to refund a part of an order. Above a limit, a second manager decides it.

    Once it is approved, `ref` is that of the refund. The rows of an order are read and written under its lock.
    """

    ref = models.UUIDField(unique=True, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="refund_requests")
    items = models.JSONField()  # an orders.payments.refundable.RefundItems
    amount = AmountField[Decimal, Decimal]()
    reason = models.CharField(max_length=16, choices=RefundRequestReason)
    note = models.CharField(max_length=300, blank=True)  # for colleagues
    state = models.CharField(max_length=10, choices=RefundRequestState)
    needs_second_manager = models.BooleanField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(  # None: not decided, or declined because the order was cancelled
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    objects = RefundRequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_request_of_something"),
            models.CheckConstraint(
                condition=models.Q(state__in=RefundRequestState.values), name="refund_request_state_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state=RefundRequestState.WAITING, needs_second_manager=True, decided_at=None)
                | models.Q(~models.Q(state=RefundRequestState.WAITING), decided_at__isnull=False),
                name="refund_request_decided_or_waiting",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RefundRequestState.APPROVED, needs_second_manager=True)
                | models.Q(~models.Q(decided_by=F("requested_by")), decided_by__isnull=False),
                name="refund_request_two_managers",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount}, {self.get_reason_display()}, {self.get_state_display()}"


class WebhookMessageQuerySet(LockingQuerySet["WebhookMessage"]):
    def due(self, at: datetime) -> Self:
        """Filter the messages to be processed now."""
        return self.filter(processed_at=None, due_at__lte=at)


class WebhookMessage(models.Model):
    """A message of the gateway: the inbox keeps each event once, and of it only ids."""

    gateway = models.CharField(max_length=8, choices=GatewayName)
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    session_id = models.CharField(max_length=120, blank=True)
    payment_id = models.CharField(max_length=120, blank=True)
    attempt_ref = models.UUIDField(null=True, blank=True)  # as the gateway's metadata have it
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)

    objects = WebhookMessageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["due_at"], name="webhook_message_due", condition=models.Q(processed_at=None)),
            models.Index(fields=["received_at"], name="webhook_message_received"),
        ]
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="webhook_message_once")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


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
