from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.payments.services import reconciliation
from pizzeria.foundation import clock


class Command(BaseCommand):
    help = "Compare orders, payments and tickets with the gateway's own list: open orders, and the last 48 hours."

    def handle(self, *args: Any, **options: Any) -> None:
        run = reconciliation.reconcile(now=clock.now)
        if run is None:
            self.stdout.write("No gateway is configured: there is nothing to compare.")
            return
        if run.error:
            raise CommandError(f"The gateway could not be asked: {run.error}")
        for finding in run.findings.select_related("order").order_by("pk"):
            self.stdout.write(f"{finding}{' (put right)' if finding.is_repaired else ''}")
        count = run.findings.count()
        self.stdout.write(f"{run.payments} payments and {run.orders} orders compared, {count} findings")
