"""
Rollups: what the reports sum up, for each business day, and the state of each day.

A rollup is made from the source only, a business day at a time, and is never changed in any other way. A day that is
not built yet, or is dirty, is read from the source.
"""

from decimal import Decimal
from enum import StrEnum

from django.db import models

from pizzeria.foundation.money import AmountField


class DirtyDay(models.Model):
    """A mark on a business day of which something has changed since it was built."""

    business_date = models.DateField(primary_key=True)
    marked_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        permissions = [("see_reports", "Can see reports")]

    def __str__(self) -> str:
        return f"{self.business_date} is dirty"


class BuiltDay(models.Model):
    """A business day whose rollups were built, also if nothing happened on it."""

    business_date = models.DateField(primary_key=True)
    built_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.business_date}, built at {self.built_at:%Y-%m-%d %H:%M}"


class Rollup(models.Model):
    """A table of sums for each business day."""

    business_date = models.DateField()

    class Meta:
        abstract = True


class HourSums(Rollup):
    """Sums of one business day and one hour of the shop's wall clock. `orders.reports.figures` says what they are."""

    pk = models.CompositePrimaryKey("business_date", "hour")
    hour = models.DateTimeField()  # when it began: of the orders' placing, of a payment, of a refund
    orders = models.IntegerField()
    cancelled = models.IntegerField()
    pickups = models.IntegerField()
    deliveries = models.IntegerField()
    pizzas = models.IntegerField()
    cooked = models.IntegerField()
    promises = models.IntegerField()
    promises_kept = models.IntegerField()
    sales = AmountField[Decimal, Decimal]()
    captured = AmountField[Decimal, Decimal]()
    refunded = AmountField[Decimal, Decimal]()
    discounts = AmountField[Decimal, Decimal]()
    delivery_fees = AmountField[Decimal, Decimal]()
    tips = AmountField[Decimal, Decimal]()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.business_date}, {self.hour}: {self.orders}"


class BreakdownKind(StrEnum):
    """What a row of a breakdown counts, by which key, and what its amount is."""

    PIZZA = "pizza"  # pizzas by slug; sales
    SIMPLE_ITEM = "simple_item"  # simple items by slug; sales
    SIZE = "size"  # pizzas by the size's slug; sales
    TOPPING = "topping"  # portions of added toppings by slug; sales
    STATUS = "status"  # orders by status; totals
    CANCELLATION = "cancellation"  # cancelled orders by reason; totals
    CANCELLATION_REFUNDED = "cancel_refunded"  # cancelled orders by reason; refunded of them
    COUPON = "coupon"  # orders by the coupon's code; totals
    COUPON_DISCOUNT = "coupon_discount"  # orders by the coupon's code; discounts
    STAFF_COOKED = "staff_cooked"  # orders by the user's id; minutes in the oven
    STAFF_DELIVERED = "staff_delivered"  # orders by the user's id
    STAFF_SALES = "staff_sales"  # orders by the user's id, each once; totals of those that are not cancelled
    DRIVER_DELIVERED = "driver_delivered"  # deliveries by the user's id; cash taken
    DRIVER_FAILED = "driver_failed"  # failed deliveries by the user's id
    DRIVER_PROMISES = "driver_promises"  # deliveries by the user's id
    DRIVER_KEPT = "driver_kept"  # deliveries in time by the user's id
    RECEIPT = "receipt"  # receipts by payment method; totals
    CREDIT_NOTE = "credit_note"  # credit notes by payment method; totals
    TAX_BASE = "tax_base"  # receipts and credit notes by rate; base, that of credit notes negative
    TAX = "tax"  # as above; tax


class DayBreakdown(Rollup):
    pk = models.CompositePrimaryKey("kind", "business_date", "key")
    kind = models.CharField(max_length=16)  # a BreakdownKind
    key = models.CharField(max_length=50)
    label = models.CharField(max_length=60, blank=True)  # of products: as in the day's newest line
    count = models.IntegerField()
    amount = AmountField[Decimal, Decimal]()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.business_date}, {self.kind} {self.key}: {self.count}"


class DurationMeasure(StrEnum):
    COOKING = "cooking"
    PREPARATION = "preparation"
    DELIVERY = "delivery"
    DRIVER = "driver"  # as the delivery, by driver instead of by hour


class DurationCount(Rollup):
    """
    A bar of a histogram: how many orders of a day took so many minutes.

    :ivar bucket: the hour on the shop's wall clock in which they were placed; of DRIVER: the user's id
    """

    pk = models.CompositePrimaryKey("measure", "business_date", "bucket", "minutes")
    measure = models.CharField(max_length=12)  # a DurationMeasure
    bucket = models.BigIntegerField()
    minutes = models.IntegerField()
    count = models.IntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.business_date}, {self.measure}: {self.count} took {self.minutes} minutes"


class CustomerDay(Rollup):
    """What one customer ordered on a day, without cancelled orders."""

    pk = models.CompositePrimaryKey("business_date", "customer_id")
    customer_id = models.BigIntegerField()
    orders = models.IntegerField()
    sales = AmountField[Decimal, Decimal]()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["customer_id", "business_date"], name="customer_day_by_customer")]

    def __str__(self) -> str:
        return f"{self.business_date}, customer {self.customer_id}: {self.orders}"


class DurationMonth(Rollup):
    """
    The bars of a histogram summed up over the days of a month, so that a year is read quickly.

    :ivar business_date: the newest day with such a bar
    """

    pk = models.CompositePrimaryKey("month", "measure", "bucket", "minutes")
    month = models.DateField()  # its first day
    measure = models.CharField(max_length=12)  # a DurationMeasure
    bucket = models.BigIntegerField()
    minutes = models.IntegerField()
    count = models.IntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}, {self.measure}: {self.count} took {self.minutes} minutes"


class CustomerMonth(Rollup):
    """
    What one customer ordered in a month: the sums of the days.

    :ivar business_date: the newest day with an order
    """

    pk = models.CompositePrimaryKey("month", "customer_id")
    month = models.DateField()  # its first day
    customer_id = models.BigIntegerField()
    orders = models.IntegerField()
    sales = AmountField[Decimal, Decimal]()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["customer_id", "month"], name="customer_month_by_customer")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}, customer {self.customer_id}: {self.orders}"


ROLLUPS: tuple[type[Rollup], ...] = (HourSums, DayBreakdown, DurationCount, CustomerDay)
