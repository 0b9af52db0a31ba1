"""
Delivery of notifications in three steps, so that nothing is locked during a provider call: claim, send, record.

A worker that is killed between the first step and the last leaves the notification claimed; when the lease ends, it is
claimed again. If the message had been sent just before, it is sent twice, once for each process killed. The README of
`pizzeria/foundation/events` lists every case in which a message can be sent twice.

A notification that this release cannot read or render counts as a failed attempt like any other: it is tried again
later, perhaps by a newer release, and is a dead letter after the last attempt.

The messages of one order are sent by a channel in the order of the order's events: one that a later message has
overtaken is dropped, and while one is being sent the later ones wait, at most until its lease ends.
"""

import time
from datetime import datetime, timedelta

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import Error as DatabaseFault
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from orders.models import Order
from orders.notifications.channels.registry import CHANNEL_BACKENDS
from orders.notifications.messages import message_for
from orders.notifications.models import Notification, NotificationChannel, NotificationState
from orders.notifications.permissions import RESEND_NOTIFICATIONS
from orders.notifications.rules import reason_not_to_send, undoable_until
from orders.notifications.services.sms_limits import SmsLimit, reached_sms_limit
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command
from pizzeria.foundation.mail.outbound import DeliveryFailed, OutcomeUnknown, Rejected, Unavailable
from pizzeria.foundation.refusals import NotAllowed, Refusal

NOTIFICATION_GIVEN_UP = AlertKind(
    "notification_given_up", _lazy("Messages by %(channel)s were given up; the last one of order %(order)s: %(reason)s")
)

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=1)  # from the claim to the recorded outcome
MAX_ATTEMPTS = 8
FIRST_DELAY, MAX_DELAY = timedelta(seconds=10), timedelta(minutes=10)


class NothingToResend(Refusal):
    """Refusal because the notification was sent, or will be without intervention."""

    code = "nothing_to_resend"


def send_notification(*, notification_id: int, at: datetime) -> bool:
    """
    Send a notification if it is due and still relevant. Of any number of concurrent calls, one sends it.

    The delay before the next attempt counts from the end of this one, which a slow provider may have made long.

    :returns: whether an attempt was made; later notifications may have waited for it
    """
    notification = claim_notification(notification_id=notification_id, at=at)
    if notification is None:
        return False
    begun = time.monotonic()
    outcome = _deliver(notification)
    took = timedelta(seconds=0 if isinstance(outcome, str) else int(time.monotonic() - begun))
    record_outcome(notification=notification, outcome=outcome, at=at + took)
    return True


@command
def claim_notification(*, notification_id: int, at: datetime) -> Notification | None:
    """
    Claim a notification for sending: until its lease ends it is due to no other worker.

    The order is locked, so that its last step is not undone meanwhile; and all of its notifications by this channel
    together, so that each decision takes the others into account.

    :returns: None if there is nothing to send: it does not exist, another worker has it, an earlier one is being sent,
        or it has just been found too old, overtaken, attempted too often, or unreadable, which counts as an attempt; or
        the order's last step has made it untrue and can still be undone
    """
    requested = Notification.objects.filter(pk=notification_id).first()
    if requested is None:
        return None
    Order.objects.for_update().get(pk=requested.order_id)
    by_order = Notification.objects.alongside(requested).select_related("event", "order__contact", "order__customer")
    notifications = list(by_order.for_update().order_by("pk"))
    notification = next(each for each in notifications if each.pk == notification_id)
    earlier = [each for each in notifications if each.event.seq < notification.event.seq]
    if not notification.is_due(at) or any(each.is_being_sent(at) for each in earlier):
        return None
    if notification.state == NotificationState.SENDING:
        notification.error = "worker terminated before it reported a result"
    later = [each for each in notifications if each.event.seq > notification.event.seq]
    unreadable = None
    try:
        _decide(notification, later=later, at=at)
    except (DatabaseFault, SoftTimeLimitExceeded):  # is not caused by this notification
        raise
    except Exception as error:
        log.exception("notification_not_readable", notification_id=notification.pk)
        unreadable = Unavailable(f"notification cannot be read: {type(error).__name__}")
        _begin_attempt(notification, at=at)
    notification.save(update_fields=["state", "error", "attempts", "due_at"])
    if unreadable:
        _record_failure(notification, unreadable, at=at)
        return None
    return notification if notification.state == NotificationState.SENDING else None


def _decide(notification: Notification, *, later: list[Notification], at: datetime) -> None:
    """Set the state that a due notification gets now, with the columns that belong to it; save nothing."""
    if reason := reason_not_to_send(notification, later=later, at=at):
        undoable = undoable_until(notification.order)
        if undoable and at < undoable:
            notification.state, notification.due_at = NotificationState.QUEUED, undoable
        else:
            notification.state, notification.error = NotificationState.EXPIRED, reason
    elif limit := _reached_limit(notification, at):
        notification.state, notification.error = NotificationState.EXPIRED, "daily limit of SMS"
        raise_alert(limit.kind, at=at, limit=limit.messages, order=str(notification.order))
    elif notification.attempts >= MAX_ATTEMPTS:
        notification.state = NotificationState.DEAD
        _alert_given_up(notification, notification.error, at=at)
    else:
        _begin_attempt(notification, at=at)


def _begin_attempt(notification: Notification, *, at: datetime) -> None:
    notification.state, notification.due_at = NotificationState.SENDING, at + LEASE
    notification.attempts += 1


def _reached_limit(notification: Notification, at: datetime) -> SmsLimit | None:
    is_sms = notification.channel == NotificationChannel.SMS
    return reached_sms_limit(notification.order.contact.phone, at=at) if is_sms else None


def _deliver(notification: Notification) -> str | DeliveryFailed:
    """Send a claimed notification; return the provider's id of the message, or why it was not sent."""
    backend = CHANNEL_BACKENDS[NotificationChannel(notification.channel)]
    if not backend.is_configured():
        return Unavailable("channel is not configured")
    try:
        message = message_for(notification)
    except Exception as error:
        log.exception("notification_not_rendered", notification_id=notification.pk)
        return Unavailable(f"message cannot be rendered: {type(error).__name__}")
    if message is None:
        return Rejected("contact has no address for this channel")
    try:
        return backend.send(message)
    except DeliveryFailed as failure:
        return failure
    except Exception as error:  # includes the task's time limit: the message may have been sent
        log.exception("notification_outcome_unknown", notification_id=notification.pk)
        return OutcomeUnknown(type(error).__name__)


@command
def record_outcome(*, notification: Notification, outcome: str | DeliveryFailed, at: datetime) -> None:
    """
    Record the outcome of a claimed notification.

    If the lease has ended, another worker may have claimed the notification. A success is recorded however late it is
    reported; a failure is then left for the other worker to record.

    :param notification: as `claim_notification` returned it
    :param outcome: the provider's id of the message, or why it was not sent
    """
    row = Notification.objects.filter(pk=notification.pk)
    if isinstance(outcome, str):
        row.exclude(state=NotificationState.SENT).update(
            state=NotificationState.SENT, sent_at=at, provider_id=outcome[:120], error=""
        )
        return
    _record_failure(notification, outcome, at=at)


def _record_failure(notification: Notification, failure: DeliveryFailed, *, at: datetime) -> None:
    """Record a failed attempt, unless its lease has ended and another worker has claimed the notification."""
    state = NotificationState.FAILED if _is_retried(notification, failure) else NotificationState.DEAD
    ours = Notification.objects.filter(pk=notification.pk, state=NotificationState.SENDING, due_at=notification.due_at)
    is_ours = ours.update(
        state=state,
        due_at=at + backoff_delay(notification.attempts, first=FIRST_DELAY, longest=MAX_DELAY),
        unknown_outcomes=notification.unknown_outcomes + isinstance(failure, OutcomeUnknown),
        error=str(failure)[:200],
    )
    if is_ours and state == NotificationState.DEAD:
        _alert_given_up(notification, str(failure), at=at)


def _alert_given_up(notification: Notification, reason: str, *, at: datetime) -> None:
    raise_alert(
        NOTIFICATION_GIVEN_UP,
        key=notification.channel,
        at=at,
        channel=str(NotificationChannel(notification.channel).label),
        order=str(notification.order),
        reason=reason[:200],
    )


def _is_retried(notification: Notification, reason: DeliveryFailed) -> bool:
    match reason:
        case Rejected():
            return False
        case OutcomeUnknown() if notification.unknown_outcomes:
            return False  # it may have been delivered twice already
    return notification.attempts < MAX_ATTEMPTS


@command
def resend_notification(*, notification_id: int, by: Actor, at: datetime) -> Notification:
    """
    Queue a notification again: relevant from now on, with all attempts left. One that no longer applies stays unsent.

    :raises NotAllowed: the actor is not a manager
    :raises NothingToResend: it was sent, or is about to be
    :raises Notification.DoesNotExist: there is no such notification
    """
    if not by.may(RESEND_NOTIFICATIONS):
        raise NotAllowed(_("Only managers can do that."))
    notification = Notification.objects.for_update().get(pk=notification_id)
    is_shown_only = notification.channel == NotificationChannel.IN_APP
    resendable = (NotificationState.DEAD, NotificationState.EXPIRED, NotificationState.FAILED)
    if is_shown_only or notification.state not in resendable:
        raise NothingToResend(_("Only dead, expired or failed notifications can be sent again."))
    notification.state, notification.attempts, notification.unknown_outcomes, notification.error = (
        NotificationState.QUEUED,
        0,
        0,
        "",
    )
    notification.relevant_since = notification.due_at = at
    notification.save(update_fields=["state", "attempts", "unknown_outcomes", "error", "relevant_since", "due_at"])
    return notification
