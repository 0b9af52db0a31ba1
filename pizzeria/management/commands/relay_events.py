import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from kombu.exceptions import OperationalError as BrokerGone

from orders.notifications.tasks import queue_due_notifications
from orders.notifications.webhooks.tasks import queue_due_webhooks
from pizzeria.foundation import clock
from pizzeria.foundation.alerts.tasks import queue_alert_emails
from pizzeria.foundation.events.relay import relay_due

SECONDS_BETWEEN_SWEEPS = 10


class Command(BaseCommand):
    help = (
        "Relay waiting events and queue due notifications, webhooks and alerts, as beat does: for a shop whose beat is "
        "down."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep once and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        while True:
            try:
                relayed = relay_due(now=clock.now)
            except BrokerGone:
                raise CommandError("The broker is unavailable; the events wait in the outbox.") from None
            queue_due_notifications()
            queue_due_webhooks()
            queue_alert_emails()
            self.stdout.write(f"relayed: {relayed} events")
            if once:
                return
            time.sleep(SECONDS_BETWEEN_SWEEPS)
