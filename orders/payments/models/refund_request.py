"""Requests of managers to refund a part of an order."""

from decimal import Decimal
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from orders.models import Order
from pizzeria.foundation.money import AmountField


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
