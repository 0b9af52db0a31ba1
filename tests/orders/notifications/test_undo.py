"""Nobody is notified of a step while it can still be undone, nor of one that was undone."""

import pytest

from kitchen import services as kitchen_services
from orders import services as order_services
from orders.notifications import services as notification_services
from orders.notifications.models import Notification, NotificationChannel
from orders.notifications.selectors import inbox_of, unread_count
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.orders.notifications.notification_helpers import (
    EMAIL,
    EXPIRED,
    QUEUED,
    SMS,
    create_notifications,
    now,
    seconds,
    send,
)
from tests.shop import FRIDAY_NIGHT

READY, DELIVERED, COOKING = "order.ready.v1", "order.delivered.v1", "order.cooking_started.v1"

pytestmark = pytest.mark.usefixtures("message_sinks", "kitchen")


@pytest.fixture
def ready_order(chef, placed_order):
    return shop.cooked(placed_order, by=chef)


def notification(order, channel, kind):
    return Notification.objects.get(order=order, channel=channel, kind=kind)


@pytest.mark.parametrize("channel", [EMAIL, SMS])
def test_a_guest_is_notified_that_an_order_is_ready_only_when_that_can_no_longer_be_undone(ready_order, channel):
    assert create_notifications(ready_order, READY) == []

    ready = notification(ready_order, channel, "ready")
    assert send(ready, at=seconds(11.9)).state == QUEUED
    assert send(ready, at=seconds(12)).state == "sent"


def test_a_notification_that_is_created_later_is_due_at_once(ready_order):
    due = create_notifications(ready_order, READY, at=seconds(60))

    assert {each.channel for each in due} == {EMAIL, SMS}


def test_a_confirmation_is_due_at_once(placed_order):
    due = create_notifications(placed_order)

    assert {each.channel for each in due} == {EMAIL, SMS}


@pytest.mark.parametrize("channel", [EMAIL, SMS])
def test_a_guest_is_not_notified_of_a_step_that_was_undone(ready_order, chef, message_sinks, channel):
    create_notifications(ready_order, READY)
    kitchen_services.undo_step(ref=ready_order.ref, by=chef, at=seconds(9))

    ready = notification(ready_order, channel, "ready")
    assert (ready.state, ready.error) == (EXPIRED, "step was undone")
    assert send(ready, at=seconds(12)).state == EXPIRED
    assert message_sinks.messages() == []


def test_a_step_that_was_undone_before_its_event_was_relayed_gets_no_notification(ready_order, chef):
    kitchen_services.undo_step(ref=ready_order.ref, by=chef, at=seconds(9))

    assert create_notifications(ready_order, READY, at=seconds(60)) == []
    assert not Notification.objects.filter(kind="ready").exists()


def test_a_step_that_is_taken_again_after_an_undo_is_notified_once(ready_order, chef):
    create_notifications(ready_order, READY)
    kitchen_services.undo_step(ref=ready_order.ref, by=chef, at=seconds(5))
    kitchen_services.finish_ticket(ref=ready_order.ref, by=chef, at=seconds(30))
    create_notifications(ready_order, READY, at=seconds(30))

    states = Notification.objects.filter(kind="ready", channel=SMS).order_by("pk").values_list("state", flat=True)
    assert list(states) == [EXPIRED, QUEUED]
    assert send(Notification.objects.filter(channel=SMS, kind="ready").latest("pk"), at=seconds(42)).state == "sent"


def test_a_guest_is_told_that_an_order_is_ready_although_it_was_handed_over_by_mistake_for_a_moment(ready_order, chef):
    create_notifications(ready_order, READY)
    order_services.hand_over(ref=ready_order.ref, by=chef, at=seconds(8))
    ready = notification(ready_order, SMS, "ready")

    waiting = send(ready, at=seconds(12))
    assert (waiting.state, waiting.due_at) == (QUEUED, seconds(20))
    order_services.undo_hand_over(ref=ready_order.ref, by=chef, at=seconds(17))

    assert send(ready, at=seconds(20)).state == "sent"


def test_a_guest_is_not_told_that_an_order_is_ready_once_it_is_handed_over_for_good(ready_order, chef):
    create_notifications(ready_order, READY)
    order_services.hand_over(ref=ready_order.ref, by=chef, at=seconds(8))
    ready = notification(ready_order, SMS, "ready")
    send(ready, at=seconds(12))

    gone = send(ready, at=seconds(20))

    assert (gone.state, gone.error) == (EXPIRED, "no longer applies")


def test_a_receipt_of_an_undone_handover_is_not_sent_again_by_a_manager(ready_order, chef, manager):
    order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)
    create_notifications(ready_order, DELIVERED)
    order_services.undo_hand_over(ref=ready_order.ref, by=chef, at=seconds(3))
    receipt = notification(ready_order, EMAIL, "delivered")

    notification_services.resend_notification(notification_id=receipt.pk, by=manager, at=seconds(60))

    assert send(receipt, at=seconds(60)).state == EXPIRED


def test_an_in_app_notification_of_an_undone_step_cannot_be_sent_again(sign_in, chef, manager):
    carla = sign_in(CUSTOMER)
    order = shop.place(by=shop.acting_as(CUSTOMER, carla.user.pk))
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    create_notifications(order, COOKING)
    kitchen_services.undo_step(ref=order.ref, by=chef, at=seconds(5))
    cooking = Notification.objects.get(channel=NotificationChannel.IN_APP)

    with pytest.raises(notification_services.NothingToResend):
        notification_services.resend_notification(notification_id=cooking.pk, by=manager, at=seconds(60))


def test_an_undone_handover_sends_no_receipt(ready_order, chef):
    order_services.hand_over(ref=ready_order.ref, by=chef, at=FRIDAY_NIGHT)
    create_notifications(ready_order, DELIVERED)

    order_services.undo_hand_over(ref=ready_order.ref, by=chef, at=seconds(3))

    assert now(notification(ready_order, EMAIL, "delivered")).state == EXPIRED


def test_the_inbox_shows_a_step_only_when_it_can_no_longer_be_undone(sign_in, chef):
    carla = sign_in(CUSTOMER)
    order = shop.place(by=shop.acting_as(CUSTOMER, carla.user.pk))
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    create_notifications(order, COOKING)
    who = str(carla.user.pk)

    assert [inbox_of(who, at=seconds(count)).count() for count in (0, 11.9, 12)] == [0, 0, 1]
    assert unread_count(who, at=seconds(11)) == 0


def test_the_inbox_never_shows_an_undone_step(sign_in, chef):
    carla = sign_in(CUSTOMER)
    order = shop.place(by=shop.acting_as(CUSTOMER, carla.user.pk))
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    create_notifications(order, COOKING)
    assert Notification.objects.filter(channel=NotificationChannel.IN_APP).exists()

    kitchen_services.undo_step(ref=order.ref, by=chef, at=seconds(5))

    assert not inbox_of(str(carla.user.pk), at=seconds(60)).exists()


def test_an_undo_is_itself_notified_to_nobody(ready_order, chef):
    kitchen_services.undo_step(ref=ready_order.ref, by=chef, at=seconds(5))
    undone = StoredEvent.objects.get(type="order.step_undone.v1")

    assert create_notifications(ready_order, undone.type, at=seconds(60)) == []


def test_in_a_shop_without_undo_a_guest_is_notified_at_once(ready_order, settings):
    settings.SHOP_UNDO_SECONDS = 0

    due = create_notifications(ready_order, READY)

    assert {each.channel for each in due} == {EMAIL, SMS}
