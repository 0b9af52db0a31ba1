from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from kitchen import services as kitchen_services
from kitchen.printing import services as printing_services
from menu import services as menu_services
from orders import services as order_services
from orders.notifications.webhooks import services as webhook_services
from orders.payments import services as payment_services
from orders.payments.services import reconciliation
from orders.reports.daily_email import services as daily_email_services
from orders.reports.what_if import services as what_if_services
from pizzeria.foundation import clock
from pizzeria.foundation.alerts import emails as alert_emails
from pizzeria.foundation.attempts import counting as attempts
from pizzeria.foundation.idempotency import keys as idempotency_keys
from pizzeria.users.keycloak import sessions as keycloak_sessions
from pizzeria.users.local_accounts import eligibility, rate_limits

KEYS, BASKETS, UNCONFIRMED = timedelta(hours=24), timedelta(days=14), timedelta(days=1)
DELIVERIES = timedelta(days=30)  # of webhooks
PRINTS = timedelta(days=30)  # jobs of the kitchen's printer
# Of the gateway, e-mails for managers, runs of the reconciliation and of simulations, and screens that have a name.
MESSAGES = timedelta(days=90)
SCREENS = timedelta(days=7)  # without a name
CLIENTS = timedelta(days=2)  # longer than an order of which they limit others is open


class Command(BaseCommand):
    help = (
        "Delete expired rows: idempotency keys and unconfirmed accounts after 24 hours, baskets 14 days after their "
        "last use, ended sessions, unused pictures, screens of the board after 7 days, screens with a name after 90, "
        "deliveries of webhooks and jobs of the printer after 30 days, messages of the payment gateway and e-mails "
        "about alerts and of daily figures after 90 days."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        keys = idempotency_keys.purge(before=now - KEYS)
        baskets = order_services.purge_baskets(before=now - BASKETS)
        order_services.purge_phone_proofs(now=now)
        order_services.forget_clients(before=now - CLIENTS)
        payment_services.purge_messages(before=now - MESSAGES)
        reconciliation.purge_runs(before=now - MESSAGES)
        daily_email_services.purge_daily_emails(before=now - MESSAGES)
        alert_emails.purge_alert_emails(before=now - MESSAGES)
        kitchen_services.purge_screens(unnamed_before=now - SCREENS, before=now - MESSAGES)
        what_if_services.purge_runs(before=now - MESSAGES)
        webhook_services.purge_webhook_deliveries(before=now - DELIVERIES)
        printing_services.purge_print_jobs(before=now - PRINTS)
        attempts.purge(now=now)
        menu_services.purge_unused_pictures(at=now)
        call_command("clearsessions")
        keycloak_sessions.purge_ended()
        rate_limits.purge_expired_counters()
        unconfirmed = eligibility.purge_unconfirmed_accounts(before=now - UNCONFIRMED)
        deleted = f"{keys} form keys and {baskets} baskets deleted, {unconfirmed} unconfirmed accounts"
        self.stdout.write(f"{deleted}; ended sessions too")
