"""
Beat and workers away for an hour: what is still news is told when they are back, what is none any more is not.

The worker that relays is back first. So each message is sent when those of later events are there, which may overtake
it; a worker that did both at a time would now and then be quicker with the one than with the other.
"""

from datetime import timedelta

import pytest

from orders.notifications.models import Notification, NotificationChannel, NotificationState
from pizzeria.foundation import clock
from tests import shop
from tests.chaos import evening
from tests.waiting import until

SENT, EXPIRED = NotificationState.SENT, NotificationState.EXPIRED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ready_since(chef):
    """Place and cook a guest's order so long ago, while nobody tells anybody anything."""

    def ready(guest, **ago):
        at = clock.now() - timedelta(**ago)
        return shop.cooked(evening.place(guest, at=at), by=chef, at=at)

    return ready


def became_of(order):
    """Tell of each kind of SMS what it has come to."""
    return dict(Notification.objects.filter(order=order, channel=NotificationChannel.SMS).values_list("kind", "state"))


def test_leaves_untold_only_what_is_no_news_any_more(works, post, ready_since):
    an_hour_ago, just_now = ready_since(1, hours=1), ready_since(2, minutes=5)

    works.worker("--queues", "celery")
    works.beat()
    until(evening.all_relayed, seconds=evening.PATIENCE)
    works.worker()
    until(
        lambda: Notification.objects.filter(state__in=[SENT, EXPIRED]).count() == 8,
        seconds=evening.PATIENCE,
        why=evening.states,
    )

    assert became_of(an_hour_ago) == {"confirmed": SENT, "ready": EXPIRED}
    assert became_of(just_now) == {"confirmed": EXPIRED, "ready": SENT}  # the one has overtaken the other
    assert [("ready for pickup" in sms.text) for sms in post.taken("sms", to=evening.phone(1))] == [False]
    assert sum("ready for pickup" in sms.text for sms in post.taken("sms", to=evening.phone(2))) == 1
