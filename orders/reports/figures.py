"""
Read models of the reports: what each report shows, without a word about how it is computed.

- An order belongs to its business day, and to the hour in which it was placed.
- *Sales* are the totals of orders that are not cancelled, on the day on which they were placed.
- *Revenue* is what was captured less what was refunded, of orders that are not cancelled. A capture counts on the
  business day on which it was made, and a refund on its own. A second charge by mistake, and its refund, are neither.
- Sales of a pizza, a size or a topping are its prices in the lines, before discounts, fees and tips.
- Durations are whole minutes, rounded down; median and 90th percentile are by nearest rank.
- A promise is the first one that the guest was given. It is kept if a pickup was ready, or a delivery was handed over,
  by its end.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from orders.models import CancelReason, OrderStatus, PaymentMethod
from pizzeria.foundation.money import ZERO, rounded

MAX_SCORE = 100


type Histogram = Mapping[int, int]  # how many took so many minutes


def percent(part: int, whole: int) -> Decimal | None:
    """Return a part in percent of the whole, half-up to one decimal place; None: there is nothing."""
    return _to_one_place(Decimal(part) * 100 / whole) if whole else None


def _to_one_place(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def percentile(histogram: Histogram, percent: int) -> int:
    """
    Return the nearest-rank percentile: the smallest value that at least so many percent do not exceed.

    :raises ValueError: the histogram is empty
    """
    rank = -(-sum(histogram.values()) * percent // 100)  # rounded up
    for minutes, times in sorted(histogram.items()):
        rank -= times
        if rank <= 0:
            return minutes
    raise ValueError("there are no durations")


@dataclass(frozen=True, slots=True)
class Overview:
    """
    The figures of a period at a glance.

    :ivar orders: placed, and not cancelled
    :ivar cancelled: placed, and cancelled
    :ivar promises: orders of which it is known whether their promise was kept
    """

    orders: int = 0
    cancelled: int = 0
    pickups: int = 0
    deliveries: int = 0
    pizzas: int = 0
    sales: Decimal = ZERO
    captured: Decimal = ZERO
    refunded: Decimal = ZERO
    discounts: Decimal = ZERO  # what was taken off, not negative
    delivery_fees: Decimal = ZERO
    tips: Decimal = ZERO
    promises: int = 0
    promises_kept: int = 0

    @property
    def revenue(self) -> Decimal:
        return self.captured - self.refunded

    @property
    def average_order_value(self) -> Decimal | None:
        """Return the average total of an order, half-up; None: there are no orders."""
        return rounded(self.sales / self.orders) if self.orders else None

    @property
    def promises_kept_percent(self) -> Decimal | None:
        return percent(self.promises_kept, self.promises)


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """
    One interval of a time series, also if nothing happened in it.

    :ivar first, last: its business days, within the report's period; of an hour: the same day twice
    :ivar hour: of an hour: when it began; None: the interval is of days
    """

    first: date
    last: date
    hour: datetime | None
    orders: int
    sales: Decimal
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class ProductFigures:
    """
    Sales of a pizza, a simple item, a size or a topping.

    :ivar slug: of an item that may be archived by now
    :ivar name: as in the newest line
    :ivar quantity: how many pizzas, items or portions of the topping were sold
    """

    slug: str
    name: str
    quantity: int
    sales: Decimal


@dataclass(frozen=True, slots=True)
class StatusFigures:
    status: OrderStatus
    orders: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class PeakHour:
    """
    What happens at one hour of one weekday, in all of the period.

    :ivar weekday: of the business day; 0 is Monday
    :ivar hour: on the shop's wall clock, 0 to 23
    """

    weekday: int
    hour: int
    orders: int
    sales: Decimal


@dataclass(frozen=True, slots=True)
class Durations:
    """Statistics of durations in whole minutes. All but `count` are None if there are none."""

    count: int = 0
    average: Decimal | None = None  # one decimal place
    median: int | None = None
    p90: int | None = None

    @classmethod
    def of(cls, histogram: Histogram) -> Self:
        """Return the statistics of a histogram; median and 90th percentile by nearest rank."""
        count = sum(histogram.values())
        if not count:
            return cls()
        total = sum(minutes * times for minutes, times in histogram.items())
        average = _to_one_place(Decimal(total) / count)
        return cls(count, average, percentile(histogram, 50), percentile(histogram, 90))


@dataclass(frozen=True, slots=True)
class KitchenFigures:
    """
    What the kitchen did with the orders of a period.

    :ivar hour: on the shop's wall clock, 0 to 23, in which the orders were placed; None: all hours
    :ivar cooked: orders that came out of the oven
    :ivar cooking: from the start to the finish of cooking
    :ivar preparation: from the confirmation until it was ready
    :ivar delivery: from leaving the shop to handing over
    """

    hour: int | None
    cooked: int
    cooking: Durations
    preparation: Durations
    delivery: Durations
    promises: int
    promises_kept: int

    @property
    def late(self) -> int:
        return self.promises - self.promises_kept

    @property
    def promises_kept_percent(self) -> Decimal | None:
        return percent(self.promises_kept, self.promises)


@dataclass(frozen=True, slots=True)
class StaffFigures:
    """
    What one member of the staff did.

    :ivar cooked: orders that this person finished
    :ivar cooking_minutes: the minutes that these were in the oven, in all
    :ivar delivered: orders that this person handed over, at the counter or at the door
    :ivar sales: the totals of the orders that this person finished or handed over, each order once
    """

    user_id: int
    name: str
    cooked: int
    cooking_minutes: int
    delivered: int
    sales: Decimal

    @property
    def done(self) -> int:
        return self.cooked + self.delivered

    @property
    def score(self) -> Decimal:
        """Return min(100, done x 10 + sales / 10), which the report explains: it is no secret."""
        return min(Decimal(MAX_SCORE), rounded(self.done * 10 + self.sales / 10))


@dataclass(frozen=True, slots=True)
class DriverFigures:
    """
    What one driver did.

    :ivar delivered: handed over at the door
    :ivar failed: brought back
    :ivar minutes: from leaving the shop to handing over
    :ivar cash: taken at the door
    """

    user_id: int
    name: str
    delivered: int
    failed: int
    minutes: Durations
    cash: Decimal
    promises: int
    promises_kept: int


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """
    What one customer, who has an account, ordered in a period.

    :ivar last_ordered: business day of the newest order in the period
    :ivar is_vip: has as many orders in the 365 days up to the period's end as the shop's settings ask of a VIP
    """

    customer_id: int
    name: str
    orders: int
    sales: Decimal
    last_ordered: date
    is_vip: bool


@dataclass(frozen=True, slots=True)
class CouponFigures:
    """
    :ivar uses: orders with the coupon that are not cancelled
    :ivar discount: what it took off, not negative
    :ivar sales: the totals of these orders
    """

    code: str
    uses: int
    discount: Decimal
    sales: Decimal


@dataclass(frozen=True, slots=True)
class CancellationFigures:
    """
    :ivar total: of the orders that were cancelled, as they were placed
    :ivar refunded: of them, by now
    """

    reason: CancelReason
    orders: int
    total: Decimal
    refunded: Decimal


@dataclass(frozen=True, slots=True)
class BookkeepingFigures:
    """
    Receipts and credit notes of one business day and one payment method: they count all payments, also of orders that
    were cancelled later.

    :ivar receipts, credit_notes: how many
    :ivar received, credited: their totals, not negative
    """

    day: date
    method: PaymentMethod
    receipts: int
    credit_notes: int
    received: Decimal
    credited: Decimal

    @property
    def net(self) -> Decimal:
        return self.received - self.credited


@dataclass(frozen=True, slots=True)
class TaxFigures:
    """
    Tax of one business day and one rate, by the receipts less the credit notes.

    :ivar rate: in percent
    :ivar base: what is taxed at this rate, as the receipts have it: with the tax if the prices include it
    """

    day: date
    rate: Decimal
    base: Decimal
    tax: Decimal
