"""
The short way from an order's events to its notices, as if each had just been relayed; and from a notice to what came
of it.
"""

from datetime import timedelta

from orders import services as order_services
from orders.models import Notice, NoticeState, NotificationChannel
from pizzeria.foundation.events.models import StoredEvent
from tests.shop import FRIDAY_NIGHT

EMAIL, SMS = NotificationChannel.EMAIL, NotificationChannel.SMS
QUEUED, SENDING, SENT = NoticeState.QUEUED, NoticeState.SENDING, NoticeState.SENT
FAILED, DEAD, EXPIRED = NoticeState.FAILED, NoticeState.DEAD, NoticeState.EXPIRED


def seconds(count):
    return FRIDAY_NIGHT + timedelta(seconds=count)


def minutes(count):
    return FRIDAY_NIGHT + timedelta(minutes=count)


def write_down(order, *types, at=FRIDAY_NIGHT):
    """Write the notices of an order's events, or of those of the named types; give what is to be sent of them."""
    events = StoredEvent.objects.filter(aggregate_ref=order.ref, **({"type__in": types} if types else {})).order_by(
        "seq"
    )
    return [notice for event in events for notice in order_services.write_notices(event_id=event.pk, at=at)]


def newest(order, channel, kind="confirmed", at=FRIDAY_NIGHT):
    """Write an order's notices; give the newest of a kind that goes out by a channel."""
    write_down(order, at=at)
    return Notice.objects.filter(order=order, channel=channel, kind=kind).latest("pk")


def send(notice, at=FRIDAY_NIGHT):
    """Send a notice; give it as it is then."""
    order_services.send_notice(notice_id=notice.pk, at=at)
    return now(notice)


def take(notice, at=FRIDAY_NIGHT):
    return order_services.take_notice(notice_id=notice.pk, at=at)


def settle(taken, outcome, at=FRIDAY_NIGHT):
    order_services.settle_notice(notice=taken, outcome=outcome, at=at)
    return now(taken)


def now(notice):
    return Notice.objects.get(pk=notice.pk)


def tried(notice, outcomes):
    """Try a notice whenever it is due, each time with the next outcome; give the times at which it was tried."""
    times = []
    for outcome in outcomes:
        times.append(now(notice).due_at)
        settle(take(notice, times[-1]), outcome, times[-1])
    return times
