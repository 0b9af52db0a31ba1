"""Delivery of a notification: the state that each answer of the provider leads to."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest

from orders.models import OrderContact
from orders.notifications import services as notification_services
from orders.notifications.services.delivery import MAX_ATTEMPTS
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.mail.outbound import OutcomeUnknown, Unavailable
from pizzeria.operations import mail_url
from tests import shop
from tests.orders.notifications.notification_helpers import (
    DEAD,
    FAILED,
    SENT,
    SMS,
    attempt_times,
    claim_to_send,
    minutes,
    newest,
    now,
    seconds,
    send,
)
from tests.shop import ANNA, FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


def test_a_ready_sms_is_sent_to_the_guests_phone(ready_sms, message_sinks):
    sent = send(ready_sms, seconds(12))

    [message] = message_sinks.messages("sms")
    assert message.to == ANNA.phone
    assert message.text.startswith("Mario's Pizzeria: Hi Anna Bianchi! Your order #1 is ready for pickup")
    assert (sent.state, sent.attempts, sent.sent_at, sent.error) == (SENT, 1, seconds(12), "")


def test_an_email_is_sent_and_its_message_id_is_stored(email, message_sinks):
    sent = send(email)

    [message] = message_sinks.messages("email")
    assert (message.to, message.message_id) == (ANNA.email, sent.provider_id)
    assert "notification" not in sent.provider_id


def test_a_notification_is_sent_once_however_often_sending_is_requested(sms, message_sinks):
    for moment in (0, 1, 120, 4000):
        send(sms, seconds(moment))

    assert len(message_sinks.messages()) == 1
    assert now(sms).attempts == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_a_notification_is_retried_later_when_the_provider_is_unavailable(sms, message_sinks, code):
    message_sinks.set_faults(SMS=code)

    begun = time.monotonic()
    failed = send(sms)
    took = int(time.monotonic() - begun)  # the delay counts from the attempt's end

    assert (failed.state, failed.attempts, failed.unknown_outcomes, failed.sent_at) == (FAILED, 1, 0, None)
    assert failed.error == f"The SMS provider answered {code}."
    assert seconds(5) <= failed.due_at <= seconds(10 + took)

    message_sinks.set_faults()
    assert send(sms, failed.due_at - timedelta(seconds=1)).state == FAILED
    assert send(sms, failed.due_at).state == SENT


def test_a_notification_to_a_rejected_number_is_not_retried(sms, message_sinks):
    message_sinks.set_faults(refused=[ANNA.phone])

    dead = send(sms)

    assert (dead.state, dead.attempts) == (DEAD, 1)
    assert ANNA.phone not in dead.error
    assert send(sms, minutes(20)).attempts == 1


def test_a_message_with_an_unknown_outcome_is_sent_a_second_time_but_not_a_third(sms, message_sinks):
    message_sinks.set_faults(SMS="silence")

    first = send(sms)
    second = send(sms, first.due_at)
    third = send(sms, minutes(20))

    assert [(notification.state, notification.unknown_outcomes) for notification in (first, second, third)] == [
        (FAILED, 1),
        (DEAD, 2),
        (DEAD, 2),
    ]
    assert len(message_sinks.messages("sms")) == 2


def test_only_unknown_outcomes_count_towards_the_limit_of_two(sms):
    attempt_times(sms, [Unavailable("busy"), OutcomeUnknown("silence"), Unavailable("busy")])
    assert now(sms).state == FAILED

    attempt_times(sms, [OutcomeUnknown("silence again")])
    assert (now(sms).state, now(sms).error) == (DEAD, "silence again")


def test_given_up_notifications_of_a_channel_are_one_alert_for_managers(sms, email, message_sinks):
    message_sinks.set_faults(refused=[ANNA.phone, ANNA.email])

    for notification in (sms, email):
        assert send(notification).state == DEAD

    by_sms = Alert.objects.get(key="sms")
    assert (by_sms.kind, by_sms.times_seen) == ("notification_given_up", 1)
    assert str(by_sms.parameters["order"]) in str(by_sms)
    assert ANNA.phone not in str(by_sms.parameters)
    assert Alert.objects.get(key="email").times_seen == 1


def test_the_delay_grows_after_each_attempt_and_the_eighth_attempt_is_the_last(sms):
    times = attempt_times(sms, [Unavailable("busy")] * MAX_ATTEMPTS)

    waits = [(after - before).total_seconds() for before, after in pairwise(times)]
    full = [10, 20, 40, 80, 160, 320, 600]
    assert all(longest / 2 <= wait <= longest for wait, longest in zip(waits, full, strict=True))
    assert (now(sms).state, now(sms).attempts, now(sms).error) == (DEAD, 8, "busy")
    assert claim_to_send(sms, minutes(200)) is None


def test_a_notification_is_not_sent_once_the_contact_is_erased(sms, email, message_sinks):
    OrderContact.objects.update(name="", phone="", email="")

    for notification in (send(sms), send(email)):
        assert (notification.state, notification.error) == (DEAD, "contact has no address for this channel")
    assert message_sinks.messages() == []


def test_an_email_is_sent_to_the_contacts_current_address(email, message_sinks):
    OrderContact.objects.update(email="anna@elsewhere.example")

    send(email)

    assert [message.to for message in message_sinks.messages()] == ["anna@elsewhere.example"]


def test_a_notification_stays_due_while_its_channel_is_not_configured(sms, email, settings):
    settings.MAILERS, settings.NOTIFY_SMS_URL = mail_url.parse_mail_url(""), ""

    assert {send(sms).state, send(email).state} == {FAILED}


def test_sending_takes_as_many_queries_for_a_long_order_as_for_a_short_one(message_sinks, django_assert_num_queries):
    short, long = shop.place(), shop.place(shop.basket_of(*[shop.pizza(), shop.simple_item()] * 4))

    for notification in (newest(short, SMS), newest(long, SMS)):
        with django_assert_num_queries(9):  # four of them are for the two transactions
            notification_services.send_notification(notification_id=notification.pk, at=FRIDAY_NIGHT)
