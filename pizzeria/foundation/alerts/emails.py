"""
E-mails about alerts to the addresses in the shop's settings: rows first, then claim, send, record, so that nothing is
locked meanwhile.

An open alert is sent once, and again if it is counted an hour later or more (`AlertKind.again_after`). An address gets
one e-mail about a kind within ten minutes at most, whatever its alerts are about: what is raised meanwhile waits, and
what is open by then shares one e-mail. Only what was really sent counts: one that expired unsent keeps nothing back.

A worker that is killed leaves its row claimed; when the lease ends, it is claimed again. An e-mail is sent twice only
if the worker was killed between the answer of the mail server and its record; both have the same Message-ID.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import F, Max, OuterRef, Q, Subquery
from django.utils import translation

from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AGAIN_AFTER, kind_of
from pizzeria.foundation.alerts.models import (
    ALERT_EMAIL_FAILED,
    Alert,
    AlertEmail,
    AlertEmailQuerySet,
    AlertEmailState,
)
from pizzeria.foundation.alerts.rendering import render_email
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command
from pizzeria.foundation.mail import email
from pizzeria.foundation.mail.outbound import DeliveryFailed, Rejected
from pizzeria.foundation.shop.selectors import current_shop

SAME_KIND_AFTER = timedelta(minutes=10)  # another e-mail to the address; sooner, if the kind is sent again sooner
WORTH_SENDING = timedelta(hours=12)  # from when an alert was last raised
MAX_ALERTS = 1000  # in one e-mail, which names the first of them
LEASE = timedelta(minutes=1)  # from the claim to the recorded outcome
MAX_ATTEMPTS = 10  # about three hours
FIRST_DELAY, MAX_DELAY = timedelta(seconds=20), timedelta(minutes=30)
CREATING = 1_634_497_906  # the advisory lock: any number that nothing else uses
WORKER_TERMINATED = "worker terminated before it reported a result"

log = structlog.get_logger(__name__)


@command
def create_alert_emails(*, by: Actor, at: datetime) -> list[int]:
    """
    Create the e-mails about the alerts that managers have not been sent; return the ids of all e-mails that are due.

    Without an address or a mail server, nothing is created, nor while another worker creates some.
    """
    addresses = current_shop().alerts_email_addresses if email.is_configured() else []
    if addresses and _may_create():
        for address in addresses:
            alerts = _alerts_for(address, at)
            if alerts:
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


def _may_create() -> bool:
    """Return whether no other worker creates e-mails now; until the end of the transaction none does then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [CREATING])
        return bool(cursor.fetchone()[0])


def _alerts_for(address: str, at: datetime) -> list[Alert]:
    """Return the open alerts to be sent to an address now. That an e-mail failed is only shown in the admin."""
    emails = AlertEmail.objects.filter(recipient=address).exclude(state=AlertEmailState.EXPIRED)
    last = emails.filter(alerts=OuterRef("pk")).order_by("-created_at").values("created_at")[:1]
    recent = Alert.objects.open().filter(last_seen_at__gt=at - WORTH_SENDING).exclude(kind=ALERT_EMAIL_FAILED.code)
    unsent = recent.annotate(emailed_at=Subquery(last)).filter(
        Q(emailed_at=None) | Q(last_seen_at__gt=F("emailed_at"))  # counted since
    )
    kinds = unsent.order_by().values_list("kind", flat=True).distinct()
    again = Q(emailed_at=None)
    free = [kind for kind in kinds if not _is_kept_back(kind, emails, at)]
    for kind in free:
        again |= Q(kind=kind, emailed_at__lte=at - _again_after(kind))
    return list(unsent.filter(again, kind__in=free).order_by("pk")[:MAX_ALERTS]) if free else []


def _is_kept_back(kind: str, emails: AlertEmailQuerySet, at: datetime) -> bool:
    """Return whether an e-mail about a kind is still to be sent, or was sent just now."""
    if emails.filter(state=AlertEmailState.QUEUED, alerts__kind=kind, alerts__acknowledged_at=None).exists():
        return True
    last = emails.filter(alerts__kind=kind).aggregate(last=Max("sent_at"))["last"]
    return last is not None and at - last < min(SAME_KIND_AFTER, _again_after(kind))


def _again_after(kind: str) -> timedelta:
    known = kind_of(kind)
    return known.again_after if known else AGAIN_AFTER  # only another release has it
