import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from kombu.exceptions import OperationalError as BrokerGone

from orders.notifications.tasks import send_due_notifications
from pizzeria.foundation import clock
from pizzeria.foundation.events.relay import relay_due

SECONDS_BETWEEN_SWEEPS = 10


class Command(BaseCommand):
    help = "Tells waiting news and hands due letters to the workers, as beat has it done: for when beat is gone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="sweep once and end")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        while True:
            try:
                told = relay_due(now=clock.now)
            except BrokerGone:
                raise CommandError("The broker is gone; the news waits in the log.") from None
            send_due_notifications()
            self.stdout.write(f"told: {told} events")
            if once:
                return
            time.sleep(SECONDS_BETWEEN_SWEEPS)
