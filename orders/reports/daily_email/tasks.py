"""Tasks of the daily e-mail: a row is created before a task is queued, and a task carries only its id."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerGone

from orders.reports.daily_email import services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM

SECONDS_BETWEEN_SWEEPS = 300

log = structlog.get_logger(__name__)


@shared_task
def send_daily_email(email_id: int) -> None:
    """Send an e-mail, if it is due."""
    services.send_daily_email(email_id=email_id, by=SYSTEM, at=clock.now())


@shared_task
def queue_daily_emails() -> None:
    """Create the e-mails of the day that has ended, and queue those that are due."""
    for email_id in services.create_daily_emails(by=SYSTEM, at=clock.now()):
        try:
            send_daily_email.apply_async(kwargs={"email_id": email_id}, queue="email", expires=SECONDS_BETWEEN_SWEEPS)
        except BrokerGone:
            log.warning("broker_unreachable", email_id=email_id)
            return
