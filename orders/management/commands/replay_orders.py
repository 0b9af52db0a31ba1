from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders import replay
from orders.models import Order


class Command(BaseCommand):
    help = "Rebuilds every order and its lines from its events, and names where a row says something else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", required=True, help="compare and name differences; writes nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for difference in replay.differences():
            count += 1
            self.stdout.write(difference)
        if count:
            raise CommandError(f"{count} differences between orders and their events.")
        self.stdout.write(f"{Order.objects.count()} orders, each as its events say.")
