"""Coupons, and which order has used which."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from orders.customers.models import Customer
from orders.models.order import Order
from pizzeria.foundation.events.models import Aggregate
from pizzeria.foundation.locking import LockingQuerySet
from pizzeria.foundation.money import ZERO, AmountField, refuse_fraction_of_minor_unit

MAX_CODE_LENGTH = 30


def normalize_coupon_code(typed: str) -> str:
    """Return a code as coupons store it: without blanks, in upper case."""
    return "".join(typed.split()).upper()


class CouponKind(models.TextChoices):
    FIXED = "fixed", _("a fixed amount")
    PERCENT = "percent", _("a percentage")


class CouponQuerySet(LockingQuerySet["Coupon"]):
    pass


class Coupon(Aggregate):
    """
    A coupon. Commands change it (`orders.services.coupon_editing`); its uses are counted under its row lock.

    A code of which only one customer may make use is refused to everybody else as if there were no such coupon.
    """

    stream: ClassVar[str] = "coupon"

    code = models.CharField(
        max_length=MAX_CODE_LENGTH,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9-]+\Z", _("Capital letters, digits and hyphens only."))],
        help_text=_("What guests type; they may type small letters."),
    )
    is_active = models.BooleanField(_("in force"), default=True, help_text=_("Unticked: nobody can use it."))
    kind = models.CharField(max_length=8, choices=CouponKind, default=CouponKind.FIXED)
    value = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
        help_text=_("The amount, or the percentage, that is taken off food and drinks."),
    )
    minimum = AmountField[Decimal, Decimal](
        _("least order"),
        default=ZERO,
        validators=[MinValueValidator(ZERO)],
        help_text=_("Of food and drinks. 0: any order."),
    )
    valid_from = models.DateTimeField(null=True, blank=True, help_text=_("Empty: from now on."))
    valid_until = models.DateTimeField(null=True, blank=True, help_text=_("Empty: until it is no longer in force."))
    max_uses = models.PositiveIntegerField(
        _("uses in all"), null=True, blank=True, help_text=_("Empty: any number. Cancelled orders do not count.")
    )
    max_uses_per_customer = models.PositiveIntegerField(
        _("uses per customer"),
        null=True,
        blank=True,
        help_text=_("By account, or by phone number for guests without one. Empty: any number."),
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="+", help_text=_("Only for them. Empty: for all.")
    )
    uses = models.PositiveIntegerField(default=0, editable=False)  # of orders that are not cancelled

    objects = CouponQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(value__gt=0), name="coupon_has_a_value"),
            models.CheckConstraint(
                condition=~models.Q(kind=CouponKind.PERCENT.value) | models.Q(value__lte=100),
                name="coupon_percentage_at_most_100",
                violation_error_message=_("A percentage is 100 at most."),
            ),
            models.CheckConstraint(
                condition=models.Q(max_uses=None) | models.Q(uses__lte=F("max_uses")), name="coupon_not_used_too_often"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        if self.kind == CouponKind.FIXED and self.value is not None:
            refuse_fraction_of_minor_unit(self.value)

    def is_valid_at(self, at: datetime) -> bool:
        """Return whether the coupon is in force at a moment; its uses are another question."""
        has_begun = self.valid_from is None or self.valid_from <= at
        has_ended = self.valid_until is not None and self.valid_until <= at
        return self.is_active and has_begun and not has_ended

    @property
    def is_used_up(self) -> bool:
        return self.max_uses is not None and self.uses >= self.max_uses


class CouponUse(models.Model):
    """The use of a coupon by an order; it is given back when the order is cancelled."""

    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="order_uses")
    order = models.OneToOneField(Order, models.PROTECT, related_name="coupon_use")
    given_back_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.coupon_id} by {self.order_id}"
