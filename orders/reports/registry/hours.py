"""Hours of the wall clock in the order of the business day, which goes on after midnight."""

from collections.abc import Iterable

from django.conf import settings

from orders.reports.periods import HOURS_OF_A_DAY, place_in_day


def hours_between(hours: Iterable[int | None]) -> list[int]:
    """Return all hours from the first to the last of some, in the order of the business day."""
    places = [place_in_day(hour) for hour in hours if hour is not None]
    begins: int = settings.SHOP_DAY_ENDS.hour
    return [(place + begins) % HOURS_OF_A_DAY for place in range(min(places), max(places) + 1)]
