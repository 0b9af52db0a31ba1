"""Tasks of the e-mails about alerts: a row is created before a task is queued, and a task carries only its id."""

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError as BrokerGone

from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts import emails

SECONDS_BETWEEN_SWEEPS = 10

log = structlog.get_logger(__name__)


@shared_task
def send_alert_email(email_id: int) -> None:
    """Send an e-mail, if it is due."""
    emails.send_alert_email(email_id=email_id, by=SYSTEM, at=clock.now())


@shared_task
def queue_alert_emails() -> None:
    """Create the e-mails about alerts that managers have not been sent, and queue those that are due."""
    for email_id in emails.create_alert_emails(by=SYSTEM, at=clock.now()):
        try:
            send_alert_email.apply_async(kwargs={"email_id": email_id}, queue="email", expires=SECONDS_BETWEEN_SWEEPS)
        except BrokerGone as error:
            log.warning("alert_emails_postponed", reason=type(error).__name__)
            return
