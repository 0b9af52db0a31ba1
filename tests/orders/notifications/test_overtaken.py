"""The messages of one order leave by a channel in the order of its events, and none after a later one."""

from datetime import timedelta

import pytest

from orders import services as order_services
from orders.models import CancelReason
from orders.notifications import services as notification_services
from orders.notifications.models import Notification
from orders.notifications.rules import reason_not_to_send
from orders.notifications.selectors import due_after
from orders.notifications.services.delivery import LEASE
from pizzeria.foundation.mail.outbound import Rejected, Unavailable
from tests import shop
from tests.orders.notifications.notification_helpers import (
    DEAD,
    EMAIL,
    EXPIRED,
    QUEUED,
    SENDING,
    SENT,
    SMS,
    claim_to_send,
    minutes,
    newest,
    now,
    record_outcome,
    seconds,
    send,
)
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks", "no_undo")


@pytest.fixture
def confirmed(sms):
    return sms


@pytest.fixture
def becomes_ready(placed_order, chef):
    """Cook the order; returns the SMS about it."""

    def cook(at=FRIDAY_NIGHT):
        shop.cooked(placed_order, by=chef, at=at)
        return newest(placed_order, SMS, "ready", at=at)

    return cook


def test_a_message_is_dropped_once_a_later_one_of_its_order_is_due(confirmed, becomes_ready, message_sinks):
    ready = becomes_ready()

    assert (send(confirmed).state, now(confirmed).error) == (EXPIRED, "overtaken")
    assert send(ready).state == SENT
    assert ["ready" in message.text for message in message_sinks.messages("sms")] == [True]


def test_a_message_that_failed_is_not_retried_after_a_later_one_of_its_order_was_sent(
    confirmed, becomes_ready, message_sinks
):
    failed = record_outcome(claim_to_send(confirmed), Unavailable("busy"))
    ready = becomes_ready()

    assert send(ready).state == SENT
    assert (send(confirmed, failed.due_at).state, now(confirmed).error) == (EXPIRED, "overtaken")
    assert len(message_sinks.messages("sms")) == 1


def test_a_message_is_overtaken_by_a_later_one_that_waits_for_its_next_attempt(confirmed, becomes_ready):
    ready = becomes_ready()
    record_outcome(claim_to_send(ready), Unavailable("busy"))

    assert send(confirmed).state == EXPIRED


def test_a_later_message_that_is_not_due_yet_overtakes_nothing(confirmed, becomes_ready):
    ready = becomes_ready()
    Notification.objects.filter(pk=ready.pk).update(due_at=seconds(10))

    assert send(confirmed).state == SENT


@pytest.mark.parametrize("why", ["it is out of date", "it was refused"])
def test_a_later_message_that_will_not_be_sent_overtakes_nothing(confirmed, becomes_ready, why):
    ready = becomes_ready()
    if why == "it was refused":
        assert record_outcome(claim_to_send(ready), Rejected("no such number")).state == DEAD

    assert send(confirmed, minutes(31)).state == SENT


def test_a_message_is_not_overtaken_by_one_of_another_channel_or_order(confirmed, placed_order, becomes_ready):
    becomes_ready()
    Notification.objects.filter(order=placed_order, channel=SMS).update(state=SENT)
    other = newest(shop.place(), SMS)

    assert send(other).state == SENT
    assert send(newest(placed_order, EMAIL, "ready")).state == SENT


def test_a_cancellation_is_sent_although_a_later_message_is_due(confirmed, placed_order, becomes_ready, chef):
    ready = becomes_ready()
    order_services.cancel_order(ref=placed_order.ref, reason=CancelReason.NOT_COLLECTED, by=chef, at=FRIDAY_NIGHT)
    cancelled = newest(placed_order, SMS, "cancelled")
    record_outcome(claim_to_send(cancelled), "SM1")

    assert reason_not_to_send(ready, later=[now(cancelled)], at=FRIDAY_NIGHT) == "no longer applies"
    assert reason_not_to_send(cancelled, later=[now(cancelled)], at=FRIDAY_NIGHT) == ""


def test_a_later_message_waits_while_an_earlier_one_is_being_sent(confirmed, becomes_ready, message_sinks):
    claimed = claim_to_send(confirmed)
    ready = becomes_ready(seconds(1))

    assert send(ready, seconds(2)).state == QUEUED
    assert message_sinks.messages("sms") == []

    record_outcome(claimed, "SM1", seconds(3))
    assert send(ready, seconds(3)).state == SENT


def test_a_later_message_waits_until_the_lease_of_the_earlier_one_ends_and_no_longer(confirmed, becomes_ready):
    claim_to_send(confirmed)
    ready = becomes_ready(seconds(1))

    assert send(ready, FRIDAY_NIGHT + LEASE - timedelta(seconds=1)).state == QUEUED
    assert send(ready, FRIDAY_NIGHT + LEASE).state == SENT
    assert (now(confirmed).state, send(confirmed, FRIDAY_NIGHT + LEASE).state) == (SENDING, EXPIRED)


def test_a_message_that_waited_is_due_once_the_outcome_of_the_earlier_one_is_recorded(confirmed, becomes_ready):
    claimed = claim_to_send(confirmed)
    ready = becomes_ready(seconds(1))
    record_outcome(claimed, "SM1", seconds(3))

    assert list(due_after(confirmed.pk, at=seconds(3))) == [ready]
    assert list(due_after(ready.pk, at=seconds(3))) == []


def test_sending_a_notification_that_was_sent_makes_no_attempt(confirmed):
    assert notification_services.send_notification(notification_id=confirmed.pk, at=FRIDAY_NIGHT)
    assert not notification_services.send_notification(notification_id=confirmed.pk, at=FRIDAY_NIGHT)
