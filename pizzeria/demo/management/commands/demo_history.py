from datetime import timedelta
from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from orders.customers import services as customer_services
from orders.models import Order
from pizzeria.demo.bulk_history.gateway import record_card_payments
from pizzeria.demo.bulk_history.guests import KnownCustomer
from pizzeria.demo.bulk_history.seeding import seed_history
from pizzeria.demo.simulation import open_orders
from pizzeria.demo.simulation.guest_profiles import CARLA
from pizzeria.demo.simulation.report import command_log_suppressed
from pizzeria.demo.simulation.staff import Staff
from pizzeria.devtools import state_dir
from pizzeria.devtools.servers import stripe_server
from pizzeria.foundation import clock
from pizzeria.foundation.events import backfill

ORDERS_A_YEAR = 11_000


class Command(BaseCommand):
    help = "Add past orders (a year of them, or DEMO_HISTORY_DAYS) and some open orders to a demo without orders."

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
        past = timedelta(days=settings.DEMO_HISTORY_DAYS)
        with backfill.backfilling():
            carla = customer_services.change_contact(
                name=CARLA.name, phone=CARLA.details.phone, by=staff.actor_for(CARLA.username), at=now - past
            )
        today = clock.business_date(now)
        report = seed_history(
            orders=ORDERS_A_YEAR * past.days // 365,
            first=today - past,
            last=today,
            customers=[KnownCustomer(carla, CARLA.details)],
            at=now,
        )
        record_card_payments(stripe_server.data_folder(state_dir.demo_state_dir().folder))
        open_orders.place_open_orders(staff=staff, now=now)
        call_command("rebuild_reports", stdout=StringIO())
        unfinished.unlink()
        self.stdout.write(
            f"last {past.days} days: {report.orders} orders; now open: {len(open_orders.OPEN_ORDERS)} orders"
        )
