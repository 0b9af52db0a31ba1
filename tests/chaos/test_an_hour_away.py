"""
No beat and no worker for an hour: afterwards the notifications that still apply are sent, and the others expire.

The worker that relays is started first. So each message is sent when those of later events exist, which may overtake
it; with one worker for both queues, a message would sometimes be sent before the later event is relayed.
"""

from datetime import timedelta

import pytest

from orders.notifications.models import Notification, NotificationChannel, NotificationState
from pizzeria.foundation import clock
from tests import shop
from tests.chaos import workload
from tests.waiting import until

SENT, EXPIRED = NotificationState.SENT, NotificationState.EXPIRED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ready_since(chef):
    """Return a function that places and cooks a guest's order at a past time, while no worker runs."""

    def ready(guest, **ago):
        at = clock.now() - timedelta(**ago)
        return shop.cooked(workload.place(guest, at=at), by=chef, at=at)

    return ready


def sms_states(order):
    """Return the state of an order's SMS by kind."""
    return dict(Notification.objects.filter(order=order, channel=NotificationChannel.SMS).values_list("kind", "state"))


def test_after_an_hour_without_workers_only_outdated_and_overtaken_notifications_expire(
    shop_processes, message_sinks, ready_since
):
    an_hour_ago, just_now = ready_since(1, hours=1), ready_since(2, minutes=5)

    shop_processes.start_worker("--queues", "celery")
    shop_processes.start_beat()
    until(workload.all_relayed, seconds=workload.WORKER_TIMEOUT)
    shop_processes.start_worker()
    until(
        lambda: Notification.objects.filter(state__in=[SENT, EXPIRED]).count() == 8,
        seconds=workload.WORKER_TIMEOUT,
        describe=workload.count_by_state,
    )

    assert sms_states(an_hour_ago) == {"confirmed": SENT, "ready": EXPIRED}
    assert sms_states(just_now) == {"confirmed": EXPIRED, "ready": SENT}  # overtaken by the later one
    assert [("ready for pickup" in sms.text) for sms in message_sinks.messages("sms", to=workload.phone(1))] == [False]
    assert sum("ready for pickup" in sms.text for sms in message_sinks.messages("sms", to=workload.phone(2))) == 1
