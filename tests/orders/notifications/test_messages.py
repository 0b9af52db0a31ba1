"""Texts of notifications: in the inbox, by e-mail and by SMS."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db.models import F
from django.template import TemplateDoesNotExist

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from menu.models import Pizza
from orders import services as order_services
from orders.models import CancelReason, Order, OrderContact
from orders.notifications.messages import inbox_text, message_for
from orders.notifications.models import Notification, NotificationChannel, NotificationKind
from orders.selectors import order_url
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.shop import ANNA, AT_HOME, FRIDAY_NIGHT

EMAIL, SMS, IN_APP = NotificationChannel.EMAIL, NotificationChannel.SMS, NotificationChannel.IN_APP
WITHOUT_SMS = {
    NotificationKind.PLACED,
    NotificationKind.COOKING,
    NotificationKind.DELIVERED,
    NotificationKind.REFUNDED,
}
HOSTILE = [
    "<b>Anna</b> & {{ link }}",
    "Anna\r\nBcc: x@example.com",
    "Zoë 🍕 O'Neill",
    "https://evil.example/x",
    "A" * 80,
]

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture(autouse=True)
def _address(settings, change_shop):
    settings.SHOP_ORIGIN = "https://pizza.example"
    change_shop(address="")


@pytest.fixture
def delivery():
    return shop.place(method=FulfillmentMethod.DELIVERY)


def notification_of(order, kind, channel=SMS):
    """Return an unsaved notification of a kind, for an order's newest event."""
    order = Order.objects.select_related("contact").get(pk=order.pk)
    event = StoredEvent.objects.filter(aggregate_ref=order.ref).latest("seq")
    return Notification(pk=17, event=event, order=order, kind=kind, channel=channel, recipient="guest")


def text_of(order, kind, channel=SMS):
    return message_for(notification_of(order, kind, channel)).text


def started_late(order):
    """Start an order so late that it gets a new promise, for pickup 20:25 to 20:45, twice as wide; return the order."""
    kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=FRIDAY_NIGHT + timedelta(minutes=15))
    return order


def cancelled(order, reason=CancelReason.SOLD_OUT, note=""):
    return order_services.cancel_order(ref=order.ref, reason=reason, note=note, by=SYSTEM, at=FRIDAY_NIGHT)


def called(name):
    """Place an order of a contact with this name."""
    return shop.place(contact=replace(ANNA, name=name))


def test_a_ready_sms_has_its_text_its_recipient_and_its_id(placed_order):
    message = message_for(notification_of(placed_order, NotificationKind.READY))

    assert message.text == "Mario's Pizzeria: Hi Anna Bianchi! Your order #1 is ready for pickup!"
    assert (message.to, message.id, message.html) == ("+390612345678", "notification-17", "")


def test_a_confirmation_sms_has_the_promise_in_the_shops_time_zone_and_a_link_to_the_order(placed_order):
    link = f"https://pizza.example{order_url(placed_order)}"

    assert text_of(placed_order, NotificationKind.CONFIRMED) == f"Mario's Pizzeria: got #1 for 20:10-20:20 {link}"


def test_a_ready_sms_says_where_to_pick_up(placed_order, change_shop):
    change_shop(name="Da Ciro", address="Via Tuscolana 40, Roma")

    text = text_of(placed_order, NotificationKind.READY)
    assert text == "Da Ciro: Hi Anna Bianchi! Your order #1 is ready for pickup at Via Tuscolana 40, Roma!"


def test_a_promise_for_another_day_than_that_of_the_order_has_its_date(placed_order):
    later = dict.fromkeys(("promise_from", "promise_until"), FRIDAY_NIGHT + timedelta(hours=14))
    Order.objects.update(**later)

    assert "got #1 for Sat 10:00-10:00 " in text_of(placed_order, NotificationKind.CONFIRMED)
    by_email = text_of(placed_order, NotificationKind.CONFIRMED, EMAIL)
    assert "Ready between Sat 21 Nov, 10:00 and 10:00." in by_email


def test_an_email_says_what_each_item_contains():
    Pizza.objects.filter(slug="margherita").update(allergens=["milk", "gluten"])
    order = shop.place()

    message = message_for(notification_of(order, NotificationKind.CONFIRMED, EMAIL))
    assert "contains gluten, milk" in message.text
    assert "contains gluten, milk" in message.html


def test_an_sms_says_that_a_delivery_is_on_its_way_or_late(delivery):
    assert text_of(delivery, NotificationKind.OUT_FOR_DELIVERY).startswith(
        "Mario's Pizzeria: Hi Anna Bianchi! Your order #1 is on its way."
    )

    late = text_of(started_late(delivery), NotificationKind.PROMISE_CHANGED)
    assert late == (
        "Mario's Pizzeria: Hi Anna Bianchi! Sorry, your order #1 takes a little longer:"
        " now with you between 20:45 and 21:05."
    )


def test_a_cancellation_sms_has_a_link_to_the_reason(placed_order):
    order = cancelled(placed_order, CancelReason.OTHER, note="Buy at https://evil.example/")

    link = f"https://pizza.example{order_url(placed_order)}"
    assert text_of(order, NotificationKind.CANCELLED) == f"Mario's Pizzeria: order #1 was cancelled: {link}"


@pytest.mark.parametrize("kind", [*NotificationKind])
@pytest.mark.parametrize("method", FulfillmentMethod)
@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=14)], ids=["tonight", "tomorrow"])
def test_every_sms_is_one_line_of_at_most_160_ascii_characters(kind, method, later, change_shop):
    change_shop(address="Piazza dei Cinquecento 123 bis, 00185 Roma")
    order = shop.place(method=method)
    Order.objects.update(number=142, promise_from=F("promise_from") + later, promise_until=F("promise_until") + later)
    order.refresh_from_db()
    if kind == NotificationKind.CANCELLED:
        order = cancelled(order, CancelReason.CHANGED_MIND)
    try:
        text = text_of(order, kind)
    except TemplateDoesNotExist:
        assert kind in WITHOUT_SMS
        return

    assert text.isascii()
    assert len(text) <= 160
    assert "\n" not in text


def test_a_typed_reason_is_complete_in_an_email_and_in_no_sms(placed_order):
    order = cancelled(placed_order, CancelReason.OTHER, note="The oven\nis broken, " + "and cold, " * 20)

    assert "broken" not in text_of(order, NotificationKind.CANCELLED)
    assert ("and cold, " * 20).strip() in text_of(order, NotificationKind.CANCELLED, EMAIL)


def test_a_confirmation_email_lists_what_was_ordered_and_what_it_costs():
    choices = shop.pizza("pepperoni", size="large", added=("olives",), left_out=("pepperoni",)), shop.simple_item()
    order = shop.place(shop.basket_of(*choices))

    message = message_for(notification_of(order, NotificationKind.CONFIRMED, EMAIL))

    texts = ["1 × Pepperoni", "Large", "with Olives", "without Pepperoni", "1 × Cola", "€3.20", "€29.68"]
    texts += ["Hi Anna Bianchi!", "Ready between 20:11 and 20:21.", f"https://pizza.example{order_url(order)}"]
    assert (message.to, message.subject) == ("anna@example.com", "Order #1 is in line for the oven")
    for written in (message.text, message.html):
        assert [words for words in texts if words not in written] == []


def test_a_confirmation_sms_that_is_sent_late_has_the_current_promise(placed_order):
    notification = notification_of(placed_order, NotificationKind.CONFIRMED)
    started_late(placed_order)
    notification.order.refresh_from_db()

    assert "got #1 for 20:25-20:45 " in message_for(notification).text


def test_an_in_app_notification_has_the_promise_of_its_own_event(placed_order):
    notification = notification_of(placed_order, NotificationKind.CONFIRMED, IN_APP)
    started_late(placed_order)
    notification.order.refresh_from_db()
    newer = notification_of(placed_order, NotificationKind.PROMISE_CHANGED, IN_APP)

    assert inbox_text(notification).text == "Ready between 20:10 and 20:20."
    assert inbox_text(newer).text == "We are sorry. Now ready between 20:25 and 20:45."


@pytest.mark.parametrize("kind", [*NotificationKind])
def test_every_kind_of_notification_has_an_in_app_headline_and_text(kind, placed_order):
    order = cancelled(placed_order) if kind == NotificationKind.CANCELLED else placed_order

    line = inbox_text(notification_of(order, kind, IN_APP))

    assert "#1" in line.headline
    assert line.text


def test_an_in_app_notification_of_an_unknown_event_version_has_the_orders_promise(placed_order):
    notification = notification_of(placed_order, NotificationKind.CONFIRMED, IN_APP)
    notification.event.type = "order.confirmed.v99"

    assert inbox_text(notification).text == "Ready between 20:10 and 20:20."


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_in_an_email_is_one_line_of_text_and_never_a_link(name):
    order = called(name)

    by_email = message_for(notification_of(order, NotificationKind.READY, EMAIL))

    greeting, _rest = by_email.text.split("\n", 1)
    shown = " ".join(name.split()) if len(name) <= 40 else "A" * 37 + "..."
    is_repeated = not any(sign in name for sign in ("/", "@", ":"))
    assert greeting == (f"Hi {shown}!" if is_repeated else "Hi!")
    assert "<b>" not in by_email.html
    assert re.findall(r'href="([^"]+)"', by_email.html) == [f"https://pizza.example{order_url(order)}"]


@pytest.mark.parametrize(
    "name", ["evil.com", "evil。com", "evil．ai", "evil.\u200dcom", "a@b", "Call 0900 1234", "evil.xyz/1"]
)
def test_an_email_does_not_repeat_a_name_that_could_be_an_address_or_a_number(name):
    by_email = message_for(notification_of(called(name), NotificationKind.READY, EMAIL))

    assert by_email.text.startswith("Hi!\n")


@pytest.mark.parametrize("name", ["Anna", "St. John", "Zoë 🍕 O'Neill", "Table 42"])
def test_an_email_greets_a_guest_by_any_other_name(name):
    by_email = message_for(notification_of(called(name), NotificationKind.READY, EMAIL))

    assert by_email.text.startswith(f"Hi {name}!\n")


def test_a_typed_name_is_escaped_in_html_only():
    message = message_for(notification_of(called("Tom & <Jerry>"), NotificationKind.READY, EMAIL))

    assert "Hi Tom & <Jerry>!" in message.text
    assert "Hi Tom &amp; &lt;Jerry&gt;!" in message.html


def test_a_message_to_a_contact_without_a_name_has_a_greeting(placed_order):
    OrderContact.objects.update(name="")

    by_sms, by_email = (
        message_for(notification_of(placed_order, NotificationKind.READY, channel)) for channel in (SMS, EMAIL)
    )
    assert by_sms.text.startswith("Mario's Pizzeria: Hi!")
    assert by_email.text.startswith("Hi there!")


@pytest.mark.parametrize(
    "name", [*HOSTILE, "Anna 0900 123456", "Anna. Call me", "A" * 21, " ", "-", "Anna\nBianchi", "🍕"]
)
def test_an_sms_does_not_repeat_a_name_with_anything_but_letters(name):
    text = text_of(called(name), NotificationKind.READY)

    assert text == "Mario's Pizzeria: Hi! Your order #1 is ready for pickup!"


@pytest.mark.parametrize("name", ["Anna", "Zoë", "O'Neil", "D’Angelo", "Anna-Maria Rossi", "李", "A" * 20])
def test_an_sms_greets_a_guest_by_a_name_of_letters(name):
    assert (
        text_of(called(name), NotificationKind.READY)
        == f"Mario's Pizzeria: Hi {name}! Your order #1 is ready for pickup!"
    )


@pytest.mark.parametrize("channel", [EMAIL, SMS])
def test_no_message_is_made_for_an_erased_contact(placed_order, channel):
    notification = notification_of(placed_order, NotificationKind.READY, channel)
    assert message_for(notification)
    OrderContact.objects.update(name="", email="", phone="", guest_token="")
    notification.order.contact.refresh_from_db()

    assert message_for(notification) is None


def test_no_sms_is_made_for_an_invalid_phone_number(placed_order):
    OrderContact.objects.update(phone="+3912")

    assert message_for(notification_of(placed_order, NotificationKind.READY)) is None


def test_the_link_in_a_customers_message_has_no_guest_token(sign_in):
    order = shop.place(by=shop.acting_as(CUSTOMER, sign_in(CUSTOMER).user.pk), contact=AT_HOME)

    text = text_of(order, NotificationKind.CONFIRMED)

    assert text.endswith(f" https://pizza.example/orders/{order.ref}/")


@pytest.mark.parametrize(("channel", "queries"), [(SMS, 0), (EMAIL, 3)])
def test_an_email_takes_three_queries_for_what_was_ordered_and_an_sms_none(
    placed_order, django_assert_num_queries, channel, queries
):
    notification = notification_of(placed_order, NotificationKind.READY, channel)

    with django_assert_num_queries(queries):
        message_for(notification)


def test_the_text_of_an_in_app_notification_takes_no_query(placed_order, django_assert_num_queries):
    notification = notification_of(placed_order, NotificationKind.READY, IN_APP)

    with django_assert_num_queries(0):
        inbox_text(notification)
