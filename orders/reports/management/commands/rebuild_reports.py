from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.reports import services
from orders.reports.periods import Period
from orders.reports.selectors.live_days import first_day, last_day_to_build
from pizzeria.foundation import clock


class Command(BaseCommand):
    help = (
        "Rebuild the rollups of the reports from the source, all or those of some business days. It can be repeated, "
        "and continued with --from after it was interrupted. Needed after the shop's time zone or day's end has "
        "changed; otherwise a task rebuilds what has changed each minute. The present day has no rollups."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="the first day, such as 2026-11-20")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="the last day, included")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        period = _period(options["first"], options["last"], ends=last_day_to_build(at=at))
        if period is None:
            self.stdout.write("There is no day with orders that has ended.")
            return
        for day in services.rebuild_days(period.dates(), now=clock.now):
            if day == period.last or (day + timedelta(days=1)).day == 1:
                self.stdout.write(f"Rebuilt up to {day}.")


def _period(first: date | None, last: date | None, *, ends: date) -> Period | None:
    """
    Return the days to rebuild; None: there are none.

    :raises CommandError: the last day has not ended, or the first is after it
    """
    begins = first or first_day()
    if last and last > ends:
        raise CommandError(f"{last} has not ended yet; {ends} is the newest day that can be built.")
    if begins is None or (first is None and last is None and begins > ends):
        return None
    try:
        return Period(begins, last or ends)
    except ValueError as error:
        raise CommandError(str(error)) from error
