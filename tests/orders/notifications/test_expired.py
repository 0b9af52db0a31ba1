"""Old news: what is not sent any more, because it is too old or not so any more."""

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

pytestmark = pytest.mark.usefixtures("kitchen", "post")


def test_is_not_sent_after_half_an_hour(ready_sms, post):
    assert send(ready_sms, minutes(31)).state == EXPIRED

    assert now(ready_sms).error == "too old"
    assert post.taken() == []


def test_is_news_for_exactly_half_an_hour(ready_sms):
    assert send(ready_sms, minutes(30)).state == SENT


def test_is_a_confirmation_after_a_day_only(sms, email):
    assert send(sms, minutes(24 * 60)).state == SENT
    assert send(email, minutes(24 * 60 + 1)).state == EXPIRED


def test_is_sorted_out_after_an_hour_in_which_nobody_was_told_anything(placed_order, chef, post):
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
    assert len(post.taken()) == 2


def test_calls_nobody_to_a_pizza_that_is_back_in_the_oven(ready_sms, placed_order, chef):
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=minutes(1))

    assert (send(ready_sms, minutes(1)).state, now(ready_sms).error) == (EXPIRED, "overtaken")


def test_calls_once_for_a_pizza_that_was_ready_twice(ready_sms, placed_order, chef):
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=minutes(1))
    kitchen_services.finish_ticket(ref=placed_order.ref, by=chef, at=minutes(4))
    again = newest(placed_order, SMS, "ready", at=minutes(4))

    assert (send(ready_sms, minutes(4)).state, now(ready_sms).error) == (EXPIRED, "overtaken")
    assert send(again, minutes(4)).state == SENT


def test_calls_nobody_who_has_it_already(ready_sms, placed_order, chef):
    order_services.hand_over(ref=placed_order.ref, by=chef, at=minutes(1))

    assert send(ready_sms, minutes(1)).state == EXPIRED


def test_confirms_nothing_that_was_cancelled(sms, placed_order, guest):
    order_services.cancel_order(
        ref=placed_order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(placed_order, guest), at=minutes(1)
    )

    assert send(sms, minutes(1)).state == EXPIRED
    assert send(newest(placed_order, SMS, "cancelled"), minutes(1)).state == SENT


def test_says_on_the_way_only_while_it_is(chef):
    dario = shop.acting_as(DRIVER, UserFactory().pk)
    order = shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)
    delivery_services.claim_delivery(ref=order.ref, by=dario, at=FRIDAY_NIGHT)
    delivery_services.leave_for_delivery(ref=order.ref, by=dario, at=FRIDAY_NIGHT)
    sms, email = (newest(order, channel, "out_for_delivery") for channel in (SMS, EMAIL))

    assert send(sms, minutes(1)).state == SENT
    delivery_services.fail_delivery(ref=order.ref, reason=CancelReason.NOBODY_HOME, by=dario, at=minutes(2))
    assert send(email, minutes(2)).state == EXPIRED


def test_promises_anew_only_what_is_still_the_promise(kitchen, chef):
    Kitchen.objects.update(oven_slots=1)
    first, late = shop.place(), shop.place()
    kitchen_services.start_cooking(ref=first.ref, by=chef, at=minutes(15))
    once = newest(late, SMS, "promise_changed", at=minutes(15))
    kitchen_services.finish_ticket(ref=first.ref, by=chef, at=minutes(44))
    twice = newest(late, SMS, "promise_changed", at=minutes(44))

    assert (send(once, minutes(44)).state, now(once).error) == (EXPIRED, "overtaken")
    assert send(twice, minutes(44)).state == SENT
