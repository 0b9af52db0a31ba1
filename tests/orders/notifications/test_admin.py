"""Notices in admin: every one is found there with what became of it, and a manager has it sent again."""

import pytest
from django.urls import reverse

from orders.notifications.models import Notification, NotificationChannel, NotificationState
from pizzeria.users.roles import ADMIN, KITCHEN, MANAGER
from tests import shop
from tests.orders.notifications.notification_helpers import newest
from tests.shop import ANNA

LIST = reverse("admin:notifications_notification_changelist")

pytestmark = pytest.mark.usefixtures("kitchen", "post")


@pytest.fixture
def dead(placed_order):
    """An SMS that did not go out."""
    notification = newest(placed_order, NotificationChannel.SMS)
    Notification.objects.filter(pk=notification.pk).update(
        state=NotificationState.DEAD, attempts=8, error="The SMS provider answered 500."
    )
    return notification


@pytest.fixture
def marta(sign_in):
    """The manager's browser."""
    return sign_in(MANAGER, first_name="Marta")


def listed(browser, **filters):
    return list(browser.get(LIST, filters).context["cl"].result_list)


def send_again(browser, *notifications):
    """Tick notices, and have them sent again; give what the manager is told."""
    ticked = {"action": "resend", "_selected_action": [notification.pk for notification in notifications]}
    answer = browser.post(LIST, ticked, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_are_listed_with_what_became_of_them(marta, dead):
    page = marta.get(LIST).content.decode()

    for said in ("The SMS provider answered 500.", "dead: will not be tried again", f"#{dead.order.number} of "):
        assert said in page
    assert reverse("admin:orders_order_change", args=[dead.order_id]) in page


def test_are_found_by_state_and_channel(marta, dead):
    email = Notification.objects.get(channel=NotificationChannel.EMAIL)

    assert listed(marta, state__exact="dead") == [dead]
    assert listed(marta, channel__exact="email") == [email]
    assert listed(marta, q=str(dead.order.number)) == [dead, email]
    assert listed(marta, q="4711") == []


def test_are_shown_on_their_orders_page(marta, dead):
    page = marta.get(reverse("admin:orders_order_change", args=[dead.order_id])).content.decode()

    assert "Who was told" in page
    assert "The SMS provider answered 500." in page


def test_are_shown_whole_and_cannot_be_changed(marta, dead):
    address = reverse("admin:notifications_notification_change", args=[dead.pk])

    assert "The SMS provider answered 500." in marta.get(address).content.decode()
    assert marta.post(address, {"state": "sent"}).status_code == 403
    assert marta.get(reverse("admin:notifications_notification_add")).status_code == 403
    delete = reverse("admin:notifications_notification_delete", args=[dead.pk])
    assert marta.post(delete, {"post": "yes"}).status_code == 403


def test_show_nothing_of_the_guest(marta, dead):
    for address in (LIST, reverse("admin:notifications_notification_change", args=[dead.pk])):
        page = marta.get(address).content.decode()
        assert not any(said in page for said in (ANNA.name, ANNA.phone, ANNA.email))


@pytest.mark.parametrize("role", [MANAGER, ADMIN], ids=lambda role: role.name)
def test_are_sent_again_when_those_who_run_the_shop_say_so(sign_in, dead, role):
    assert send_again(sign_in(role), dead) == ["1 notice will be sent again."]

    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (NotificationState.QUEUED, 0)


def test_are_told_apart_where_some_can_be_sent_again_and_others_not(marta, dead):
    email = Notification.objects.get(channel=NotificationChannel.EMAIL)

    told = send_again(marta, dead, email)

    assert sorted(told) == ["1 notice will be sent again.", f"{email}: That has been sent, or will be by itself."]


def test_are_closed_to_the_kitchen(sign_in, dead):
    browser = sign_in(KITCHEN)

    assert browser.get(LIST).status_code in (302, 403)
    browser.post(LIST, {"action": "resend", "_selected_action": [dead.pk]})
    dead.refresh_from_db()
    assert dead.state == NotificationState.DEAD


def test_take_as_many_statements_when_there_are_more(marta, dead, django_assert_max_num_queries):
    for _ in range(5):
        newest(shop.place(), NotificationChannel.SMS)

    with django_assert_max_num_queries(9):
        assert len(listed(marta)) == 12
