"""Notifications in the admin: each is shown with its outcome, and a manager can resend it."""

import pytest
from django.urls import reverse

from orders.notifications.models import Notification, NotificationChannel, NotificationState
from pizzeria.users.roles import ADMIN, KITCHEN, MANAGER
from tests import shop
from tests.orders.notifications.notification_helpers import newest
from tests.shop import ANNA

LIST = reverse("admin:notifications_notification_changelist")

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


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
    """Select notifications and run the resend action; return the messages that the page shows."""
    selected = {"action": "resend", "_selected_action": [notification.pk for notification in notifications]}
    response = browser.post(LIST, selected, follow=True)
    return [str(message) for message in response.context["messages"]]


def test_the_admin_lists_notifications_with_their_outcomes(marta, dead):
    page = marta.get(LIST).content.decode()

    for text in ("The SMS provider answered 500.", "dead: will not be tried again", f"#{dead.order.number} of "):
        assert text in page
    assert reverse("admin:orders_order_change", args=[dead.order_id]) in page


def test_notifications_are_found_in_the_admin_by_state_channel_and_order_number(marta, dead):
    email = Notification.objects.get(channel=NotificationChannel.EMAIL)

    assert listed(marta, state__exact="dead") == [dead]
    assert listed(marta, channel__exact="email") == [email]
    assert listed(marta, q=str(dead.order.number)) == [dead, email]
    assert listed(marta, q="4711") == []


def test_the_admin_page_of_an_order_shows_its_notifications(marta, dead):
    page = marta.get(reverse("admin:orders_order_change", args=[dead.order_id])).content.decode()

    assert "Notifications" in page
    assert "The SMS provider answered 500." in page


def test_a_notification_can_be_viewed_in_the_admin_but_not_added_changed_or_deleted(marta, dead):
    address = reverse("admin:notifications_notification_change", args=[dead.pk])

    assert "The SMS provider answered 500." in marta.get(address).content.decode()
    assert marta.post(address, {"state": "sent"}).status_code == 403
    assert marta.get(reverse("admin:notifications_notification_add")).status_code == 403
    delete = reverse("admin:notifications_notification_delete", args=[dead.pk])
    assert marta.post(delete, {"post": "yes"}).status_code == 403


def test_the_admin_of_notifications_shows_no_personal_data(marta, dead):
    for address in (LIST, reverse("admin:notifications_notification_change", args=[dead.pk])):
        page = marta.get(address).content.decode()
        assert not any(value in page for value in (ANNA.name, ANNA.phone, ANNA.email))


@pytest.mark.parametrize("role", [MANAGER, ADMIN], ids=lambda role: role.name)
def test_managers_and_admins_can_resend_a_notification_in_the_admin(sign_in, dead, role):
    assert send_again(sign_in(role), dead) == ["1 notification will be sent again."]

    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (NotificationState.QUEUED, 0)


def test_resending_in_the_admin_reports_the_notifications_that_cannot_be_resent(marta, dead):
    email = Notification.objects.get(channel=NotificationChannel.EMAIL)

    messages = send_again(marta, dead, email)

    assert sorted(messages) == [
        "1 notification will be sent again.",
        f"{email}: Only dead, expired or failed notifications can be sent again.",
    ]


def test_the_admin_of_notifications_is_closed_to_kitchen_staff(sign_in, dead):
    browser = sign_in(KITCHEN)

    assert browser.get(LIST).status_code in (302, 403)
    browser.post(LIST, {"action": "resend", "_selected_action": [dead.pk]})
    dead.refresh_from_db()
    assert dead.state == NotificationState.DEAD


def test_the_admin_lists_twelve_notifications_with_at_most_nine_queries(marta, dead, django_assert_max_num_queries):
    for _ in range(5):
        newest(shop.place(), NotificationChannel.SMS)

    with django_assert_max_num_queries(9):
        assert len(listed(marta)) == 12
