from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from orders.models import Order
from pizzeria.demo.simulation import history, open_orders
from pizzeria.demo.simulation.report import command_log_suppressed
from pizzeria.demo.simulation.staff import Staff
from pizzeria.devtools import state_dir
from pizzeria.foundation import clock


class Command(BaseCommand):
    help = "Add a week of past orders and some open orders to a demo shop without orders."

    @command_log_suppressed()
    def handle(self, *args: Any, **options: Any) -> None:
        if Order.objects.exists():
            self.stdout.write("There are orders already: nothing was added.")
            return
        unfinished = state_dir.demo_state_dir().unfinished_history
        unfinished.touch()
        with connection.cursor() as cursor:
            # No user waits for these commits. A power cut loses only the newest ones, never one in the middle.
            cursor.execute("SET synchronous_commit = off")
        staff, now = Staff.of_the_demo(), clock.now()
        report = history.simulate_week(staff=staff, now=now)
        open_orders.place_open_orders(staff=staff, now=now)
        unfinished.unlink()
        self.stdout.write(f"last week: {report.summary}; now open: {len(open_orders.OPEN_ORDERS)} orders")
