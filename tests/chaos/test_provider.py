"""
A provider with one fault after another, and a real worker: each SMS gets the state that the fault implies, the admin
shows it to a manager, and the e-mails are sent.
"""

import pytest
from django.urls import reverse

from orders.notifications.models import Notification, NotificationChannel, NotificationState
from pizzeria.users.roles import MANAGER
from tests.chaos import workload
from tests.waiting import until

FAILED, DEAD, SENT = NotificationState.FAILED, NotificationState.DEAD, NotificationState.SENT

BROKEN, BUSY, WRONG_NUMBER, UNANSWERED = GUESTS = range(4)
FAULTS = {
    BROKEN: {"SMS": 500},
    BUSY: {"SMS": 429},
    WRONG_NUMBER: {"refused": [workload.phone(WRONG_NUMBER)]},
    UNANSWERED: {"SMS": "drop"},  # closes the connection: no timeout decides whether the answer came
}

pytestmark = pytest.mark.django_db(transaction=True)


def notification_state(order, channel=NotificationChannel.SMS):
    return Notification.objects.filter(order=order, channel=channel).values_list("state", flat=True).first()


def is_tried(order):
    return notification_state(order) in {FAILED, DEAD} and notification_state(order, NotificationChannel.EMAIL) == SENT


@pytest.fixture
def orders(shop_processes, message_sinks):
    """Return an order for each fault of the provider, after one attempt to send its SMS."""
    shop_processes.start_worker()
    orders = []
    for guest, fault in FAULTS.items():
        message_sinks.set_faults(**fault)
        order = workload.place(guest)
        until(lambda order=order: is_tried(order), seconds=workload.WORKER_TIMEOUT, describe=workload.count_by_state)
        orders.append(order)
    shop_processes.kill_all()
    return orders


def test_the_providers_answer_decides_whether_an_sms_is_attempted_again_or_given_up(orders, message_sinks, sign_in):
    assert [notification_state(order) for order in orders] == [FAILED, FAILED, DEAD, FAILED]
    assert [workload.count_by_recipient(message_sinks)[workload.address(guest)] for guest in GUESTS] == [1] * 4
    in_admin = sign_in(MANAGER).get(reverse("admin:notifications_notification_changelist")).content.decode()
    for text in (
        "answered 500.",
        "answered 429.",
        "answered 400.",
        "accepted the message and did not answer.",
        "dead: ",
    ):
        assert text in in_admin

    message_sinks.set_faults(**FAULTS[UNANSWERED])
    workload.run_due_work(order=orders[UNANSWERED])
    message_sinks.set_faults(refused=[workload.phone(WRONG_NUMBER)])
    workload.run_due_work()

    assert [notification_state(order) for order in orders] == [SENT, SENT, DEAD, DEAD]
    assert [workload.count_by_recipient(message_sinks)[workload.phone(guest)] for guest in GUESTS] == [1, 1, 0, 2]
