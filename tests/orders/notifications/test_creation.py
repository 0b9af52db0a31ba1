"""Creation of notifications: recipients and channels for each event of an order, once per event."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, OrderContact
from orders.notifications import services as notification_services
from orders.notifications.models import Notification, NotificationChannel, NotificationKind, NotificationState
from orders.notifications.rules import RULES
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.operations import mail_url
from pizzeria.users.roles import CUSTOMER, DRIVER
from tests import shop
from tests.factories import UserFactory
from tests.orders.notifications.notification_helpers import create_notifications
from tests.shop import ANNA, FRIDAY_NIGHT

IN_APP, EMAIL, SMS = NotificationChannel.IN_APP, NotificationChannel.EMAIL, NotificationChannel.SMS

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


@pytest.fixture
def carla(db):
    """A customer."""
    return shop.acting_as(CUSTOMER, UserFactory().pk)


@pytest.fixture
def dina(db):
    """A driver."""
    return shop.acting_as(DRIVER, UserFactory(first_name="Dina").pk)


def channels_by_kind(order):
    """Return the channels of an order's notifications, by kind."""
    ways = {}
    for notification in Notification.objects.filter(order=order).order_by("pk"):
        ways.setdefault(notification.kind, []).append(notification.channel)
    return ways


def brought_home(order, *, chef, driver):
    """Cook and deliver an order; return it."""
    shop.cooked(order, by=chef)
    delivery_services.claim_delivery(ref=order.ref, by=driver, at=FRIDAY_NIGHT)
    delivery_services.leave_for_delivery(ref=order.ref, by=driver, at=FRIDAY_NIGHT)
    delivery_services.deliver(ref=order.ref, by=driver, at=FRIDAY_NIGHT)
    return order


def test_a_customer_who_picks_up_is_notified_of_each_step(carla, chef):
    order = shop.cooked(shop.place(by=carla), by=chef)
    order_services.hand_over(ref=order.ref, by=chef, at=FRIDAY_NIGHT)

    create_notifications(order)

    assert channels_by_kind(order) == {
        "placed": [IN_APP],
        "confirmed": [IN_APP, EMAIL, SMS],
        "cooking": [IN_APP],
        "ready": [IN_APP, EMAIL, SMS],
        "delivered": [IN_APP, EMAIL],
    }
    assert set(order.notifications.values_list("recipient", flat=True)) == {str(carla.user_id)}


def test_a_guest_is_notified_by_email_and_sms_only(placed_order, chef):
    create_notifications(shop.cooked(placed_order, by=chef))

    assert channels_by_kind(placed_order) == {"confirmed": [EMAIL, SMS], "ready": [EMAIL, SMS]}
    assert set(placed_order.notifications.values_list("recipient", flat=True)) == {"guest"}


def test_a_delivery_is_notified_as_out_for_delivery_and_not_as_ready(carla, chef, dina):
    order = brought_home(shop.place(by=carla, method=FulfillmentMethod.DELIVERY), chef=chef, driver=dina)

    create_notifications(order)

    assert channels_by_kind(order) == {
        "placed": [IN_APP],
        "confirmed": [IN_APP, EMAIL, SMS],
        "cooking": [IN_APP],
        "out_for_delivery": [IN_APP, EMAIL, SMS],
        "delivered": [IN_APP, EMAIL],
    }


def test_a_cancellation_and_a_changed_promise_are_notified(kitchen, chef):
    Kitchen.objects.update(oven_slots=1)
    late, given_up = shop.place(), shop.place()
    kitchen_services.start_cooking(ref=late.ref, by=chef, at=FRIDAY_NIGHT + timedelta(minutes=15))
    order_services.cancel_order(
        ref=given_up.ref, reason=CancelReason.TOO_BUSY, by=chef, at=FRIDAY_NIGHT + timedelta(minutes=15)
    )

    create_notifications(late)
    create_notifications(given_up)

    assert channels_by_kind(late)["promise_changed"] == [EMAIL, SMS]
    assert channels_by_kind(given_up)["cancelled"] == [EMAIL, SMS]


def test_an_in_app_notification_is_sent_on_creation_and_the_other_channels_are_queued(carla):
    order = shop.place(by=carla)

    to_be_sent = create_notifications(order, "order.confirmed.v1", at=FRIDAY_NIGHT + timedelta(seconds=2))

    page, *leaving = Notification.objects.filter(order=order).order_by("pk")
    assert (page.state, page.sent_at) == (NotificationState.SENT, FRIDAY_NIGHT + timedelta(seconds=2))
    assert to_be_sent == leaving
    assert {(each.state, each.sent_at, each.attempts) for each in leaving} == {(NotificationState.QUEUED, None, 0)}
    assert {each.relevant_since for each in leaving} == {FRIDAY_NIGHT}


def test_a_contact_without_an_email_address_gets_no_email():
    order = shop.place(contact=replace(ANNA, email=""))

    create_notifications(order)

    assert channels_by_kind(order) == {"confirmed": [SMS]}


def test_an_erased_contact_gets_no_notifications(placed_order):
    OrderContact.objects.update(name="", phone="", email="")

    assert create_notifications(placed_order) == []


def test_notifications_are_created_for_configured_channels_only(placed_order, settings):
    settings.NOTIFY_SMS_URL = ""
    create_notifications(placed_order)
    assert channels_by_kind(placed_order) == {"confirmed": [EMAIL]}

    settings.MAILERS = mail_url.parse_mail_url("")
    create_notifications(shop.place(), "order.confirmed.v1")
    assert Notification.objects.exclude(order=placed_order).count() == 0


def test_an_event_relayed_twice_gets_its_notifications_once_and_returns_them_both_times(placed_order):
    first = create_notifications(placed_order, at=FRIDAY_NIGHT)
    again = create_notifications(placed_order, at=FRIDAY_NIGHT + timedelta(seconds=9))

    assert again == first
    assert Notification.objects.count() == len(first) == 2
    assert {notification.created_at for notification in Notification.objects.all()} == {FRIDAY_NIGHT}


def test_an_order_that_is_ready_a_second_time_is_notified_again(placed_order, chef):
    order = shop.cooked(placed_order, by=chef)
    kitchen_services.recall_ticket(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.finish_ticket(ref=order.ref, by=chef, at=FRIDAY_NIGHT + timedelta(minutes=3))

    create_notifications(order)

    assert channels_by_kind(order)["ready"] == [EMAIL, SMS, EMAIL, SMS]


def test_assigning_a_driver_creates_no_notification(chef, dina):
    order = shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)
    delivery_services.claim_delivery(ref=order.ref, by=dina, at=FRIDAY_NIGHT)

    assert create_notifications(order, "order.driver_assigned.v1") == []


def test_a_notification_holds_no_personal_data(placed_order):
    create_notifications(placed_order)

    for row in Notification.objects.values():
        assert not any(value in str(row) for value in (ANNA.name, ANNA.phone, ANNA.email))


def test_every_kind_of_notification_has_exactly_one_rule():
    assert sorted(rule.kind for rule in RULES.values()) == sorted(NotificationKind)


@pytest.mark.parametrize("domain_event", RULES, ids=lambda domain_event: domain_event.type)
def test_the_signal_of_every_rule_has_the_notification_receiver(domain_event):
    assert ("notifications.on_order_event", id(None)) in [key for key, *_rest in domain_event.signal.receivers]


def test_creating_the_notifications_of_an_event_takes_seven_queries(carla, django_assert_num_queries):
    order = shop.place(by=carla)
    event = StoredEvent.objects.get(aggregate_ref=order.ref, type="order.confirmed.v1")

    with django_assert_num_queries(7):  # two for the transaction, one for whether it was a guest's
        assert len(notification_services.create_notifications(event_id=event.pk, at=FRIDAY_NIGHT)) == 2
