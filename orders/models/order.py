"""
An order is its events: the row changes only by applying one (orders.events), and can be rebuilt from them.

What `order.placed` fills in is nullable here, because the row is written before the kitchen is asked; a deferred
constraint trigger (migration 0002) refuses to commit an order without it.
"""

import secrets
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from kitchen.models import Kitchen, Method
from orders.models.customer import Customer
from pizzeria.foundation.events.models import Noun


class Status(models.TextChoices):
    PENDING = "pending", _("pending")
    CONFIRMED = "confirmed", _("confirmed")
    COOKING = "cooking", _("cooking")
    READY = "ready", _("ready")
    DELIVERING = "delivering", _("on the way")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")


class PaymentMethod(models.TextChoices):
    CASH = "cash", _("cash")
    CREDIT_CARD = "credit_card", _("credit card")
    DEBIT_CARD = "debit_card", _("debit card")


def amount_field() -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(max_digits=9, decimal_places=2, null=True)


class Order(Noun):
    stream: ClassVar[str] = "order"

    kitchen = models.ForeignKey(Kitchen, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="orders")
    method = models.CharField(max_length=10, choices=Method)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)

    number = models.PositiveIntegerField(null=True)  # of its business day, from 1
    business_date = models.DateField(null=True)
    placed_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)  # None: as soon as possible
    promise_from = models.DateTimeField(null=True)
    promise_until = models.DateTimeField(null=True)

    lines_total = amount_field()
    tax = amount_field()
    tax_percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    tax_included = models.BooleanField(null=True)
    total = amount_field()
    payment_method = models.CharField(max_length=12, choices=PaymentMethod, default=PaymentMethod.CASH)
    paid = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("0.00"))

    confirmed_at = models.DateTimeField(null=True)
    cooking_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        permissions = [("see_deliveries", "Can see deliveries")]
        indexes = [models.Index(fields=["customer", "-id"], name="order_by_customer")]
        constraints = [
            models.UniqueConstraint(fields=["kitchen", "business_date", "number"], name="order_number_once_a_day"),
            models.CheckConstraint(condition=models.Q(status__in=Status.values), name="order_status_known"),
            models.CheckConstraint(condition=models.Q(total__gte=0), name="order_total_not_negative"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} of {self.business_date}"

    @property
    def is_open(self) -> bool:
        return self.status not in (Status.DELIVERED, Status.CANCELLED)

    def get_absolute_url(self) -> str:
        return reverse("orders:order", args=[self.ref])


class OrderLine(models.Model):
    """A line as it was ordered: the price and the names of the moment. The menu never touches it again."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)  # "pizza" or "extra"
    slug = models.CharField(max_length=50)
    name = models.CharField(max_length=60)
    size = models.CharField(max_length=50, blank=True)
    size_name = models.CharField(max_length=40, blank=True)
    quantity = models.PositiveSmallIntegerField()
    unit_price = models.DecimalField(max_digits=7, decimal_places=2)
    minutes = models.PositiveSmallIntegerField()

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


def new_key() -> str:
    """Make a guest's key: 32 random bytes, as they stand in an address."""
    return secrets.token_urlsafe(32)


class OrderContact(models.Model):
    """Who the order is for: everything personal and every free text, apart, so that it can be erased."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="contact")
    name = models.CharField(max_length=80, blank=True)
    phone = PhoneNumberField(blank=True)
    email = models.EmailField(blank=True)
    allergies = models.CharField(max_length=300, blank=True)
    notes = models.CharField(max_length=500, blank=True)
    key = models.CharField(max_length=43, blank=True)  # a guest's; blank: the order is a customer's

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
