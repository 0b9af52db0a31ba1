"""
Sending of the daily e-mails: a row for each address, then claim, send, record, so that nothing is locked meanwhile.

A worker that is killed leaves its row claimed; when the lease ends, it is claimed again. An e-mail is sent twice only
if the worker was killed between the answer of the mail server and its record; both have the same Message-ID.
"""

from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.utils import translation

from orders.reports.daily_email.models import DAILY_EMAIL_FAILED, DailyEmail, DailyEmailState
from orders.reports.daily_email.rendering import render_email
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command
from pizzeria.foundation.mail import email
from pizzeria.foundation.mail.outbound import DeliveryFailed, Rejected
from pizzeria.foundation.pdf import PdfNotMade
from pizzeria.foundation.shop.selectors import current_shop

AFTER_THE_DAY = timedelta(hours=2)  # from the end of the business day until its figures are sent
WORTH_SENDING = timedelta(hours=18)  # from the end of the business day on
LEASE = timedelta(minutes=2)  # from the claim to the recorded outcome
FIRST_DELAY, MAX_DELAY = timedelta(minutes=1), timedelta(minutes=30)

log = structlog.get_logger(__name__)


@command
def create_daily_emails(*, by: Actor, at: datetime) -> list[int]:
    """
    Create the e-mails of the business day that has ended, unless they are; return the ids of those that are due.

    A day that ended long ago gets none: the shop was not running in that morning. Nor does a shop without mail server.
    """
    day = clock.business_date(at) - timedelta(days=1)
    ended_at = clock.begin_of_business_day(at)
    if email.is_configured() and ended_at + AFTER_THE_DAY <= at < ended_at + WORTH_SENDING:
        DailyEmail.objects.bulk_create(
            (
                DailyEmail(business_date=day, recipient=address, created_at=at, due_at=at)
                for address in current_shop().daily_email_addresses
            ),
            ignore_conflicts=True,
        )
    return list(DailyEmail.objects.due(at).order_by("due_at", "pk").values_list("pk", flat=True))


def send_daily_email(*, email_id: int, by: Actor, at: datetime) -> None:
    """Send an e-mail if it is due. Of any number of concurrent calls, one does."""
    claimed = claim_daily_email(email_id=email_id, by=by, at=at)
    if claimed is None:
        return
    try:
        with translation.override(settings.LANGUAGE_CODE):  # not that of the process
            message = render_email(
                id=f"daily-email-{claimed.pk}", to=claimed.recipient, day=claimed.business_date, at=at
            )
        email.send(message)
    except (DeliveryFailed, PdfNotMade) as failure:
        log.warning("daily_email_failed", day=str(claimed.business_date), reason=str(failure))
        record_failure(sent=claimed, reason=str(failure), is_final=isinstance(failure, Rejected), by=by, at=at)
    else:
        record_sent(sent=claimed, by=by, at=at)


@command
def claim_daily_email(*, email_id: int, by: Actor, at: datetime) -> DailyEmail | None:
    """Claim a due e-mail until its lease ends; None: it is not due, another worker has it, or it is too late for it."""
    claimed = DailyEmail.objects.for_update(skip_locked=True).due(at).filter(pk=email_id).first()
    if claimed is None:
        return None
    is_too_late = at >= _ended_at(claimed.business_date) + WORTH_SENDING
    if is_too_late:
        claimed.state = DailyEmailState.EXPIRED
    else:
        claimed.attempts, claimed.due_at = claimed.attempts + 1, at + LEASE
    claimed.save(update_fields=["state", "attempts", "due_at"])
    if is_too_late:
        _alert(claimed, claimed.error or "the worker was terminated each time", at=at)
    return None if is_too_late else claimed


@command
def record_sent(*, sent: DailyEmail, by: Actor, at: datetime) -> None:
    DailyEmail.objects.filter(pk=sent.pk).update(state=DailyEmailState.SENT, sent_at=at, error="")


@command
def record_failure(*, sent: DailyEmail, reason: str, is_final: bool, by: Actor, at: datetime) -> None:
    """
    Try again later to send an e-mail; or never, and alert the managers.

    :param is_final: the mail server refuses it for good
    """
    delay = backoff_delay(sent.attempts, first=FIRST_DELAY, longest=MAX_DELAY)
    changes = {"state": DailyEmailState.DEAD} if is_final else {"due_at": at + delay}
    DailyEmail.objects.filter(pk=sent.pk).update(error=reason[:200], **changes)
    if is_final:
        _alert(sent, reason, at=at)


def purge_daily_emails(*, before: datetime) -> None:
    """Delete the rows of e-mails that were created before a moment: they hold addresses."""
    DailyEmail.objects.filter(created_at__lt=before).delete()


def _ended_at(day: date) -> datetime:
    return clock.day_bounds(day)[1]


def _alert(failed: DailyEmail, reason: str, *, at: datetime) -> None:
    raise_alert(DAILY_EMAIL_FAILED, key=str(failed.pk), at=at, day=str(failed.business_date), reason=reason)
