"""Sending a notice: what comes of it, by whatever the provider says."""

import time
from datetime import timedelta
from itertools import pairwise

import pytest

from orders.models import OrderContact
from orders.notifications import services as notification_services
from orders.notifications.services.delivery import MAX_ATTEMPTS
from pizzeria.foundation.mail.outbound import OutcomeUnknown, Unavailable
from pizzeria.operations import mail_url
from tests import shop
from tests.orders.notifications.notification_helpers import (
    DEAD,
    FAILED,
    SENT,
    SMS,
    attempt_times,
    minutes,
    newest,
    now,
    seconds,
    send,
    take_for_sending,
)
from tests.shop import ANNA, FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "post")


def test_puts_an_sms_into_the_guests_hand(ready_sms, post):
    sent = send(ready_sms, seconds(3))

    [message] = post.taken("sms")
    assert (message.to, message.text) == (ANNA.phone, "Hi Anna Bianchi! Your order #1 is ready for pickup!")
    assert (sent.state, sent.attempts, sent.sent_at, sent.error) == (SENT, 1, seconds(3), "")


def test_puts_an_email_there_and_keeps_its_id(email, post):
    sent = send(email)

    [message] = post.taken("email")
    assert (message.to, message.letter) == (ANNA.email, sent.provider_id)
    assert f"<notification-{email.pk}@" in sent.provider_id


def test_does_so_once_however_often_it_is_asked_to(sms, post):
    for moment in (0, 1, 120, 4000):
        send(sms, seconds(moment))

    assert len(post.taken()) == 1
    assert now(sms).attempts == 1


@pytest.mark.parametrize("code", [429, 500, 503])
def test_tries_later_when_the_provider_has_no_time(sms, post, code):
    post.behaves(SMS=code)

    begun = time.monotonic()
    failed = send(sms)
    took = int(time.monotonic() - begun)  # the delay begins when the attempt is over

    assert (failed.state, failed.attempts, failed.unknown_outcomes, failed.sent_at) == (FAILED, 1, 0, None)
    assert failed.error == f"The SMS provider answered {code}."
    assert seconds(5) <= failed.due_at <= seconds(10 + took)

    post.behaves()
    assert send(sms, failed.due_at - timedelta(seconds=1)).state == FAILED
    assert send(sms, failed.due_at).state == SENT


def test_gives_up_at_once_on_a_number_that_nobody_has(sms, post):
    post.behaves(refused=[ANNA.phone])

    dead = send(sms)

    assert (dead.state, dead.attempts) == (DEAD, 1)
    assert ANNA.phone not in dead.error
    assert send(sms, minutes(20)).attempts == 1


def test_says_it_a_second_time_to_a_provider_that_took_it_and_never_answered_but_no_third(sms, post):
    post.behaves(SMS="silence")

    first = send(sms)
    second = send(sms, first.due_at)
    third = send(sms, minutes(20))

    assert [(notification.state, notification.unknown_outcomes) for notification in (first, second, third)] == [
        (FAILED, 1),
        (DEAD, 2),
        (DEAD, 2),
    ]
    assert len(post.taken("sms")) == 2


def test_counts_only_silence_as_silence(sms):
    attempt_times(sms, [Unavailable("busy"), OutcomeUnknown("silence"), Unavailable("busy")])
    assert now(sms).state == FAILED

    attempt_times(sms, [OutcomeUnknown("silence again")])
    assert (now(sms).state, now(sms).error) == (DEAD, "silence again")


def test_waits_longer_after_each_try_and_gives_up_after_the_eighth(sms):
    times = attempt_times(sms, [Unavailable("busy")] * MAX_ATTEMPTS)

    waits = [(after - before).total_seconds() for before, after in pairwise(times)]
    full = [10, 20, 40, 80, 160, 320, 600]
    assert all(longest / 2 <= wait <= longest for wait, longest in zip(waits, full, strict=True))
    assert (now(sms).state, now(sms).attempts, now(sms).error) == (DEAD, 8, "busy")
    assert take_for_sending(sms, minutes(200)) is None


def test_stops_at_an_address_that_was_erased_meanwhile(sms, email, post):
    OrderContact.objects.update(name="", phone="", email="")

    for notification in (send(sms), send(email)):
        assert (notification.state, notification.error) == (DEAD, "no address any more")
    assert post.taken() == []


def test_goes_to_the_address_of_the_moment(email, post):
    OrderContact.objects.update(email="anna@elsewhere.example")

    send(email)

    assert [message.to for message in post.taken()] == ["anna@elsewhere.example"]


def test_waits_for_a_way_that_was_closed_meanwhile(sms, email, settings):
    settings.MAILERS, settings.NOTIFY_SMS_URL = mail_url.parse_mail_url(""), ""

    assert {send(sms).state, send(email).state} == {FAILED}


def test_takes_as_many_statements_for_a_long_order_as_for_a_short_one(post, django_assert_num_queries):
    short, long = shop.place(), shop.place(shop.basket_of(*[shop.pizza(), shop.simple_item()] * 4))

    for notification in (newest(short, SMS), newest(long, SMS)):
        with django_assert_num_queries(8):  # four are the two transactions'
            notification_services.send_notification(notification_id=notification.pk, at=FRIDAY_NIGHT)
