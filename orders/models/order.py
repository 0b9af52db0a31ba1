"""
Orders and their lines. The row changes only by applying an event (`orders.events`), and can be rebuilt from them.

The columns that `order.placed` fills in are nullable, because the row is written before the kitchen is called; a
deferred constraint trigger (migration 0002) refuses to commit an order without them.
"""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kitchen.models import FulfillmentMethod, Kitchen
from orders.customers.models import Customer
from orders.totals import Adjustment, AdjustmentKind, TaxLine, Totals
from pizzeria.foundation.events.models import Aggregate
from pizzeria.foundation.locking import LockingQuerySet
from pizzeria.foundation.money import ZERO, AmountField


class OrderStatus(models.TextChoices):
    PENDING = "pending", _("pending")
    CONFIRMED = "confirmed", _("confirmed")
    COOKING = "cooking", _("cooking")
    READY = "ready", _("ready")
    DELIVERING = "delivering", _("on the way")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")


# Neither delivered nor cancelled, in the sequence of an order's life.
OPEN_STATUSES = (
    OrderStatus.PENDING,
    OrderStatus.CONFIRMED,
    OrderStatus.COOKING,
    OrderStatus.READY,
    OrderStatus.DELIVERING,
)


class CancelReason(models.TextChoices):
    """Reason why an order was cancelled or could not be delivered. The note to it is in the contact."""

    CHANGED_MIND = "changed_mind", _("the guest changed their mind")
    SOLD_OUT = "sold_out", _("something ran out")
    TOO_BUSY = "too_busy", _("we cannot make it in time")
    NOT_COLLECTED = "not_collected", _("nobody came for it")
    NOBODY_HOME = "nobody_home", _("nobody opened the door")
    WRONG_ADDRESS = "wrong_address", _("the address could not be found")
    PAYMENT_FAILED = "payment_failed", _("the payment failed")
    OTHER = "other", _("something else")


# What a driver may find at the delivery address, and why a driver brings an order back.
_FOUND_AT_THE_ADDRESS = (CancelReason.NOBODY_HOME, CancelReason.WRONG_ADDRESS)
DELIVERY_FAILURE_REASONS = (*_FOUND_AT_THE_ADDRESS, CancelReason.OTHER)


class PaymentMethod(models.TextChoices):
    CASH = "cash", _("cash")
    CREDIT_CARD = "credit_card", _("credit card")
    DEBIT_CARD = "debit_card", _("debit card")


class PaymentStatus(models.TextChoices):
    """What has become of the order's money, by its events."""

    DUE = "due", _("due")
    PENDING = "pending", _("being paid")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed")
    REFUNDING = "refunding", _("being refunded")
    PARTLY_REFUNDED = "partly_refunded", _("partly refunded")
    REFUNDED = "refunded", _("refunded")


class PaymentFailure(models.TextChoices):
    """Reason why a payment failed; the label completes "Payment failed: …" for the guest."""

    CARD_DECLINED = "card_declined", _("the card was declined")
    INSUFFICIENT_FUNDS = "insufficient_funds", _("there is not enough money on the card")
    NOT_AUTHENTICATED = "not_authenticated", _("the bank could not confirm that it was you")
    EXPIRED = "expired", _("it was not paid in time")
    GIVEN_UP = "given_up", _("you chose another way to pay")
    WRONG_AMOUNT = "wrong_amount", _("another amount was paid than the order costs")
    OTHER = "other", _("it did not go through")


class RefundReason(models.TextChoices):
    CANCELLED = "cancelled", _("the order was cancelled")
    LATE_PAYMENT = "late_payment", _("it was paid after it was cancelled")
    DUPLICATE = "duplicate", _("it was paid twice")
    WRONG_AMOUNT = "wrong_amount", _("another amount was paid than the order costs")
    GOODWILL = "goodwill", _("agreed with the guest")


CARD_METHODS = (PaymentMethod.CREDIT_CARD, PaymentMethod.DEBIT_CARD)


def amount_field() -> AmountField[Decimal | None, Decimal | None]:
    return AmountField(null=True)


def tax_rate_field() -> "models.DecimalField[Decimal | None, Decimal | None]":
    """Return the field of a tax rate, in percent."""
    return models.DecimalField(max_digits=7, decimal_places=4, null=True)


class OrderQuerySet(LockingQuerySet["Order"]):
    pass


class Order(Aggregate):
    stream: ClassVar[str] = "order"

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="orders")
    method = models.CharField(max_length=10, choices=FulfillmentMethod)
    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.PENDING)

    number = models.PositiveIntegerField(null=True)  # of its business day, from 1
    business_date = models.DateField(null=True)
    placed_at = models.DateTimeField(null=True)
    requested_for = models.DateTimeField(null=True)  # when the guest wants it; None: as soon as possible
    promise_from = models.DateTimeField(null=True)
    promise_until = models.DateTimeField(null=True)

    lines_total = amount_field()
    adjustments_total = amount_field()  # the sum of the OrderAdjustments: a trigger checks it
    tax_total = amount_field()
    tax_lines = models.JSONField(null=True)  # a list of orders.totals.TaxLine
    tax_included = models.BooleanField(null=True)
    total = amount_field()
    price_trace = models.JSONField(null=True)  # an orders.price_trace.PriceTrace; None: ordered before it was recorded
    payment_method = models.CharField(max_length=12, choices=PaymentMethod, default=PaymentMethod.CASH)
    payment_status = models.CharField(
        max_length=16, choices=PaymentStatus, default=PaymentStatus.DUE, db_default=PaymentStatus.DUE.value
    )
    payment_failure = models.CharField(max_length=24, choices=PaymentFailure, blank=True, default="", db_default="")
    paid = AmountField[Decimal, Decimal](default=ZERO)  # all that was ever captured or taken; refunds do not lower it
    refund_requested = AmountField[Decimal, Decimal](default=ZERO, db_default=ZERO)
    refunded = AmountField[Decimal, Decimal](default=ZERO, db_default=ZERO)

    driver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    cancel_reason = models.CharField(max_length=16, choices=CancelReason, blank=True)

    confirmed_at = models.DateTimeField(null=True)
    cooking_started_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    out_for_delivery_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        permissions = [
            ("stop_the_oven", "Can cancel orders, also once they are cooking"),
            ("see_deliveries", "Can see deliveries"),
            ("deliver", "Can claim and complete deliveries"),
            ("assign_deliveries", "Can assign deliveries"),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="order_by_customer"),
            models.Index(fields=["delivered_at"], name="order_delivered_at"),
            models.Index(fields=["id"], name="order_open", condition=models.Q(status__in=OPEN_STATUSES)),
            models.Index(
                fields=["status", "-id"],
                name="order_not_delivered",
                condition=~models.Q(status=OrderStatus.DELIVERED),
            ),
            models.Index(fields=["business_date", "-id"], name="order_by_business_date"),
            models.Index(fields=["number", "-id"], name="order_by_number"),
            models.Index(
                fields=["payment_status", "-id"],
                name="order_not_paid",
                condition=~models.Q(payment_status=PaymentStatus.PAID),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kitchen", "business_date", "number"], name="order_number_once_a_day"),
            models.CheckConstraint(condition=models.Q(status__in=OrderStatus.values), name="order_status_known"),
            models.CheckConstraint(condition=models.Q(total__gte=0, paid__gte=0), name="order_money_not_negative"),
            models.CheckConstraint(
                condition=models.Q(
                    refunded__gte=0, refunded__lte=F("refund_requested"), refund_requested__lte=F("paid")
                ),
                name="order_refunds_within_paid",
            ),
            models.CheckConstraint(
                condition=models.Q(payment_status__in=PaymentStatus.values), name="order_payment_status_known"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total=F("lines_total")
                    + F("adjustments_total")
                    + models.Case(models.When(tax_included=True, then=Decimal("0.00")), default=F("tax_total"))
                ),
                name="order_total_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} of {self.business_date}"

    @property
    def totals(self) -> Totals:
        """Return the order's amounts. One query: the adjustments."""
        return Totals(
            lines_total=self.lines_total or ZERO,
            adjustments=tuple(row.adjustment for row in self.adjustments.all()),
            tax_lines=tuple(TaxLine.model_validate(line) for line in self.tax_lines or ()),
            tax_included=bool(self.tax_included),
            total=self.total or ZERO,
        )

    def set_totals(self, totals: Totals) -> None:
        """Set the columns of the order's amounts; the adjustments are rows of their own."""
        self.lines_total, self.adjustments_total = totals.lines_total, totals.adjustments_total
        self.tax_lines = [line.model_dump(mode="json") for line in totals.tax_lines]
        self.tax_total, self.tax_included, self.total = totals.tax_total, totals.tax_included, totals.total

    @property
    def is_active(self) -> bool:
        return self.status not in (OrderStatus.DELIVERED, OrderStatus.CANCELLED)

    @property
    def is_by_card(self) -> bool:
        return self.payment_method in CARD_METHODS

    @property
    def amount_kept(self) -> Decimal:
        """Return what was paid and is not refunded, nor to be refunded."""
        return self.paid - self.refund_requested

    @property
    def amount_due(self) -> Decimal:
        """Return what is still to be paid; what was refunded is not due again."""
        return max(ZERO, (self.total or ZERO) - self.paid)

    def update_payment_status(self) -> None:
        """Set the payment status of an order that was paid, by what was paid and refunded."""
        if self.refunded < self.refund_requested:
            self.payment_status = PaymentStatus.REFUNDING
        elif self.amount_kept >= (self.total or ZERO):  # also once a second charge is returned
            self.payment_status = PaymentStatus.PAID
        else:
            self.payment_status = PaymentStatus.PARTLY_REFUNDED if self.amount_kept else PaymentStatus.REFUNDED

    @property
    def has_started(self) -> bool:
        """Return whether cooking has ever started, also when the order was recalled into the queue since."""
        return self.cooking_started_at is not None

    @property
    def takes_notes(self) -> bool:
        """Return whether its guest can still tell the kitchen something: it is not out of the oven yet."""
        return self.status in (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.COOKING)

    @property
    def reasons_to_cancel(self) -> tuple[CancelReason, ...]:
        """Return the reasons for which staff can cancel the order at its current status."""
        if self.status not in (OrderStatus.READY, OrderStatus.DELIVERING):
            return (CancelReason.CHANGED_MIND, CancelReason.SOLD_OUT, CancelReason.TOO_BUSY, CancelReason.OTHER)
        missed = _FOUND_AT_THE_ADDRESS if self.method == FulfillmentMethod.DELIVERY else (CancelReason.NOT_COLLECTED,)
        return (*missed, CancelReason.CHANGED_MIND, CancelReason.OTHER)

    def get_absolute_url(self) -> str:
        return reverse("orders:order", args=[self.ref])


class OrderLine(models.Model):
    """A line as it was ordered, with the price and the names of that moment. Later menu changes never touch it."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)  # "pizza" or "simple_item"
    slug = models.CharField(max_length=50)
    name = models.CharField(max_length=60)
    size = models.CharField(max_length=50, blank=True)
    size_name = models.CharField(max_length=40, blank=True)
    quantity = models.PositiveSmallIntegerField()
    unit_price = AmountField[Decimal, Decimal]()
    tax_rate = tax_rate_field()  # None: ordered before it was recorded
    minutes = models.PositiveSmallIntegerField()
    declaration = models.JSONField(null=True)  # a menu.declarations.Declaration; None: ordered before it was recorded

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_line_position_once"),
            models.CheckConstraint(condition=models.Q(quantity__gte=1), name="order_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.name}"

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity


class OrderAdjustment(models.Model):
    """A discount, fee or tip of an order: `orders.totals.Adjustment` as a row."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="adjustments")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=AdjustmentKind)
    code = models.CharField(max_length=50, blank=True)
    amount = AmountField[Decimal, Decimal]()
    tax_rate = tax_rate_field()  # None: not taxed

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="order_adjustment_position_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=AdjustmentKind.values), name="order_adjustment_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.amount}"

    @property
    def adjustment(self) -> Adjustment:
        return Adjustment(kind=AdjustmentKind(self.kind), code=self.code, amount=self.amount, tax_rate=self.tax_rate)


class OrderLinePart(models.Model):
    """One part of a pizza: `recipe` and `left_out` are lists of {slug, name}, `added` of {slug, name, price}."""

    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="parts")
    position = models.PositiveSmallIntegerField()
    slug = models.CharField(max_length=50)
    name = models.CharField(max_length=60)
    recipe = models.JSONField(default=list)
    added = models.JSONField(default=list)
    left_out = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["line", "position"], name="order_line_part_position_once")]

    def __str__(self) -> str:
        return self.name
