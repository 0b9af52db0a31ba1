"""
An SMS provider that accepts connections and does not answer: e-mails are sent in time all the same.

With one worker for all queues, they wait as long as the provider is silent.
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
from pizzeria.foundation.events.batches import RelayBatch
from pizzeria.foundation.events.models import StoredEvent
from tests import shop
from tests.waiting import TIMEOUT, until

ORDERS = 5
SILENT_FOR_LONGER_THAN_ANY_TEST = "?cto=600&rto=600"

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def working(message_sinks, queues):
    """Run a worker that takes the tasks of these queues one at a time."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    variables = {
        **environment.shop_environment(
            secret_key=settings.SECRET_KEY,
            database_url=database,
            redis_url=settings.REDIS_URL,
            origin="http://127.0.0.1",
        ),
        **message_sinks.environment,
        "NOTIFY_SMS_URL": f"{message_sinks.servers.sms_url}{SILENT_FOR_LONGER_THAN_ANY_TEST}",
    }
    worker = f"-m celery -A pizzeria worker --pool solo --queues {queues} --loglevel ERROR --without-gossip"
    process = start_tied(
        [sys.executable, *worker.split()], stop_signal=signal.SIGKILL, env=variables, cwd=settings.ROOT
    )
    try:
        yield process
    finally:
        process.kill()  # it is waiting for the provider
        process.wait(timeout=TIMEOUT)


@pytest.fixture
def silence(message_sinks):
    """Yield message sinks of which the SMS provider does not answer."""
    message_sinks.set_faults(SMS="hang")
    yield message_sinks
    message_sinks.set_faults()


@pytest.fixture
def queued_notifications(kitchen, silence):
    """Place orders, and queue their notifications by e-mail and SMS for the workers."""
    for _ in range(ORDERS):
        order = shop.place(at=clock.now())
        confirmed = StoredEvent.objects.get(aggregate_ref=order.ref, type="order.confirmed.v1")
        tasks.create_and_queue_notifications(confirmed, batch=RelayBatch([confirmed]))


def count(channel, state):
    return Notification.objects.filter(channel=channel, state=state).count()


def test_a_silent_sms_provider_delays_no_emails_if_its_queue_has_a_worker_of_its_own(queued_notifications, silence):
    with working(silence, "sms"), working(silence, "celery,email"):
        until(lambda: count(NotificationChannel.EMAIL, NotificationState.SENT) == ORDERS)
        until(lambda: count(NotificationChannel.SMS, NotificationState.SENDING) == 1)

    assert len(silence.messages("email")) == ORDERS
    assert count(NotificationChannel.SMS, NotificationState.QUEUED) == ORDERS - 1


def test_control_with_one_worker_for_all_queues_a_silent_sms_provider_delays_emails(queued_notifications, silence):
    with working(silence, "celery,email,sms"):
        until(lambda: count(NotificationChannel.SMS, NotificationState.SENDING) == 1)

    assert count(NotificationChannel.EMAIL, NotificationState.SENT) < ORDERS
