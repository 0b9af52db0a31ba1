from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders import services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM


class Command(BaseCommand):
    help = "Recompute the prices of the orders placed since the last run, and report each that does not add up."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="check every order, not only those since the last run")

    def handle(self, *args: Any, **options: Any) -> None:
        result = services.check_prices(every_order=options["all"], by=SYSTEM, at=clock.now())
        for wrong in result.wrong:
            for difference in wrong.differences:
                self.stdout.write(f"order {wrong.order.ref}: {difference}")
        if result.wrong:
            raise CommandError(f"The prices of {len(result.wrong)} of {result.orders} orders do not add up.")
        self.stdout.write(f"{result.orders} orders: their prices add up.")
