"""A person's notices: the page, the count in every header, reading and dismissing."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse

from kitchen import services as kitchen_services
from orders import services as order_services
from orders.notifications import services as notification_services
from orders.notifications.models import Notification, NotificationChannel, NotificationKind, NotificationState
from orders.notifications.selectors import inbox_of, inbox_row, unread_count
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.factories import UserFactory
from tests.operations.test_cache import OPTIONS
from tests.shop import ANNA, FRIDAY_NIGHT

PAGE, READ, DISMISS = (reverse(f"notifications:{name}") for name in ("inbox", "mark_read", "dismiss"))
CARD = reverse("menu:index")
COMMITS = pytest.mark.django_db(transaction=True)  # the count is forgotten when something is committed

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


def tell(*orders):
    """Write down all the news of some orders."""
    for event in StoredEvent.objects.filter(aggregate_ref__in=[order.ref for order in orders]).order_by("id"):
        notification_services.create_notifications(event_id=event.pk, at=FRIDAY_NIGHT)


def told(user, orders=1):
    """Have somebody order and be told of it, twice an order: placed and confirmed."""
    placed = [order_of(user) for _ in range(orders)]
    tell(*placed)
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


def count_on(browser, page=CARD):
    """Read the number beside the bell."""
    html = browser.get(page).content.decode()
    return int(re.search(r'id="unread" class="count">(\d*)', html)[1] or 0)


def test_shows_what_somebody_was_told_newest_first(carla):
    [order] = told(carla.user)

    row = rows_on(carla)[1]

    assert shown(carla) == [("Order #1 is in line for the oven", True), ("We have your order #1", True)]
    assert (row.text, row.at) == ("Thank you! We will tell you how it goes.", FRIDAY_NIGHT)
    assert f'href="{order.get_absolute_url()}"' in carla.get(PAGE).content.decode()


def test_says_kindly_that_there_is_none(carla):
    assert "No news." in carla.get(PAGE).content.decode()


def test_is_ones_own(carla, sign_in):
    told(UserFactory())
    shop.place()

    assert rows_on(carla) == []
    assert count_on(carla) == 0


def test_shows_no_email_and_no_sms(carla):
    told(carla.user)
    Notification.objects.filter(kind=NotificationKind.PLACED).update(channel=NotificationChannel.SMS)
    Notification.objects.filter(kind=NotificationKind.CONFIRMED).update(
        channel=NotificationChannel.EMAIL, state=NotificationState.DEAD
    )

    assert rows_on(carla) == []
    assert count_on(carla) == 0


def test_leads_a_guest_to_the_sign_in(client):
    assert client.get(PAGE).url.startswith(reverse("users:sign_in"))


def test_is_never_kept_by_a_browser(carla):
    assert "no-store" in carla.get(PAGE)["Cache-Control"]


def test_is_not_changed_by_looking_at_it(carla):
    told(carla.user)

    for _ in range(2):
        assert [is_unread for _headline, is_unread in shown(carla)] == [True, True]
    for address in (READ, DISMISS):
        assert carla.get(address, {"notification": keys()}).status_code == 405
    assert not Notification.objects.exclude(read_at=None, dismissed_at=None).exists()


def test_shows_what_was_read_as_read_and_keeps_when(carla):
    told(carla.user)
    carla.post(READ, {"notification": keys(NotificationKind.PLACED)})
    first = Notification.objects.get(kind=NotificationKind.PLACED).read_at

    carla.post(READ, {"notification": keys()})

    assert [is_unread for _headline, is_unread in shown(carla)] == [False, False]
    assert Notification.objects.get(kind=NotificationKind.PLACED).read_at == first


def test_shows_no_longer_what_was_dismissed(carla):
    told(carla.user)

    answer = carla.post(DISMISS, {"notification": keys(NotificationKind.PLACED)}, follow=True)

    assert answer.redirect_chain == [(f"{PAGE}?page=1", 302)]
    assert shown(carla) == [("Order #1 is in line for the oven", True)]


def test_dismisses_all_that_it_showed_and_nothing_that_came_meanwhile(carla):
    told(carla.user)
    on_the_screen = keys()
    told(carla.user)

    carla.post(DISMISS, {"notification": on_the_screen})

    assert [headline for headline, _ in shown(carla)] == ["Order #2 is in line for the oven", "We have your order #2"]


def test_takes_a_second_press_from_another_tab(carla):
    told(carla.user)
    carla.post(DISMISS, {"notification": keys(NotificationKind.PLACED)})

    assert carla.post(DISMISS, {"notification": keys()}).status_code == 302
    assert rows_on(carla) == []


def test_does_nothing_when_nothing_is_named(carla):
    told(carla.user)

    assert carla.post(DISMISS, {}).status_code == 302
    assert len(rows_on(carla)) == 2


@pytest.mark.parametrize("address", [READ, DISMISS])
def test_finds_no_other_persons_notice_and_changes_nothing(carla, address):
    told(carla.user)
    mine = keys()
    told(UserFactory())
    others = [key for key in keys() if key not in mine]

    assert carla.post(address, {"notification": [mine[0], others[0]]}).status_code == 404
    assert not Notification.objects.exclude(read_at=None, dismissed_at=None).exists()


@pytest.mark.parametrize("address", [READ, DISMISS])
@pytest.mark.parametrize("key", NO_KEYS)
def test_finds_nothing_by_a_bad_name(carla, address, key):
    [order] = told(carla.user)

    assert carla.post(address, {"notification": key.format(ref=order.ref)}).status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "1\r\nX: y", ""])
def test_opens_some_page_for_any_number(carla, page):
    told(carla.user)

    assert carla.get(PAGE, {"page": page}).status_code == 200
    assert len(carla.post(READ, {"notification": keys(), "page": page}, follow=True).context["notifications"]) == 2


def test_is_paged_and_comes_back_to_its_page(carla):
    told(carla.user, orders=11)

    assert len(rows_on(carla)) == 20
    last = rows_on(carla, "?page=2")
    answer = carla.post(DISMISS, {"notification": last[0].key, "page": "2"}, follow=True)

    assert [row.headline for row in answer.context["notifications"]] == ["We have your order #1"]


@pytest.mark.parametrize("orders", [1, 10])
def test_takes_five_queries_however_much_was_told(carla, django_assert_num_queries, orders):
    told(carla.user, orders=orders)
    carla.get(CARD)

    with django_assert_num_queries(5):  # user, two for permissions, how many there are, and a page of them
        carla.get(PAGE)


@pytest.mark.parametrize("name", ["<b>Carla</b>", "Anna\r\nBcc: x", "C" * 80, "Zoë 🍕", "{{ shop }}"])
def test_shows_no_name_and_takes_any(carla, name):
    tell(order_of(carla.user, name=name))

    html = carla.get(PAGE).content.decode()

    assert "We have your order #1" in html
    assert "<b>" not in html


def test_escapes_why_it_was_cancelled(carla):
    [order] = told(carla.user)
    order_services.cancel_order(ref=order.ref, reason="other", note="<script>no</script>", by=SYSTEM, at=FRIDAY_NIGHT)
    tell(order)

    assert "&lt;script&gt;no&lt;/script&gt;" in carla.get(PAGE).content.decode()


def test_tells_the_whole_trip(carla):
    order = order_of(carla.user)
    late = FRIDAY_NIGHT + timedelta(minutes=15)
    kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=late)
    kitchen_services.finish_ticket(ref=order.ref, by=SYSTEM, at=late)
    order_services.hand_over(ref=order.ref, by=SYSTEM, at=late)
    tell(order)

    assert {row.icon for row in rows_on(carla)} >= {"icons/flame.html", "icons/bell.html", "icons/clock.html"}
    assert rows_on(carla)[0].headline == "Order #1 is in your hands"


@COMMITS
def test_count_follows_each_step_at_once(carla):
    assert count_on(carla) == 0
    [order] = told(carla.user)
    assert count_on(carla) == 2
    carla.post(READ, {"notification": keys(NotificationKind.PLACED)})
    assert count_on(carla) == 1
    carla.post(DISMISS, {"notification": keys(NotificationKind.CONFIRMED)})
    assert count_on(carla) == 0
    kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=FRIDAY_NIGHT)
    tell(order)
    assert count_on(carla) == 1


def test_count_is_asked_for_once_and_then_known(carla, django_assert_num_queries):
    told(carla.user)

    with django_assert_num_queries(1):
        assert unread_count(str(carla.user.pk)) == 2
    with django_assert_num_queries(0):
        assert unread_count(str(carla.user.pk)) == 2


def test_count_is_kept_for_half_a_minute_at_most(carla):
    unread_count(str(carla.user.pk))

    [key] = cache._cache.get_client().keys("*notifications:unread:*")

    assert 0 < cache._cache.get_client().ttl(key) <= 30


def test_count_goes_by_an_index(carla):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # a table of a few rows is quicker read as a whole

    plan = inbox_of(str(carla.user.pk)).filter(read_at=None).explain()

    assert "notification_on_the_page" in plan


def test_count_does_without_redis(carla, settings, django_assert_num_queries):
    told(carla.user)
    gone = {"BACKEND": "pizzeria.operations.cache.FailOpenRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": {**gone, "OPTIONS": OPTIONS}, "sessions": {**gone, "OPTIONS": OPTIONS}}

    assert count_on(carla) == 2
    with django_assert_num_queries(1):
        assert unread_count(str(carla.user.pk)) == 2


def test_count_is_nobodys_without_signing_in(client, django_assert_num_queries):
    client.get(CARD)

    with django_assert_num_queries(0):
        html = client.get(CARD).content.decode()

    assert 'id="unread"' not in html
