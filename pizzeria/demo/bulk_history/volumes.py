"""How many orders each day of a past has, and when each of them is placed."""

from datetime import date, datetime, time, timedelta
from random import Random

from pizzeria.foundation import clock

WEEKDAYS = (0.72, 0.70, 0.82, 0.90, 1.28, 1.45, 1.13)  # Monday to Sunday
MONTHS = (0.97, 0.98, 1.00, 1.00, 0.98, 0.94, 0.90, 0.78, 1.00, 1.03, 1.06, 1.15)  # August is empty, December is not
GROWTH = 0.25  # from the first day to the last
UNEVENNESS = 0.14  # of a day, for which nobody knows a reason

FIRST_HOUR = time(11, 0)  # the times below are in minutes after it, by the wall clock
LUNCH, DINNER, NIGHT = (10, 215, 100), (355, 705, 515), (690, 830, 700)  # earliest, latest, most orders
LUNCH_SHARE, WEEKEND_LUNCH_SHARE, NIGHT_SHARE = 0.27, 0.20, 0.07
WEEKEND = (4, 5)  # Friday and Saturday: the only days with orders after midnight


def orders_by_day(first: date, last: date, *, orders: int, rng: Random) -> list[tuple[date, int]]:
    """Return each day from the first to the last with its number of orders, which are as many as given in all."""
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    weights = [_weight(day, position / len(days), rng) for position, day in enumerate(days)]
    whole, so_far, placed = sum(weights), 0.0, 0
    counted = []
    for day, weight in zip(days, weights, strict=True):
        so_far += weight
        count = round(orders * so_far / whole) - placed
        placed += count
        counted.append((day, count))
    return counted


def _weight(day: date, progress: float, rng: Random) -> float:
    trend = 1 + GROWTH * (progress - 0.5)
    return WEEKDAYS[day.weekday()] * MONTHS[day.month - 1] * trend * rng.uniform(1 - UNEVENNESS, 1 + UNEVENNESS)


def placing_times(day: date, count: int, rng: Random) -> list[int]:
    """Return when the orders of a business day are placed, in seconds since the epoch, sorted."""
    opens = int(datetime.combine(day, FIRST_HOUR, tzinfo=clock.shop_zone()).timestamp())
    is_weekend = day.weekday() in WEEKEND
    lunch_until = WEEKEND_LUNCH_SHARE if is_weekend else LUNCH_SHARE
    night_from = 1 - NIGHT_SHARE if is_weekend else 1.0
    times = []
    for _order in range(count):
        share = rng.random()
        low, high, mode = LUNCH if share < lunch_until else NIGHT if share >= night_from else DINNER
        times.append(opens + int(60 * rng.triangular(low, high, mode)))
    return sorted(times)
