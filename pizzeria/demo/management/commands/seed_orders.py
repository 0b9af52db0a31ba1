import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from pizzeria.demo.bulk_history.seeding import seed_history
from pizzeria.foundation import clock


class Command(BaseCommand):
    help = "Write plausible past orders in bulk into a demo's or a test's database: for measurements, and for charts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=10_000, help="how many (10000)")
        parser.add_argument("--days", type=int, default=365, help="over how many days before today (365)")
        parser.add_argument("--seed", type=int, default=0, help="of the random numbers (0)")

    def handle(self, *args: Any, **options: Any) -> None:
        orders, days = options["orders"], options["days"]
        if not settings.SHOP_DEMO and not str(connection.settings_dict["NAME"]).startswith("test_"):
            raise CommandError("Past orders are written into a demo's or a test's database only.")
        if orders < 1 or days < 1:
            raise CommandError("At least one order and one day, please.")
        began, now = time.monotonic(), clock.now()
        today = clock.business_date(now)

        def say(written: int) -> None:
            seconds = time.monotonic() - began
            self.stdout.write(f"{written:>9} orders, {written / seconds:.0f} a second", ending="\n")
            self.stdout.flush()

        report = seed_history(
            orders=orders,
            first=today - timedelta(days=days),
            last=today - timedelta(days=1),
            seed=options["seed"],
            at=now,
            on_progress=say,
        )
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{report.orders} orders in {seconds:.1f} s: {report.orders / seconds:.0f} orders and "
            f"{report.rows / seconds:.0f} rows a second"
        )
        self.stdout.write(
            f"The reports of {report.marked_days} days are marked: the task that runs each minute rebuilds them, or "
            "manage.py rebuild_reports does so at once."
        )
