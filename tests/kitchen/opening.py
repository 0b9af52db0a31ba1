"""Opening hours for the tests."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from kitchen.hours import OpeningHours, Span
from kitchen.models import Kitchen

ROME = ZoneInfo("Europe/Rome")
LUNCH_AND_DINNER = ("11:30-14:30", "18:00-22:30")


def span(text):
    """Return a span that is written "18:00-02:00"."""
    opens, closes = text.split("-")
    return Span(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))


def every_day(*spans, closed=()):
    """Return hours that are the same on each day: `every_day("11:30-14:30", "18:00-22:30")`."""
    return OpeningHours(week=(tuple(map(span, spans)),) * 7, closed=closed)


def set_hours(hours):
    """Store the opening hours of the kitchen; None: around the clock."""
    Kitchen.objects.update(opening_hours=None if hours is None else hours.model_dump(mode="json"))


def on(day, wall):
    """Return a moment by the wall clock in Rome: `on("2026-11-20", "18:00")`."""
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(wall), tzinfo=ROME).astimezone(UTC)
