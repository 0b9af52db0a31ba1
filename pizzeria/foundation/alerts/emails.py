"""
E-mails about alerts to the addresses in the shop's settings: rows first, then claim, send, record, so that nothing is
locked meanwhile.

An open alert is sent once, and again if it is counted an hour later or more. Of several alerts with the same kind and
key, one after the other, there is one e-mail within ten minutes at most. Alerts of the same moment share one e-mail.

A worker that is killed leaves its row claimed; when the lease ends, it is claimed again. An e-mail is sent twice only
if the worker was killed between the answer of the mail server and its record; both have the same Message-ID.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q
from django.utils import translation

from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.models import (
    ALERT_EMAIL_FAILED,
    Alert,
    AlertEmail,
    AlertEmailState,
    AlertQuerySet,
)
from pizzeria.foundation.alerts.rendering import render_email
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command
from pizzeria.foundation.mail import email
from pizzeria.foundation.mail.outbound import DeliveryFailed, Rejected
from pizzeria.foundation.shop.selectors import current_shop

AGAIN_AFTER = timedelta(hours=1)  # an open alert that is still counted
SAME_KIND_AFTER = timedelta(minutes=10)  # another alert of the same kind and key
WORTH_SENDING = timedelta(hours=12)  # from when an alert was last raised
MAX_ALERTS = 20  # in one e-mail
LEASE = timedelta(minutes=1)  # from the claim to the recorded outcome
MAX_ATTEMPTS = 10  # about three hours
FIRST_DELAY, MAX_DELAY = timedelta(seconds=20), timedelta(minutes=30)
WORKER_TERMINATED = "worker terminated before it reported a result"

log = structlog.get_logger(__name__)


@command
def create_alert_emails(*, by: Actor, at: datetime) -> list[int]:
    """
    Create the e-mails about the alerts that managers have not been sent; return the ids of all e-mails that are due.

    Without an address or a mail server, nothing is created. Alerts that another worker has locked are left to it.
    """
    addresses = current_shop().alerts_email_addresses if email.is_configured() else []
    unsent = _to_be_sent(at).for_update(skip_locked=True).order_by("pk")
    alerts = list(unsent[:MAX_ALERTS]) if addresses else []
    if alerts:
        Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(emailed_at=at)
        for address in addresses:
            AlertEmail.objects.create(recipient=address, created_at=at, due_at=at).alerts.set(alerts)
    return list(AlertEmail.objects.due(at).order_by("due_at", "pk").values_list("pk", flat=True))


def send_alert_email(*, email_id: int, by: Actor, at: datetime) -> None:
    """Send an e-mail if it is due. Of any number of concurrent calls, one does."""
    claimed = claim_alert_email(email_id=email_id, by=by, at=at)
    if claimed is None:
        return
    try:
        with translation.override(settings.LANGUAGE_CODE):  # not that of the process
            message = render_email(claimed, at=at)
        email.send(message)
    except DeliveryFailed as failure:
        log.warning("alert_email_failed", email_id=email_id, reason=str(failure))
        record_failure(sent=claimed, reason=str(failure), is_final=isinstance(failure, Rejected), by=by, at=at)
    else:
        failpoints.reach("alerts.sent")
        record_sent(sent=claimed, by=by, at=at)


@command
def claim_alert_email(*, email_id: int, by: Actor, at: datetime) -> AlertEmail | None:
    """
    Claim a due e-mail until its lease ends.

    :return: None: it is not due, another worker has it, it has been tried too often, or its alerts are no longer open
    """
    claimed = AlertEmail.objects.for_update(skip_locked=True).due(at).filter(pk=email_id).first()
    if claimed is None:
        return None
    if not claimed.alerts.filter(acknowledged_at=None).exists():
        claimed.state = AlertEmailState.EXPIRED
    elif claimed.attempts >= MAX_ATTEMPTS:
        claimed.state = AlertEmailState.DEAD
        claimed.error = claimed.error or WORKER_TERMINATED
    else:
        claimed.attempts, claimed.due_at = claimed.attempts + 1, at + LEASE
    claimed.save(update_fields=["state", "attempts", "due_at", "error"])
    if claimed.state == AlertEmailState.DEAD:
        raise_alert(ALERT_EMAIL_FAILED, at=at, reason=claimed.error)
    return claimed if claimed.state == AlertEmailState.QUEUED else None


@command
def record_sent(*, sent: AlertEmail, by: Actor, at: datetime) -> None:
    AlertEmail.objects.filter(pk=sent.pk).update(state=AlertEmailState.SENT, sent_at=at, error="")


@command
def record_failure(*, sent: AlertEmail, reason: str, is_final: bool, by: Actor, at: datetime) -> None:
    """
    Try again later to send an e-mail; or never, and say so in an alert, which is itself not sent.

    :param is_final: the mail server refuses it for good
    """
    delay = backoff_delay(sent.attempts, first=FIRST_DELAY, longest=MAX_DELAY)
    changes = {"state": AlertEmailState.DEAD} if is_final else {"due_at": at + delay}
    AlertEmail.objects.filter(pk=sent.pk).update(error=reason[:200], **changes)
    if is_final:
        raise_alert(ALERT_EMAIL_FAILED, at=at, reason=reason[:200])


def purge_alert_emails(*, before: datetime) -> None:
    """Delete the rows of e-mails that were created before a moment: they hold addresses."""
    AlertEmail.objects.filter(created_at__lt=before).delete()


def _to_be_sent(at: datetime) -> AlertQuerySet:
    """Filter the open alerts that are to be sent now; that an e-mail failed is only shown in the admin."""
    just_sent = Alert.objects.filter(
        kind=OuterRef("kind"), key=OuterRef("key"), emailed_at__gt=at - SAME_KIND_AFTER
    ).exclude(pk=OuterRef("pk"))
    is_new_or_counted = Q(emailed_at=None) | Q(emailed_at__lte=at - AGAIN_AFTER, last_seen_at__gt=F("emailed_at"))
    recent = Alert.objects.open().filter(is_new_or_counted, last_seen_at__gt=at - WORTH_SENDING)
    return recent.exclude(kind=ALERT_EMAIL_FAILED.code).filter(~Exists(just_sent))
