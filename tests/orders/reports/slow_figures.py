"""
The figures of the reports, computed a second time: slowly, in plain Python, over every row there is.

It shares no code with the reports but the read models. What stands of an order's steps is found by going through its
events, not by its row.
"""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from django.conf import settings

from orders.customers.models import Customer
from orders.models import CancelReason, Order, OrderStatus, PaymentMethod
from orders.payments.models import PaymentAttempt, Receipt, Refund
from orders.reports.figures import (
    BookkeepingFigures,
    CancellationFigures,
    CouponFigures,
    CustomerFigures,
    DriverFigures,
    Durations,
    KitchenFigures,
    Overview,
    PeakHour,
    ProductFigures,
    SeriesPoint,
    StaffFigures,
    StatusFigures,
    TaxFigures,
)
from orders.reports.periods import Grain
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.models import User

ZERO = Decimal("0.00")


def wall(moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(settings.SHOP_TIME_ZONE))


def business_day(moment: datetime) -> date:
    """Return the business day of a moment: the last one that has begun by then."""
    day = wall(moment).date() + timedelta(days=1)
    while begin(day) > moment:
        day -= timedelta(days=1)
    return day


def begin(day: date) -> datetime:
    zone = ZoneInfo(settings.SHOP_TIME_ZONE)
    return datetime.combine(day, settings.SHOP_DAY_ENDS, tzinfo=zone).astimezone(UTC)


def hour_of(moment: datetime) -> datetime:
    """Return when the hour of the wall clock began, also if the clock was changed since."""
    clock = wall(moment)
    return moment - timedelta(minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def wall_hour(moment: datetime) -> int:
    return wall(hour_of(moment)).hour


def since_begin(hour: int) -> int:
    """Return the hours from the one in which a business day begins to another."""
    begins = settings.SHOP_DAY_ENDS.hour
    return hour - begins if hour >= begins else hour - begins + 24


def whole_minutes(begins: datetime | None, ends: datetime | None) -> int | None:
    if begins is None or ends is None:
        return None
    return max(0, (ends - begins) // timedelta(minutes=1))


class Story:
    """
    An order with what has happened to it, by its events.

    :param until: of the steps that stand in the end, and of a cancellation, later ones are left out
    """

    def __init__(self, order: Order, until: datetime | None = None):
        self.order, self.day, self.total = order, order.business_date, order.total
        self.is_delivery = order.method == "delivery"
        self.is_cancelled = False
        self.cook = self.handed_over_by = self.driver = self.carried_by = None
        self.started_at = self.ready_at = self.left_at = self.delivered_at = self.confirmed_at = self.promise = None
        self.cash, self.failed = ZERO, []
        for event in StoredEvent.objects.filter(aggregate_ref=order.ref).order_by("seq"):
            self.hear(event.type, event.data, event.actor, event.at)
        if until and self.ready_at and self.ready_at > until:
            self.ready_at = None
        if until and self.delivered_at and self.delivered_at > until:
            self.delivered_at = None
        if until and self.is_cancelled and self.cancelled_at > until:
            self.is_cancelled = False

    def hear(self, kind, data, actor, at):
        match kind.removeprefix("order.").rpartition(".")[0]:
            case "placed":
                self.placed_at, self.promise = at, datetime.fromisoformat(data["promise_until"])
            case "confirmed":
                self.confirmed_at, self.promise = at, datetime.fromisoformat(data["promise_until"])
            case "cooking_started":
                self.started_at = at
            case "ready":
                self.ready_at, self.cook = at, actor
            case "recalled":
                self.ready_at = self.cook = None
            case "driver_assigned":
                self.driver = data["driver"]
            case "out_for_delivery":
                self.left_at = at
            case "delivery_failed":
                self.left_at = None
                self.failed.append(data["driver"])
            case "delivered":
                self.delivered_at, self.handed_over_by, self.carried_by = at, actor, self.driver
                self.cash = Decimal(data["cash_taken"])
            case "cancelled":
                self.is_cancelled, self.cancelled_at = True, at
            case "step_undone":
                self.undo(data)

    def undo(self, data):
        before = data["cooking_started_at"]
        self.started_at = datetime.fromisoformat(before) if before else None
        if data["undone"] == "order.ready.v1":
            self.ready_at = self.cook = None
        if data["undone"] == "order.delivered.v1":
            self.delivered_at = self.handed_over_by = self.carried_by = None
            self.cash = ZERO

    @property
    def is_kept(self):
        """Return whether the first promise was kept; None: nobody knows yet, or the order is cancelled."""
        fulfilled_at = self.delivered_at if self.is_delivery else self.ready_at
        if fulfilled_at is None or self.is_cancelled:
            return None
        return fulfilled_at <= self.promise

    @property
    def cooking(self):
        return whole_minutes(self.started_at, self.ready_at)

    @property
    def preparation(self):
        return whole_minutes(self.confirmed_at, self.ready_at)

    @property
    def delivery(self):
        return whole_minutes(self.left_at, self.delivered_at) if self.is_delivery else None


def durations(values) -> Durations:
    values = sorted(value for value in values if value is not None)
    if not values:
        return Durations()
    average = (Decimal(sum(values)) / len(values)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return Durations(len(values), average, nearest_rank(values, 50), nearest_rank(values, 90))


def nearest_rank(values, percent):
    return next(value for place, value in enumerate(values, 1) if place * 100 >= percent * len(values))


class SlowFigures:
    """
    All figures of a period.

    :param until: the figures are those of this moment; of use for the overview only
    """

    def __init__(self, period, *, until=None):
        self.period = period
        everything = [Story(order, until) for order in Order.objects.order_by("id")]
        everything = [story for story in everything if until is None or story.placed_at <= until]
        self.everything = everything
        self.all = [story for story in everything if period.first <= story.day <= period.last]
        self.sold = [story for story in self.all if not story.is_cancelled]
        cancelled = {story.order.pk for story in everything if story.is_cancelled}
        self.captures = [
            (attempt.captured_at, attempt.captured)
            for attempt in PaymentAttempt.objects.filter(state="paid").order_by("id")
            if attempt.order_id not in cancelled and self.covers(business_day(attempt.captured_at))
            if until is None or attempt.captured_at <= until
        ]
        self.refunds = [
            (refund.done_at, refund.amount)
            for refund in Refund.objects.filter(state="done").select_related("attempt").order_by("id")
            if refund.attempt.state != "duplicate"
            if refund.attempt.order_id not in cancelled and self.covers(business_day(refund.done_at))
            if until is None or refund.done_at <= until
        ]

    def covers(self, day):
        return self.period.first <= day <= self.period.last

    def adjustments(self, kind):
        return [(story, each) for story in self.sold for each in story.order.adjustments.all() if each.kind == kind]

    def lines(self):
        return [(story, line) for story in self.sold for line in story.order.lines.all()]

    def overview(self):
        kept = [story.is_kept for story in self.all if story.is_kept is not None]
        return Overview(
            orders=len(self.sold),
            cancelled=len(self.all) - len(self.sold),
            pickups=sum(not story.is_delivery for story in self.sold),
            deliveries=sum(story.is_delivery for story in self.sold),
            pizzas=sum(line.quantity for _story, line in self.lines() if line.kind == "pizza"),
            sales=sum((story.total for story in self.sold), ZERO),
            captured=sum((amount for _at, amount in self.captures), ZERO),
            refunded=sum((amount for _at, amount in self.refunds), ZERO),
            discounts=-sum((each.amount for _story, each in self.adjustments("discount")), ZERO),
            delivery_fees=sum((each.amount for _story, each in self.adjustments("delivery_fee")), ZERO),
            tips=sum((each.amount for _story, each in self.adjustments("tip")), ZERO),
            promises=len(kept),
            promises_kept=sum(kept),
        )

    def time_series(self, grain):
        """Return a point for each interval of which the period has a day."""
        points = []
        for first, last, hour in self.intervals(grain):
            is_in = lambda at: first <= business_day(at) <= last and (hour is None or hour_of(at) == hour)  # noqa: B023, E731
            sold = [story for story in self.sold if is_in(story.placed_at)]
            points.append(
                SeriesPoint(
                    first,
                    last,
                    hour,
                    len(sold),
                    sum((story.total for story in sold), ZERO),
                    sum((amount for at, amount in self.captures if is_in(at)), ZERO)
                    - sum((amount for at, amount in self.refunds if is_in(at)), ZERO),
                )
            )
        return points

    def intervals(self, grain):
        days = [self.period.first + timedelta(days=each) for each in range(self.period.days)]
        if grain == Grain.HOUR:
            for day in days:
                minutes = int((begin(day + timedelta(days=1)) - begin(day)).total_seconds()) // 60
                hours = {hour_of(begin(day) + timedelta(minutes=minute)) for minute in range(minutes)}
                yield from ((day, day, hour) for hour in sorted(hours))
            return
        keys = {
            Grain.DAY: lambda day: day,
            Grain.WEEK: lambda day: day.isocalendar()[:2],
            Grain.MONTH: lambda day: (day.year, day.month),
        }
        groups = defaultdict(list)
        for day in days:
            groups[keys[grain](day)].append(day)
        yield from ((group[0], group[-1], None) for group in groups.values())

    def peak_hours(self):
        hours = defaultdict(list)
        for story in self.sold:
            hours[story.day.weekday(), wall_hour(story.placed_at)].append(story.total)
        keys = sorted(hours, key=lambda key: (key[0], since_begin(key[1])))
        return [PeakHour(*key, len(hours[key]), sum(hours[key])) for key in keys]

    def statuses(self):
        found = defaultdict(list)
        for story in self.all:
            found[OrderStatus(story.order.status)].append(story.total)
        return [StatusFigures(each, len(found[each]), sum(found[each])) for each in OrderStatus if each in found]

    def products(self, rows):
        """Return the figures of (slug, order by which the newest is found, name, quantity, amount)."""
        found = defaultdict(list)
        for slug, *row in rows:
            found[slug].append(row)
        figures = [
            ProductFigures(slug, max(of)[1], sum(row[2] for row in of), sum(row[3] for row in of))
            for slug, of in found.items()
        ]
        return sorted(figures, key=lambda each: (-each.quantity, -each.sales, each.slug))

    def pizzas(self, kind="pizza"):
        return self.products(
            (line.slug, (story.day, line.pk), line.name, line.quantity, line.total)
            for story, line in self.lines()
            if line.kind == kind
        )

    def simple_items(self):
        return self.pizzas("simple_item")

    def sizes(self):
        return self.products(
            (line.size, (story.day, line.pk), line.size_name, line.quantity, line.total)
            for story, line in self.lines()
            if line.kind == "pizza"
        )

    def toppings(self):
        return self.products(
            (each["slug"], (story.day, part.pk), each["name"], line.quantity, Decimal(each["price"]) * line.quantity)
            for story, line in self.lines()
            for part in line.parts.all()
            for each in part.added
        )

    def kitchen(self):
        return self.kitchen_of(None, self.all)

    def kitchen_by_hour(self):
        hours = defaultdict(list)
        for story in self.all:
            hours[wall_hour(story.placed_at)].append(story)
        return [
            self.kitchen_of(hour, stories)
            for hour, stories in sorted(hours.items(), key=lambda each: since_begin(each[0]))
        ]

    def kitchen_of(self, hour, stories):
        kept = [story.is_kept for story in stories if story.is_kept is not None]
        return KitchenFigures(
            hour=hour,
            cooked=sum(story.ready_at is not None for story in stories),
            cooking=durations(story.cooking for story in stories),
            preparation=durations(story.preparation for story in stories),
            delivery=durations(story.delivery for story in stories),
            promises=len(kept),
            promises_kept=sum(kept),
        )

    def staff(self):
        people = {who for story in self.all for who in (story.cook, story.handed_over_by) if who and who.isdigit()}
        figures = [
            StaffFigures(
                user_id=int(who),
                name=User.objects.get(pk=who).first_name,
                cooked=sum(story.cook == who for story in self.all),
                cooking_minutes=sum(story.cooking or 0 for story in self.all if story.cook == who),
                delivered=sum(story.handed_over_by == who for story in self.all),
                sales=sum((story.total for story in self.sold if who in (story.cook, story.handed_over_by)), ZERO),
            )
            for who in people
        ]
        return sorted(figures, key=lambda each: (each.name, each.user_id))

    def drivers(self):
        carried = defaultdict(list)
        for story in self.all:
            if story.is_delivery and story.delivered_at:
                carried[story.carried_by].append(story)
        failed = [driver for story in self.all for driver in story.failed]
        figures = []
        for driver in {*carried, *failed}:
            kept = [story.is_kept for story in carried[driver] if story.is_kept is not None]
            figures.append(
                DriverFigures(
                    user_id=driver,
                    name=User.objects.get(pk=driver).first_name,
                    delivered=len(carried[driver]),
                    failed=failed.count(driver),
                    minutes=durations(story.delivery for story in carried[driver]),
                    cash=sum((story.cash for story in carried[driver]), ZERO),
                    promises=len(kept),
                    promises_kept=sum(kept),
                )
            )
        return sorted(figures, key=lambda each: (each.name, each.user_id))

    def top_customers(self, *, vip_orders):
        found = defaultdict(list)
        for story in self.sold:
            if story.order.customer_id:
                found[story.order.customer_id].append(story)
        begins = self.period.last - timedelta(days=364)
        figures = []
        for customer, stories in found.items():
            in_the_year = [
                story
                for story in self.everything
                if story.order.customer_id == customer
                and not story.is_cancelled
                and begins <= story.day <= self.period.last
            ]
            figures.append(
                CustomerFigures(
                    customer,
                    Customer.objects.get(pk=customer).name,
                    len(stories),
                    sum(story.total for story in stories),
                    max(story.day for story in stories),
                    len(in_the_year) >= vip_orders,
                )
            )
        return sorted(figures, key=lambda each: (-each.sales, -each.orders, each.customer_id))

    def coupons(self):
        found = defaultdict(lambda: defaultdict(list))
        for story, each in self.adjustments("discount"):
            if each.code:
                found[each.code][story].append(-each.amount)
        figures = [
            CouponFigures(
                code,
                len(stories),
                sum(amount for amounts in stories.values() for amount in amounts),
                sum(story.total for story in stories),
            )
            for code, stories in found.items()
        ]
        return sorted(figures, key=lambda each: (-each.uses, each.code))

    def cancellations(self):
        found = defaultdict(list)
        for story in self.all:
            if story.is_cancelled:
                found[CancelReason(story.order.cancel_reason)].append(story.order)
        figures = [
            CancellationFigures(
                reason,
                len(orders),
                sum(order.total for order in orders),
                sum((refund.amount for order in orders for refund in refunds_of(order)), ZERO),
            )
            for reason, orders in found.items()
        ]
        return sorted(figures, key=lambda each: (-each.orders, each.reason))

    def receipts(self):
        receipts = Receipt.objects.order_by("id")
        return [receipt for receipt in receipts if self.covers(business_day(receipt.issued_at))]

    def bookkeeping(self):
        found = defaultdict(lambda: ([], []))
        for receipt in self.receipts():
            method = PaymentMethod(receipt.order.payment_method)
            found[business_day(receipt.issued_at), method][receipt.kind == "credit_note"].append(receipt.total)
        return [
            BookkeepingFigures(*key, len(received), len(credited), sum(received, ZERO), sum(credited, ZERO))
            for key, (received, credited) in sorted(found.items())
        ]

    def taxes(self):
        found = defaultdict(lambda: [ZERO, ZERO])
        for receipt in self.receipts():
            sign = -1 if receipt.kind == "credit_note" else 1
            for line in receipt.content["totals"]["tax_lines"]:
                sums = found[business_day(receipt.issued_at), Decimal(line["rate"])]
                sums[0] += sign * Decimal(line["base"])
                sums[1] += sign * Decimal(line["tax"])
        return [TaxFigures(*key, *sums) for key, sums in sorted(found.items())]


def refunds_of(order):
    return Refund.objects.filter(attempt__order=order, state="done")
