from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from orders import services as front_desk
from pizzeria.foundation import clock
from pizzeria.foundation.idempotency import ledger
from pizzeria.people.oidc import sign_ins

KEYS, BASKETS = timedelta(hours=24), timedelta(days=14)


class Command(BaseCommand):
    help = "Deletes what has had its time: form keys after 24 hours, baskets after 14 days, sessions that have ended."

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        keys = ledger.forget(before=now - KEYS)
        baskets = front_desk.forget_baskets(before=now - BASKETS)
        call_command("clearsessions")
        sign_ins.forget_ended()
        self.stdout.write(f"{keys} form keys and {baskets} baskets deleted; ended sessions too")
