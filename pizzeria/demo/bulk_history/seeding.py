"""Seeding: the plan of a past, day after day, and its rows copied."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction
from django.db.models import F, Max

from kitchen.models import Kitchen
from kitchen.selectors import the_kitchen
from orders.models import CancelReason, Coupon, Order
from orders.payments.models import ReceiptCounter
from orders.reports import services as report_services
from orders.reports.periods import Period
from pizzeria.demo.bulk_history import copying, tables, volumes
from pizzeria.demo.bulk_history.baskets import PricedOrder, Pricing
from pizzeria.demo.bulk_history.courses import Course, Evening
from pizzeria.demo.bulk_history.events import REFUND_SECONDS, SYSTEM, Hands
from pizzeria.demo.bulk_history.guests import Clientele, Guest, KnownCustomer
from pizzeria.demo.bulk_history.ids import new_ids
from pizzeria.demo.bulk_history.refunds import PartialRefund, partial_refund
from pizzeria.demo.bulk_history.rows import PastOrder, Rows
from pizzeria.demo.bulk_history.staff import Crew
from pizzeria.foundation import clock
from pizzeria.foundation.shop.selectors import current_shop

DELIVERY_SHARE, COUPON_SHARE, CANCELLED_BY_GUEST = 0.42, 0.06, 0.8
ORDERS_PER_COPY, LEAST_IDS, MOST_IDS = 5_000, 200, 20_000
SINCE_THE_LAST_END = timedelta(minutes=30)  # so long ago the last past order ended
MANY_ORDERS = 50_000  # from so many on, indexes are made afterwards

type Progress = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class SeedReport:
    """
    How many orders, and rows of all tables, were written.

    :ivar marked_days: how many days that have ended are marked, so that their reports are rebuilt
    """

    orders: int
    rows: int
    marked_days: int


def seed_history(
    *,
    orders: int,
    first: date,
    last: date,
    customers: Sequence[KnownCustomer] = (),
    seed: int = 0,
    at: datetime,
    on_progress: Progress | None = None,
) -> SeedReport:
    """
    Write past orders of some business days in one transaction, which locks the kitchen.

    Orders and receipts that exist already keep their numbers: new ones follow them. All days that have ended are marked
    for the reports: a receipt or a refund may be of any of them.

    :param last: the last day; that of `at` has only orders that ended a while before, so that it has fewer
    :param customers: those of the shop who have ordered, too
    :param seed: of the random numbers: the same seed plans the same past
    :param on_progress: called with the number of orders that are copied
    """
    if not first <= last <= clock.business_date(at):
        raise ValueError("A history ends today, and begins before it ends.")
    many, days = orders >= MANY_ORDERS, Days(first, last, orders)
    yesterday = clock.business_date(at) - timedelta(days=1)
    ended = list(Period(first, yesterday).dates()) if first <= yesterday else []
    with transaction.atomic():
        report_services.mark_days(ended, at=at)  # before tables are locked: a rebuild that holds a mark reads them
        kitchen = Kitchen.objects.for_update().get(pk=the_kitchen().pk)
        with copying.indexes_made_afterwards() if many else nullcontext():
            past = _Past(days, kitchen=kitchen, customers=customers, seed=seed, at=at)
            written, rows = past.write(on_progress)
    if many:
        copying.analyze()
    return SeedReport(orders=written, rows=rows, marked_days=len(ended))


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a history, and how many orders it has in all."""

    first: date
    last: date
    orders: int


class _Past:
    def __init__(
        self, days: Days, *, kitchen: Kitchen, customers: Sequence[KnownCustomer], seed: int, at: datetime
    ) -> None:
        first, last, orders = days.first, days.last, days.orders
        self._rng = rng = Random(seed)  # noqa: S311 - not for secrets: the demo's guests are made up
        self._shop, self._kitchen = current_shop(), kitchen
        self._days = volumes.orders_by_day(first, last, orders=orders, rng=rng)
        self._today = clock.business_date(at)
        self._ends_at = int((at - SINCE_THE_LAST_END).timestamp())
        self._crew = Crew.hired()
        opened = datetime.combine(first, time(9), tzinfo=clock.shop_zone())
        registered_at = int(opened.timestamp())
        self._clientele = Clientele(orders=orders, registered_at=registered_at, known=customers, rng=rng)
        self._pricing = Pricing(at=at, rng=rng)
        self._coupons = list(Coupon.objects.filter(is_active=True, customer=None, max_uses=None).order_by("code"))
        self._used_once: set[tuple[str, str]] = set()
        self._numbers = _last_numbers(kitchen, first, last)
        block = max(LEAST_IDS, min(orders, MOST_IDS))
        with_ids = (tables.ORDERS, tables.LINES, tables.EVENTS, tables.ATTEMPTS, tables.REFUNDS, tables.RECEIPTS)
        counters = ReceiptCounter.objects.filter(kitchen=kitchen)
        self._rows = Rows(
            kitchen=kitchen,
            shop=self._shop,
            ids={table: new_ids(table, block=block) for table in with_ids},
            last_receipts=dict(counters.values_list("year", "last_number")),
            rng=Random(),  # noqa: S311 - as unpredictable as made-up guests need
        )

    def write(self, on_progress: Progress | None) -> tuple[int, int]:
        """Write all orders; return how many, and how many rows of all tables."""
        written = copied = 0
        for position, (day, count) in enumerate(self._days):
            written += self._add_day(day, count, position)
            self._rows.end_day(day)
            if written - copied >= ORDERS_PER_COPY:
                copied = self._copy(written, on_progress)
        for day in self._rows.days_left():  # of refunds after the last day
            self._rows.end_day(day)
        self._copy(written, on_progress)
        self._count()
        return written, self._rows.count

    def _copy(self, written: int, on_progress: Progress | None) -> int:
        copying.copy(self._rows.take())
        if on_progress:
            on_progress(written)
        return written

    def _add_day(self, day: date, count: int, position: int) -> int:
        """Add the orders of a day; return how many: those of today that have not ended long ago are left out."""
        rng = self._rng
        evening = Evening(orders=count, shop=self._shop, rng=rng)
        cooks, last_number = self._crew.cooks_of(position), self._numbers.get(day, 0)
        number = last_number
        plan = zip(
            volumes.placing_times(day, count, rng),
            self._clientele.arrive(count, rng),
            self._pricing.choose(count, rng),
            strict=True,
        )
        for placed_at, guest, (basket, tip) in plan:
            is_delivery = rng.random() < DELIVERY_SHARE and self._pricing.can_be_delivered(basket, guest.postal_code)
            priced = self._pricing.price(
                basket,
                postal_code=guest.postal_code if is_delivery else None,
                coupon=self._coupon(basket, guest),
                tip=tip,
            )
            course = evening.course_of(priced, placed_at=placed_at)
            if course.ended_at >= self._ends_at:
                continue
            number += 1
            refund = self._refund(course, priced)
            hands = self._hands(cooks, guest, course)
            self._rows.add(PastOrder(number, day, guest, priced, course, hands, refund))
        self._numbers[day] = number
        return number - last_number

    def _refund(self, course: Course, priced: PricedOrder) -> PartialRefund | None:
        """Return what a manager has refunded; that of a cancelled order is written into its course."""
        if course.cancelled_at is not None and course.captured_at is not None:
            course.refunded_at = course.cancelled_at + REFUND_SECONDS
        elif course.refunded_at is not None:
            refund = partial_refund(priced, self._rng)
            if refund and course.refunded_at < self._ends_at:
                return refund
            course.refunded_at = None
        return None

    def _hands(self, cooks: tuple[str, ...], guest: Guest, course: Course) -> Hands:
        rng = self._rng
        cook, finisher, driver = rng.choice(cooks), rng.choice(cooks), rng.choice(self._crew.drivers)
        by_guest = course.cancel_reason is CancelReason.CHANGED_MIND and rng.random() < CANCELLED_BY_GUEST
        canceller = guest.actor if by_guest else cook
        if course.cancel_reason is CancelReason.PAYMENT_FAILED:
            canceller = SYSTEM
        return Hands(cook, finisher, driver, self._crew.managers[0], canceller)

    def _coupon(self, basket: int, guest: Guest) -> Coupon | None:
        """Return the coupon that a guest uses; None: none, or none that is valid for the basket."""
        if not self._coupons or self._rng.random() >= COUPON_SHARE:
            return None
        coupon = self._rng.choice(self._coupons)
        once = (coupon.code, guest.pickup)
        if self._pricing.lines_total(basket) < coupon.minimum or once in self._used_once:
            return None
        if coupon.max_uses_per_customer is not None:
            self._used_once.add(once)
        return coupon

    def _count(self) -> None:
        """Write the last numbers of receipts, and of today's orders, and how often the coupons are used."""
        if number := self._numbers.get(self._today):
            Kitchen.objects.filter(pk=self._kitchen.pk).update(last_number_date=self._today, last_number=number)
        for year, number in self._rows.last_receipts.items():
            ReceiptCounter.objects.update_or_create(kitchen=self._kitchen, year=year, defaults={"last_number": number})
        for pk, uses in self._rows.coupon_uses.items():
            Coupon.objects.filter(pk=pk).update(uses=F("uses") + uses)


def _last_numbers(kitchen: Kitchen, first: date, last: date) -> dict[date, int]:
    """Return the last number of each day that has orders."""
    orders = Order.objects.filter(kitchen=kitchen, business_date__range=(first, last))
    return dict(orders.order_by().values_list("business_date").annotate(Max("number")))
