"""Linking a guest's order to a customer: with its own guest token, by a signed-in user, once."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.urls import reverse

from kitchen.models import Kitchen
from orders import replay
from orders import selectors as order_selectors
from orders import services as order_services
from orders.backoffice.timeline import timeline
from orders.customers import services as customer_services
from orders.models import Order
from orders.models.contact import new_guest_token
from orders.notifications.models import Notification, NotificationChannel
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import CUSTOMER, KITCHEN
from tests import shop
from tests.factories import UserFactory
from tests.orders.notifications.notification_helpers import create_notifications
from tests.shop import FRIDAY_NIGHT


@pytest.fixture
def carla(db):
    return shop.acting_as(CUSTOMER, UserFactory().pk)


@pytest.fixture
def bruno(db):
    return shop.acting_as(CUSTOMER, UserFactory(first_name="Bruno").pk)


def link_to_account(order, by):
    return order_services.link_order_to_customer(ref=order.ref, by=shop.with_link(order, by), at=FRIDAY_NIGHT)


def link(order):
    return reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])


def button(order):
    return reverse("orders:link_order", args=[order.ref, order.contact.guest_token])


def page_of(order):
    return reverse("orders:order", args=[order.ref])


def test_linking_an_order_adds_it_to_the_history_of_the_customer_and_deletes_its_guest_token(placed_order, carla):
    key = placed_order.contact.guest_token

    link_to_account(placed_order, carla)

    assert [row.number for row in order_selectors.orders_of(carla)] == [placed_order.number]
    assert order_selectors.visible_to(carla, placed_order.ref) == placed_order
    assert order_selectors.order_by_guest_token(placed_order.ref, key) is None
    assert Order.objects.get().contact.guest_token == ""


def test_linking_an_order_records_an_event_with_the_customers_ref_and_no_personal_data(placed_order, carla):
    linked_order = link_to_account(placed_order, carla)

    event = StoredEvent.objects.get(type="order.adopted.v1")
    assert event.data == {"customer": str(linked_order.customer.ref)}
    assert event.actor == str(carla.user_id)
    assert "Linked to an account" in [entry.text for entry in timeline(placed_order)]


def test_replaying_rebuilds_the_customer_of_a_linked_order_and_reports_another_one(placed_order, carla, bruno):
    link_to_account(placed_order, carla)
    assert list(replay.differences()) == []

    with transaction.atomic():
        Order.objects.update(customer=customer_services.customer_for(bruno, at=FRIDAY_NIGHT))
    assert "customer is" in "".join(replay.differences())


def test_linking_an_order_is_refused_to_a_guest(placed_order):
    with pytest.raises(NotAllowed):
        link_to_account(placed_order, GUEST)

    assert Order.objects.get().contact.guest_token


def test_linking_an_order_that_belongs_to_a_customer_already_is_refused(placed_order, carla, bruno):
    theirs = shop.place(by=carla)
    with_old_link = shop.with_link(placed_order, bruno)
    link_to_account(placed_order, carla)

    for order in (placed_order, theirs):
        with pytest.raises(order_services.OrderAlreadyLinked, match="in your account already"):
            link_to_account(order, carla)
        with pytest.raises(order_services.OrderNotFound):
            order_services.link_order_to_customer(ref=order.ref, by=with_old_link, at=FRIDAY_NIGHT)

    assert set(Order.objects.values_list("customer__user_id", flat=True)) == {carla.user_id}
    assert StoredEvent.objects.filter(type="order.adopted.v1").count() == 1


@pytest.mark.parametrize("token", ["", new_guest_token()], ids=["no token", "another token"])
def test_linking_an_order_without_its_own_guest_token_is_refused_also_to_staff(placed_order, carla, chef, token):
    for by in (carla, replace(chef, user_id=UserFactory().pk)):
        with pytest.raises(order_services.OrderNotFound):
            order_services.link_order_to_customer(ref=placed_order.ref, by=by.with_guest_token(token), at=FRIDAY_NIGHT)

    assert Order.objects.get().customer is None


def test_linking_an_unknown_order_raises_order_not_found(kitchen, carla):
    with pytest.raises(order_services.OrderNotFound):
        order_services.link_order_to_customer(ref=uuid7(), by=carla, at=FRIDAY_NIGHT)


def test_linking_an_order_does_not_repeat_the_notifications_that_were_created_for_the_guest(
    message_sinks, placed_order, carla, chef
):
    create_notifications(placed_order)
    link_to_account(placed_order, carla)
    shop.cooked(placed_order, by=chef)

    create_notifications(placed_order)

    created = Notification.objects.order_by("pk").values_list("kind", "channel", "recipient")
    assert list(created.filter(recipient="guest")) == [
        ("confirmed", NotificationChannel.EMAIL, "guest"),
        ("confirmed", NotificationChannel.SMS, "guest"),
    ]
    assert set(created.exclude(recipient="guest").values_list("kind", flat=True)) == {"cooking", "ready"}


def test_the_page_of_a_guests_order_offers_linking_to_signed_in_users_and_sign_in_to_guests(
    client, sign_in, placed_order
):
    as_a_guest = client.get(link(placed_order)).content.decode()
    assert button(placed_order) not in as_a_guest
    assert f'{reverse("users:sign_in")}?next={link(placed_order)}"' in as_a_guest

    assert button(placed_order) in sign_in(CUSTOMER).get(link(placed_order)).content.decode()


def test_an_order_is_not_linked_by_signing_in_with_the_same_email_address(sign_in, placed_order):
    browser = sign_in(CUSTOMER, email=placed_order.contact.email)
    browser.get(link(placed_order))

    assert Order.objects.get().customer is None


def test_linking_an_order_redirects_to_its_page_in_the_account_and_disables_the_guest_link(sign_in, placed_order):
    browser = sign_in(CUSTOMER)

    response = browser.post(button(placed_order), follow=True)

    assert response.redirect_chain == [(page_of(placed_order), 302)]
    assert "in your account now" in response.content.decode()
    assert browser.get(link(placed_order)).status_code == 404


def test_linking_an_order_a_second_time_redirects_to_the_same_page(sign_in, placed_order):
    browser = sign_in(CUSTOMER)
    browser.post(button(placed_order))

    assert browser.post(button(placed_order)).url == page_of(placed_order)


def test_linking_an_order_needs_its_guest_token_and_a_signed_in_user(client, sign_in, placed_order):
    assert client.post(button(placed_order)).url.startswith(reverse("users:sign_in"))

    wrong = reverse("orders:link_order", args=[placed_order.ref, new_guest_token()])
    assert sign_in(CUSTOMER).post(wrong).status_code == 404
    assert sign_in(KITCHEN).post(wrong).status_code == 404
    assert Order.objects.get().customer is None


def test_linking_an_order_of_another_customer_returns_404(sign_in, placed_order, bruno):
    link_to_account(placed_order, bruno)

    assert sign_in(CUSTOMER).post(button(placed_order)).status_code == 404
    assert sign_in(KITCHEN).post(button(placed_order)).status_code == 404


def test_a_get_request_to_the_url_that_links_an_order_is_refused(sign_in, placed_order):
    assert sign_in(CUSTOMER).get(button(placed_order)).status_code == 405


def test_linking_an_order_does_not_change_the_board_version(placed_order, carla):
    version = Kitchen.objects.get().version

    link_to_account(placed_order, carla)

    assert Kitchen.objects.get().version == version
