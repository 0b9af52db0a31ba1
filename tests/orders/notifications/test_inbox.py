"""A user's inbox: the page, the unread count in every header, marking as read and dismissing."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitchen import services as kitchen_services
from orders import services as order_services
from orders.notifications import services as notification_services
from orders.notifications.models import Notification, NotificationChannel, NotificationKind, NotificationState
from orders.notifications.selectors import inbox_of, inbox_row, unread_count
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.factories import UserFactory
from tests.operations.test_cache import OPTIONS
from tests.shop import ANNA, FRIDAY_NIGHT

PAGE, READ, DISMISS = (reverse(f"notifications:{name}") for name in ("inbox", "mark_read", "dismiss"))
MENU = reverse("menu:index")
COMMITS = pytest.mark.django_db(transaction=True)  # the cached count is invalidated on commit

A_REF = "0197c2a0-0000-7000-8000-000000000000"
NO_KEYS = ["", "1", ".", "x.1", f"{A_REF}.1", "{ref}", "{ref}.", "{ref}.x", "{ref}.99", "{ref}.-1", "{ref}.1.1"]
NO_KEYS += ["{ref}." + "9" * 30, "{ref}." + "9" * 5000]

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def carla(sign_in):
    """A customer's browser."""
    return sign_in(CUSTOMER, first_name="Carla")


def order_of(user, name="Carla Conti"):
    by = shop.acting_as(CUSTOMER, user.pk)
    return shop.place(by=by, contact=replace(ANNA, name=name))


def create_notifications(*orders):
    """Create the notifications of all events of some orders."""
    for event in StoredEvent.objects.filter(aggregate_ref__in=[order.ref for order in orders]).order_by("id"):
        notification_services.create_notifications(event_id=event.pk, at=FRIDAY_NIGHT)


def place_and_notify(user, orders=1):
    """Place orders of a user, with two notifications each: placed and confirmed. Return the orders."""
    placed = [order_of(user) for _ in range(orders)]
    create_notifications(*placed)
    return placed


def keys(*kinds):
    rows = (
        Notification.objects.filter(channel=NotificationChannel.IN_APP)
        .select_related("event", "order__contact")
        .order_by("id")
    )
    return [inbox_row(notification).key for notification in (rows.filter(kind__in=kinds) if kinds else rows)]


def rows_on(browser, page=""):
    return browser.get(f"{PAGE}{page}").context["notifications"]


def shown(browser):
    return [(row.headline, row.is_unread) for row in rows_on(browser)]


def count_on(browser, page=MENU):
    """Return the unread count in the header of a page; 0 if it is blank."""
    html = browser.get(page).content.decode()
    return int(re.search(r'id="unread-count" class="count">(\d*)', html)[1] or 0)


def test_the_inbox_shows_notifications_newest_first(carla):
    [order] = place_and_notify(carla.user)

    row = rows_on(carla)[1]

    assert shown(carla) == [("Order #1 is in line for the oven", True), ("We have your order #1", True)]
    assert (row.text, row.at) == ("Thank you! We will tell you how it goes.", FRIDAY_NIGHT)
    assert f'href="{order.get_absolute_url()}"' in carla.get(PAGE).content.decode()


def test_an_empty_inbox_says_that_it_is_empty(carla):
    assert "No news." in carla.get(PAGE).content.decode()


def test_the_inbox_shows_no_notification_of_another_user(carla, sign_in):
    place_and_notify(UserFactory())
    shop.place()

    assert rows_on(carla) == []
    assert count_on(carla) == 0


def test_the_inbox_shows_no_email_and_no_sms(carla):
    place_and_notify(carla.user)
    Notification.objects.filter(kind=NotificationKind.PLACED).update(channel=NotificationChannel.SMS)
    Notification.objects.filter(kind=NotificationKind.CONFIRMED).update(
        channel=NotificationChannel.EMAIL, state=NotificationState.DEAD
    )

    assert rows_on(carla) == []
    assert count_on(carla) == 0


def test_the_inbox_redirects_a_guest_to_sign_in(client):
    assert client.get(PAGE).url.startswith(reverse("users:sign_in"))


def test_the_inbox_is_never_cached_by_a_browser(carla):
    assert "no-store" in carla.get(PAGE)["Cache-Control"]


def test_no_get_request_marks_a_notification_as_read_or_dismisses_it(carla):
    place_and_notify(carla.user)

    for _ in range(2):
        assert [is_unread for _headline, is_unread in shown(carla)] == [True, True]
    for address in (READ, DISMISS):
        assert carla.get(address, {"notification": keys()}).status_code == 405
    assert not Notification.objects.exclude(read_at=None, dismissed_at=None).exists()


def test_a_notification_marked_as_read_is_shown_as_read_and_keeps_its_first_read_time(carla):
    place_and_notify(carla.user)
    carla.post(READ, {"notification": keys(NotificationKind.PLACED)})
    first = Notification.objects.get(kind=NotificationKind.PLACED).read_at

    carla.post(READ, {"notification": keys()})

    assert [is_unread for _headline, is_unread in shown(carla)] == [False, False]
    assert Notification.objects.get(kind=NotificationKind.PLACED).read_at == first


def test_the_inbox_no_longer_shows_a_dismissed_notification(carla):
    place_and_notify(carla.user)

    response = carla.post(DISMISS, {"notification": keys(NotificationKind.PLACED)}, follow=True)

    assert response.redirect_chain == [(f"{PAGE}?page=1", 302)]
    assert shown(carla) == [("Order #1 is in line for the oven", True)]


def test_dismissing_all_shown_notifications_keeps_those_that_arrived_meanwhile(carla):
    place_and_notify(carla.user)
    on_the_screen = keys()
    place_and_notify(carla.user)

    carla.post(DISMISS, {"notification": on_the_screen})

    assert [headline for headline, _ in shown(carla)] == ["Order #2 is in line for the oven", "We have your order #2"]


def test_a_notification_can_be_dismissed_again_from_another_tab(carla):
    place_and_notify(carla.user)
    carla.post(DISMISS, {"notification": keys(NotificationKind.PLACED)})

    assert carla.post(DISMISS, {"notification": keys()}).status_code == 302
    assert rows_on(carla) == []


def test_dismissing_without_a_key_changes_nothing(carla):
    place_and_notify(carla.user)

    assert carla.post(DISMISS, {}).status_code == 302
    assert len(rows_on(carla)) == 2


@pytest.mark.parametrize("address", [READ, DISMISS])
def test_a_request_with_another_users_notification_gets_404_and_changes_nothing(carla, address):
    place_and_notify(carla.user)
    mine = keys()
    place_and_notify(UserFactory())
    others = [key for key in keys() if key not in mine]

    assert carla.post(address, {"notification": [mine[0], others[0]]}).status_code == 404
    assert not Notification.objects.exclude(read_at=None, dismissed_at=None).exists()


@pytest.mark.parametrize("address", [READ, DISMISS])
@pytest.mark.parametrize("key", NO_KEYS)
def test_a_request_with_an_invalid_notification_key_gets_404(carla, address, key):
    [order] = place_and_notify(carla.user)

    assert carla.post(address, {"notification": key.format(ref=order.ref)}).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "1\r\nX: y", ""])
def test_the_inbox_opens_for_any_invalid_page_number(carla, page):
    place_and_notify(carla.user)

    assert carla.get(PAGE, {"page": page}).status_code == 200
    assert len(carla.post(READ, {"notification": keys(), "page": page}, follow=True).context["notifications"]) == 2


def test_the_inbox_is_paged_and_returns_to_the_same_page_after_dismissing(carla):
    place_and_notify(carla.user, orders=11)

    assert len(rows_on(carla)) == 20
    last = rows_on(carla, "?page=2")
    response = carla.post(DISMISS, {"notification": last[0].key, "page": "2"}, follow=True)

    assert [row.headline for row in response.context["notifications"]] == ["We have your order #1"]


@pytest.mark.parametrize("orders", [1, 10])
def test_the_inbox_takes_four_queries_for_any_number_of_notifications(carla, django_assert_num_queries, orders):
    place_and_notify(carla.user, orders=orders)
    carla.get(MENU)

    with django_assert_num_queries(4):  # the user, permissions, the number of rows, and a page of them
        carla.get(PAGE)


@pytest.mark.parametrize("name", ["<b>Carla</b>", "Anna\r\nBcc: x", "C" * 80, "Zoë 🍕", "{{ shop }}"])
def test_the_inbox_accepts_any_name_of_a_contact_and_contains_no_markup_of_it(carla, name):
    create_notifications(order_of(carla.user, name=name))

    html = carla.get(PAGE).content.decode()

    assert "We have your order #1" in html
    assert "<b>" not in html


def test_the_inbox_escapes_the_reason_of_a_cancellation(carla):
    [order] = place_and_notify(carla.user)
    order_services.cancel_order(ref=order.ref, reason="other", note="<script>no</script>", by=SYSTEM, at=FRIDAY_NIGHT)
    create_notifications(order)

    assert "&lt;script&gt;no&lt;/script&gt;" in carla.get(PAGE).content.decode()


def test_the_inbox_shows_the_steps_of_an_order_up_to_its_handover(carla):
    order = order_of(carla.user)
    late = FRIDAY_NIGHT + timedelta(minutes=15)
    kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=late)
    kitchen_services.finish_ticket(ref=order.ref, by=SYSTEM, at=late)
    order_services.hand_over(ref=order.ref, by=SYSTEM, at=late)
    create_notifications(order)

    assert {row.icon for row in rows_on(carla)} >= {"icons/flame.html", "icons/bell.html", "icons/clock.html"}
    assert rows_on(carla)[0].headline == "Order #1 is in your hands"


@COMMITS
def test_the_unread_count_changes_with_each_step_at_once(carla):
    assert count_on(carla) == 0
    [order] = place_and_notify(carla.user)
    assert count_on(carla) == 2
    carla.post(READ, {"notification": keys(NotificationKind.PLACED)})
    assert count_on(carla) == 1
    carla.post(DISMISS, {"notification": keys(NotificationKind.CONFIRMED)})
    assert count_on(carla) == 0
    kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=FRIDAY_NIGHT)
    create_notifications(order)
    assert count_on(carla) == 1


def test_the_unread_count_is_queried_once_and_then_cached(carla, django_assert_num_queries):
    place_and_notify(carla.user)

    with django_assert_num_queries(1):
        assert unread_count(str(carla.user.pk), at=clock.now()) == 2
    with django_assert_num_queries(0):
        assert unread_count(str(carla.user.pk), at=clock.now()) == 2


def test_the_unread_count_is_cached_for_at_most_half_a_minute(carla):
    unread_count(str(carla.user.pk), at=clock.now())

    [key] = cache._cache.get_client().keys("*notifications:unread:*")

    assert 0 < cache._cache.get_client().ttl(key) <= 30


def test_the_query_of_the_unread_count_uses_an_index(carla):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the planner prefers a sequential scan for few rows

    plan = inbox_of(str(carla.user.pk), at=clock.now()).filter(read_at=None).explain()

    assert "notification_on_the_page" in plan


def test_the_unread_count_is_shown_while_redis_is_unavailable(carla, settings, django_assert_num_queries):
    place_and_notify(carla.user)
    gone = {"BACKEND": "pizzeria.operations.cache.FailOpenRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": {**gone, "OPTIONS": OPTIONS}, "sessions": {**gone, "OPTIONS": OPTIONS}}

    assert count_on(carla) == 2
    with django_assert_num_queries(1):
        assert unread_count(str(carla.user.pk), at=clock.now()) == 2


def test_a_guest_sees_no_unread_count_and_causes_no_query_for_it(client):
    with CaptureQueriesContext(connection) as queries:
        html = client.get(MENU).content.decode()

    assert 'id="unread-count"' not in html
    assert not [query for query in queries if "notifications_" in query["sql"]]
