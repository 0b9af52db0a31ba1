"""Expired notifications: not sent any more, because they are too old or no longer true of the order."""

import pytest

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import CancelReason
from orders.notifications.models import Notification
from pizzeria.users.roles import DRIVER
from tests import shop
from tests.factories import UserFactory
from tests.orders.notifications.notification_helpers import (
    EMAIL,
    EXPIRED,
    SENT,
    SMS,
    create_notifications,
    minutes,
    newest,
    now,
    send,
)
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


def test_a_ready_notification_is_not_sent_more_than_half_an_hour_after_its_event(ready_sms, message_sinks):
    assert send(ready_sms, minutes(31)).state == EXPIRED

    assert now(ready_sms).error == "too old"
    assert message_sinks.messages() == []


def test_a_ready_notification_is_still_sent_half_an_hour_after_its_event(ready_sms):
    assert send(ready_sms, minutes(30)).state == SENT


def test_a_confirmation_is_sent_up_to_a_day_after_its_event_and_not_later(sms, email):
    assert send(sms, minutes(24 * 60)).state == SENT
    assert send(email, minutes(24 * 60 + 1)).state == EXPIRED


def test_after_an_outage_of_an_hour_confirmations_are_sent_and_ready_notifications_expire(
    placed_order, chef, message_sinks
):
    shop.cooked(placed_order, by=chef)

    for notification in create_notifications(placed_order, at=minutes(60)):
        send(notification, minutes(60))

    became = set(Notification.objects.values_list("kind", "channel", "state"))
    assert became == {
        ("confirmed", EMAIL, SENT),
        ("confirmed", SMS, SENT),
        ("ready", EMAIL, EXPIRED),
        ("ready", SMS, EXPIRED),
    }
    assert len(message_sinks.messages()) == 2


def test_a_ready_notification_is_not_sent_after_the_ticket_is_recalled(ready_sms, placed_order, chef):
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=minutes(1))

    assert (send(ready_sms, minutes(1)).state, now(ready_sms).error) == (EXPIRED, "no longer applies")


def test_only_the_newer_notification_is_sent_for_an_order_that_was_ready_twice(ready_sms, placed_order, chef):
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=minutes(1))
    kitchen_services.finish_ticket(ref=placed_order.ref, by=chef, at=minutes(4))
    again = newest(placed_order, SMS, "ready", at=minutes(4))

    assert (send(ready_sms, minutes(5)).state, now(ready_sms).error) == (EXPIRED, "no longer applies")
    assert send(again, minutes(5)).state == SENT


def test_a_ready_notification_is_not_sent_after_the_order_is_handed_over(ready_sms, placed_order, chef):
    order_services.hand_over(ref=placed_order.ref, by=chef, at=minutes(1))

    assert send(ready_sms, minutes(2)).state == EXPIRED


def test_a_confirmation_is_not_sent_after_the_order_is_cancelled(sms, placed_order, guest):
    order_services.cancel_order(
        ref=placed_order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(placed_order, guest), at=minutes(1)
    )

    assert send(sms, minutes(1)).state == EXPIRED
    assert send(newest(placed_order, SMS, "cancelled"), minutes(1)).state == SENT


def test_an_out_for_delivery_notification_is_sent_only_while_the_order_is_on_its_way(chef):
    dina = shop.acting_as(DRIVER, UserFactory().pk)
    order = shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)
    delivery_services.claim_delivery(ref=order.ref, by=dina, at=FRIDAY_NIGHT)
    delivery_services.leave_for_delivery(ref=order.ref, by=dina, at=FRIDAY_NIGHT)
    sms, email = (newest(order, channel, "out_for_delivery") for channel in (SMS, EMAIL))

    assert send(sms, minutes(1)).state == SENT
    delivery_services.fail_delivery(ref=order.ref, reason=CancelReason.NOBODY_HOME, by=dina, at=minutes(2))
    assert send(email, minutes(2)).state == EXPIRED


def test_a_changed_promise_is_not_sent_after_the_promise_has_changed_again(kitchen, chef):
    Kitchen.objects.update(oven_slots=1)
    first, late = shop.place(), shop.place()
    kitchen_services.start_cooking(ref=first.ref, by=chef, at=minutes(15))
    once = newest(late, SMS, "promise_changed", at=minutes(15))
    kitchen_services.finish_ticket(ref=first.ref, by=chef, at=minutes(44))
    twice = newest(late, SMS, "promise_changed", at=minutes(44))

    assert (send(once, minutes(44)).state, now(once).error) == (EXPIRED, "no longer applies")
    assert send(twice, minutes(44)).state == SENT
