from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from orders import replay
from orders.models import Order


class Command(BaseCommand):
    help = "Rebuild every order and its lines from its events, and report each difference from the rows."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", required=True, help="compare and name differences; writes nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        with transaction.atomic():
            _read_from_one_snapshot()
            for difference in replay.differences():
                count += 1
                self.stdout.write(difference)
        if count:
            raise CommandError(f"{count} differences between orders and their events.")
        self.stdout.write(f"{Order.objects.count()} orders match their events.")


def _read_from_one_snapshot() -> None:
    """
    Read rows and events from one snapshot while the shop goes on.

    Not inside a test's transaction, where nothing else writes anyway.
    """
    if len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
