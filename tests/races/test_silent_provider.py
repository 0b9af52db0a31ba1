"""
An SMS provider that takes the line and says nothing: whoever is told by e-mail hears of it in time all the same.

With one worker for everything they wait as long as it is silent.
"""

import os
import signal
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from orders.notifications import tasks
from orders.notifications.models import Notification, NotificationChannel, NotificationState
from pizzeria.devtools import environment
from pizzeria.devtools.servers.processes import start_tied
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import StoredEvent
from tests import shop
from tests.waiting import LIMIT, until

ORDERS = 5
SILENT_FOR_LONGER_THAN_ANY_TEST = "?cto=600&rto=600"

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def working(post, queues):
    """Have a worker take what is in these queues, one after the other."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    variables = {
        **environment.shop(
            secret_key=settings.SECRET_KEY,
            database_url=database,
            redis_url=settings.REDIS_URL,
            origin="http://127.0.0.1",
        ),
        **post.environment,
        "NOTIFY_SMS_URL": f"{post.box.sms_url}{SILENT_FOR_LONGER_THAN_ANY_TEST}",
    }
    worker = f"-m celery -A pizzeria worker --pool solo --queues {queues} --loglevel ERROR --without-gossip"
    process = start_tied([sys.executable, *worker.split()], farewell=signal.SIGKILL, env=variables, cwd=settings.ROOT)
    try:
        yield process
    finally:
        process.kill()  # it is waiting for the provider
        process.wait(timeout=LIMIT)


@pytest.fixture
def silence(post):
    """The SMS provider says nothing."""
    post.behaves(SMS="hang")
    yield post
    post.behaves()


@pytest.fixture
def told(kitchen, silence):
    """Orders whose guests are to be told by e-mail and by SMS, all of it handed to the workers."""
    for _ in range(ORDERS):
        order = shop.place(at=clock.now())
        tasks.create_and_queue_notifications(
            event_id=StoredEvent.objects.get(aggregate_ref=order.ref, type="order.confirmed.v1").pk
        )


def count(channel, state):
    return Notification.objects.filter(channel=channel, state=state).count()


def test_holds_up_its_own_alone(told, silence):
    with working(silence, "sms"), working(silence, "celery,email"):
        until(lambda: count(NotificationChannel.EMAIL, NotificationState.SENT) == ORDERS)
        until(lambda: count(NotificationChannel.SMS, NotificationState.SENDING) == 1)

    assert len(silence.taken("email")) == ORDERS
    assert count(NotificationChannel.SMS, NotificationState.QUEUED) == ORDERS - 1


def test_control_with_one_worker_for_everything_holds_up_the_rest(told, silence):
    with working(silence, "celery,email,sms"):
        until(lambda: count(NotificationChannel.SMS, NotificationState.SENDING) == 1)

    assert count(NotificationChannel.EMAIL, NotificationState.SENT) < ORDERS
