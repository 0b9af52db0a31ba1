"""Orders, sales and revenue: of a period, over time, and by hour."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connection

from orders.models import OrderStatus
from orders.reports.definitions import SOURCE, definition_of, parameters
from orders.reports.figures import Overview, PeakHour, ProductFigures, SeriesPoint, StatusFigures
from orders.reports.models import BreakdownKind, DayBreakdown, HourSums
from orders.reports.periods import Grain, Period, place_in_day
from orders.reports.selectors.rollups import read
from pizzeria.foundation import clock
from pizzeria.foundation.money import ZERO

_OVERVIEW = """
    SELECT sum(orders), sum(cancelled), sum(pickups), sum(deliveries), sum(pizzas), sum(sales), sum(captured),
        sum(refunded), sum(discounts), sum(delivery_fees), sum(tips), sum(promises), sum(promises_kept)
    FROM figures HAVING count(*) > 0
"""


def overview(period: Period, *, at: datetime) -> Overview:
    """Return the figures of a period at a glance."""
    rows = read(HourSums, _OVERVIEW, period=period, at=at)
    return Overview(*rows[0]) if rows else Overview()


def overview_of_day_until(day: date, *, until: datetime) -> Overview:
    """
    Return the figures of a business day as they were at a moment: what happened later is left out.

    Known limit: a step that was undone or recalled after that moment is left out, too, and so is a capture of cash
    that was given back with it. The rows do not hold them any more.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH {SOURCE}, figures AS ({definition_of(HourSums)}) {_OVERVIEW}", parameters([day], until=until)
        )
        rows = cursor.fetchall()
    return Overview(*rows[0]) if rows else Overview()


@dataclass(slots=True)
class _Sums:
    orders: int = 0
    sales: Decimal = ZERO
    revenue: Decimal = ZERO


def time_series(period: Period, *, grain: Grain, at: datetime) -> list[SeriesPoint]:
    """Return each interval of a period, in order, also those in which nothing happened."""
    is_by_hour = grain == Grain.HOUR
    rows = read(
        HourSums,
        f"""
            SELECT business_date, {"hour" if is_by_hour else "NULL"}, sum(orders), sum(sales), sum(captured - refunded)
            FROM figures GROUP BY 1, 2
        """,
        period=period,
        at=at,
    )
    sums: dict[tuple[date, datetime | None], _Sums] = defaultdict(_Sums)
    for day, hour, orders, sales, revenue in rows:
        interval = sums[day if is_by_hour else _first_day(day, grain, period), hour]
        interval.orders += orders
        interval.sales += sales
        interval.revenue += revenue
    empty = _Sums()
    return [
        SeriesPoint(first, last, hour, found.orders, found.sales, found.revenue)
        for first, last, hour in _intervals(period, grain)
        for found in (sums.get((first, hour), empty),)
    ]


def _first_day(day: date, grain: Grain, period: Period) -> date:
    """Return the first day within the period of the interval to which a day belongs."""
    match grain:
        case Grain.WEEK:
            first = day - timedelta(days=day.weekday())
        case Grain.MONTH:
            first = day.replace(day=1)
        case _:
            first = day
    return max(first, period.first)


def _intervals(period: Period, grain: Grain) -> Iterator[tuple[date, date, datetime | None]]:
    if grain == Grain.HOUR:
        for day in period.dates():
            yield from ((day, day, hour) for hour in hours_of(day))
        return
    days = list(period.dates())
    firsts = [day for day in days if _first_day(day, grain, period) == day]
    lasts = [first - timedelta(days=1) for first in firsts[1:]] + [period.last]
    yield from ((first, last, None) for first, last in zip(firsts, lasts, strict=True))


def hours_of(day: date) -> Iterator[datetime]:
    """
    Yield when each hour of the shop's wall clock began that a business day has a part of: 23 to 26 hours.

    In UTC, because an hour is passed over or repeated when the clocks change.
    """
    begins, ends = clock.day_bounds(day)
    moment = begins.astimezone(clock.shop_zone()).replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    while moment < ends:
        yield moment
        moment += timedelta(hours=1)


def peak_hours(period: Period, *, at: datetime) -> list[PeakHour]:
    """Return the hours of the week in which there were orders, from Monday on, in the order of the business day."""
    rows = read(
        HourSums,
        """
            SELECT extract(isodow FROM business_date)::int - 1, extract(hour FROM hour AT TIME ZONE %(zone)s)::int,
                sum(orders), sum(sales)
            FROM figures GROUP BY 1, 2 HAVING sum(orders) > 0
        """,
        period=period,
        at=at,
    )
    return sorted((PeakHour(*row) for row in rows), key=lambda each: (each.weekday, place_in_day(each.hour)))


def statuses(period: Period, *, at: datetime) -> list[StatusFigures]:
    """Return the orders of each status that there is, in the order of an order's life."""
    rows = read(
        DayBreakdown,
        "SELECT key, sum(count), sum(amount) FROM figures GROUP BY 1",
        period=period,
        at=at,
        kinds=[BreakdownKind.STATUS],
    )
    found = {OrderStatus(status): StatusFigures(OrderStatus(status), orders, total) for status, orders, total in rows}
    return [found[status] for status in OrderStatus if status in found]


def pizzas(period: Period, *, at: datetime) -> list[ProductFigures]:
    """Return the pizzas that were sold, best sellers first."""
    return _products(BreakdownKind.PIZZA, period, at=at)


def simple_items(period: Period, *, at: datetime) -> list[ProductFigures]:
    """Return the simple items that were sold, best sellers first."""
    return _products(BreakdownKind.SIMPLE_ITEM, period, at=at)


def sizes(period: Period, *, at: datetime) -> list[ProductFigures]:
    """Return the sizes of the pizzas that were sold, best sellers first."""
    return _products(BreakdownKind.SIZE, period, at=at)


def toppings(period: Period, *, at: datetime) -> list[ProductFigures]:
    """Return the toppings that were added to pizzas, best sellers first."""
    return _products(BreakdownKind.TOPPING, period, at=at)


def _products(kind: BreakdownKind, period: Period, *, at: datetime) -> list[ProductFigures]:
    rows = read(
        DayBreakdown,
        """
            SELECT key, (array_agg(label ORDER BY business_date DESC))[1], sum(count), sum(amount)
            FROM figures GROUP BY key ORDER BY sum(count) DESC, sum(amount) DESC, key
        """,
        period=period,
        at=at,
        kinds=[kind],
    )
    return [ProductFigures(*row) for row in rows]
