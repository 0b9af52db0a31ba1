"""
Helpers of the notification tests: create an order's notifications, as if its events had just been relayed; send one;
and record its outcome.
"""

from datetime import timedelta

from orders.notifications import services as notification_services
from orders.notifications.models import Notification, NotificationChannel, NotificationState
from pizzeria.foundation.events.models import StoredEvent
from tests.shop import FRIDAY_NIGHT

EMAIL, SMS = NotificationChannel.EMAIL, NotificationChannel.SMS
QUEUED, SENDING, SENT = NotificationState.QUEUED, NotificationState.SENDING, NotificationState.SENT
FAILED, DEAD, EXPIRED = NotificationState.FAILED, NotificationState.DEAD, NotificationState.EXPIRED


def seconds(count):
    return FRIDAY_NIGHT + timedelta(seconds=count)


def minutes(count):
    return FRIDAY_NIGHT + timedelta(minutes=count)


def create_notifications(order, *types, at=FRIDAY_NIGHT):
    """Create the notifications of an order's events, of some types if named; return those that are due to be sent."""
    events = StoredEvent.objects.filter(aggregate_ref=order.ref, **({"type__in": types} if types else {})).order_by(
        "seq"
    )
    return [
        notification
        for event in events
        for notification in notification_services.create_notifications(event_id=event.pk, at=at)
    ]


def newest(order, channel, kind="confirmed", at=FRIDAY_NIGHT):
    """Create an order's notifications; return the newest one of a kind and a channel."""
    create_notifications(order, at=at)
    return Notification.objects.filter(order=order, channel=channel, kind=kind).latest("pk")


def send(notification, at=FRIDAY_NIGHT):
    """Send a notification; return it as it is then."""
    notification_services.send_notification(notification_id=notification.pk, at=at)
    return now(notification)


def claim_to_send(notification, at=FRIDAY_NIGHT):
    return notification_services.claim_notification(notification_id=notification.pk, at=at)


def record_outcome(claimed, outcome, at=FRIDAY_NIGHT):
    notification_services.record_outcome(notification=claimed, outcome=outcome, at=at)
    return now(claimed)


def now(notification):
    return Notification.objects.get(pk=notification.pk)


def attempt_times(notification, outcomes):
    """Make an attempt with each outcome in turn, whenever the notification is due; return the times of the attempts."""
    times = []
    for outcome in outcomes:
        times.append(now(notification).due_at)
        record_outcome(claim_to_send(notification, times[-1]), outcome, times[-1])
    return times
