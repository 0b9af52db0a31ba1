"""Resending: a manager queues a notification again that was not sent."""

import pytest

from orders import services as order_services
from orders.notifications import services as notification_services
from orders.notifications.models import Notification
from orders.notifications.services.delivery import MAX_ATTEMPTS
from pizzeria.foundation.mail.outbound import OutcomeUnknown, Unavailable
from pizzeria.foundation.refusals import NotAllowed
from tests.orders.notifications.notification_helpers import (
    DEAD,
    EMAIL,
    QUEUED,
    SENDING,
    SENT,
    attempt_times,
    minutes,
    newest,
    now,
    send,
)
from tests.shop import ANNA, FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


def test_a_manager_can_resend_a_dead_notification(sms, message_sinks, manager):
    message_sinks.set_faults(refused=[ANNA.phone])
    send(sms)
    message_sinks.set_faults()

    again = notification_services.resend_notification(notification_id=sms.pk, by=manager, at=minutes(5))

    assert (again.state, again.attempts, again.due_at, again.error) == (QUEUED, 0, minutes(5), "")
    assert (send(sms, minutes(5)).state, len(message_sinks.messages())) == (SENT, 1)


def test_a_resent_notification_has_all_its_attempts_left(sms, manager):
    attempt_times(sms, [OutcomeUnknown("silence")] * 2)
    notification_services.resend_notification(notification_id=sms.pk, by=manager, at=minutes(5))

    attempt_times(sms, [Unavailable("busy")] * (MAX_ATTEMPTS - 1) + [OutcomeUnknown("silence")])

    assert (now(sms).state, now(sms).attempts, now(sms).unknown_outcomes) == (DEAD, 8, 1)


def test_a_resent_notification_may_be_old_but_must_still_apply(ready_sms, placed_order, chef, manager):
    send(ready_sms, minutes(31))
    notification_services.resend_notification(notification_id=ready_sms.pk, by=manager, at=minutes(32))
    assert send(ready_sms, minutes(33)).state == SENT

    other = newest(placed_order, EMAIL, "ready")
    order_services.hand_over(ref=placed_order.ref, by=chef, at=minutes(34))
    send(other, minutes(35))
    notification_services.resend_notification(notification_id=other.pk, by=manager, at=minutes(36))
    assert send(other, minutes(36)).error == "no longer applies"


def test_resending_is_refused_to_guests_cooks_and_drivers(sms, guest, chef, driver):
    Notification.objects.update(state=DEAD)

    for by in (guest, chef, driver):
        with pytest.raises(NotAllowed):
            notification_services.resend_notification(notification_id=sms.pk, by=by, at=FRIDAY_NIGHT)

    assert now(sms).state == DEAD


@pytest.mark.parametrize("state", [QUEUED, SENDING, SENT], ids=str)
def test_resending_is_refused_for_a_notification_that_was_sent_or_will_be(sms, manager, state):
    Notification.objects.update(state=state)

    with pytest.raises(notification_services.NothingToResend):
        notification_services.resend_notification(notification_id=sms.pk, by=manager, at=FRIDAY_NIGHT)

    assert now(sms).state == state


def test_resending_an_unknown_notification_raises_does_not_exist(kitchen, manager):
    with pytest.raises(Notification.DoesNotExist):
        notification_services.resend_notification(notification_id=4711, by=manager, at=FRIDAY_NIGHT)
