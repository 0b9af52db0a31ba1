"""The quote on the menu's pages: when an order would be ready, or why no orders are accepted."""

import re
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.urls import reverse
from redis.backoff import NoBackoff
from redis.retry import Retry

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from orders import services as order_services
from orders.models import CancelReason
from orders.selectors import quotes
from orders.selectors.quotes import cached_quote
from pizzeria.foundation import clock
from tests import shop
from tests.kitchen.opening import LUNCH_AND_DINNER, every_day, on, set_hours
from tests.shop import FRIDAY_NIGHT

MENU, PIZZA, BASKET = reverse("menu:index"), reverse("menu:pizza", args=["margherita"]), reverse("orders:basket")
OPEN = r"Order now, and it is ready in about 1\d minutes\."
FULL = r"The kitchen is at capacity\. Please try again in about \d+ minutes\."
PAUSED = r"The kitchen is taking a break \(The oven is cold\)\. Please try again later\."


@pytest.fixture
def _kept_longer(monkeypatch):
    """Cache the quote for longer than any test takes: only an invalidation changes it."""
    monkeypatch.setattr(quotes, "CACHE_SECONDS", 3600)


@pytest.fixture
def quote_text(client, kitchen, _kept_longer):
    """Return a function that reads the quote, the same on both pages of the menu: `quote_text()`."""

    def quote_text():
        pages = [client.get(address).content.decode() for address in (MENU, PIZZA)]
        [one, other] = [re.search(r'<p class="quote.*?<span>(.*?)</span>', page, re.DOTALL)[1] for page in pages]
        assert one == other
        return one

    return quote_text


def pause(kitchen, by, until=None):
    kitchen_services.pause(kitchen=kitchen, reason="The oven is cold", until=until, by=by, at=clock.now())


def test_the_page_of_an_empty_basket_shows_that_the_kitchen_is_paused(client, kitchen, chef):
    pause(kitchen, chef)

    assert re.search(PAUSED, client.get(BASKET).content.decode())


def test_the_quote_names_the_minutes_until_an_order_would_be_ready(quote_text):
    assert re.fullmatch(OPEN, quote_text())


def test_the_quote_changes_as_soon_as_a_pause_or_its_end_is_committed(
    quote_text, kitchen, chef, django_capture_on_commit_callbacks
):
    assert re.fullmatch(OPEN, quote_text())

    with django_capture_on_commit_callbacks(execute=True):
        pause(kitchen, chef)
        assert re.fullmatch(OPEN, quote_text())  # the pause is not committed yet
    assert re.fullmatch(PAUSED, quote_text())

    with django_capture_on_commit_callbacks(execute=True):
        kitchen_services.resume(kitchen=kitchen, by=chef, at=clock.now())
    assert re.fullmatch(OPEN, quote_text())


def test_the_quote_changes_as_soon_as_the_kitchen_is_full_or_has_room_again(
    quote_text, kitchen, manager, django_capture_on_commit_callbacks
):
    Kitchen.objects.update(max_concurrent_orders=1)
    assert re.fullmatch(OPEN, quote_text())

    with django_capture_on_commit_callbacks(execute=True):
        order = shop.place(at=clock.now())
    assert re.fullmatch(FULL, quote_text())

    with django_capture_on_commit_callbacks(execute=True):
        kitchen_services.change_capacity(
            kitchen=kitchen, max_concurrent_orders=2, oven_slots=5, max_open_pizzas=None, by=manager, at=clock.now()
        )
    assert re.fullmatch(OPEN, quote_text())

    Kitchen.objects.update(max_concurrent_orders=1)
    with django_capture_on_commit_callbacks(execute=True):
        order_services.cancel_order(ref=order.ref, reason=CancelReason.SOLD_OUT, by=manager, at=clock.now())
    assert re.fullmatch(OPEN, quote_text())


@pytest.mark.usefixtures("_kept_longer")
def test_the_quote_takes_two_queries_and_none_while_it_is_cached(kitchen, django_assert_num_queries):
    with django_assert_num_queries(2):
        quoted = cached_quote(at=FRIDAY_NIGHT)

    with django_assert_num_queries(0):
        assert cached_quote(at=FRIDAY_NIGHT) == quoted


def test_the_quote_is_cached_for_five_seconds(kitchen, monkeypatch):
    cache = Mock(**{"get.return_value": None})
    monkeypatch.setattr(quotes, "cache", cache)

    quoted = cached_quote(at=FRIDAY_NIGHT)

    cache.set.assert_called_once_with(quotes.CACHE_KEY, quoted, 5)


@pytest.mark.usefixtures("_kept_longer", "kitchen")
@pytest.mark.parametrize(("before", "after", "accepts_orders"), [("17:59", "18:00", True), ("22:29", "22:30", False)])
def test_no_quote_of_before_is_shown_once_the_shop_has_opened_or_closed(before, after, accepts_orders):
    set_hours(every_day(*LUNCH_AND_DINNER))
    assert cached_quote(at=on("2026-11-20", before)).accepts_orders is not accepts_orders

    assert cached_quote(at=on("2026-11-20", after)).accepts_orders is accepts_orders


@pytest.mark.usefixtures("_kept_longer")
def test_no_quote_of_a_paused_kitchen_is_shown_once_the_pause_has_ended(kitchen, chef):
    until = FRIDAY_NIGHT + timedelta(minutes=20)
    kitchen_services.pause(kitchen=kitchen, reason="The oven is cold", until=until, by=chef, at=FRIDAY_NIGHT)
    assert not cached_quote(at=FRIDAY_NIGHT).accepts_orders

    assert cached_quote(at=until).accepts_orders


@pytest.fixture
def _no_copy(monkeypatch):
    """Disable the copy of the quote that each process has."""
    monkeypatch.setattr(quotes, "COPY_SECONDS", 0)


@pytest.mark.usefixtures("_no_copy")
def test_without_redis_the_quote_takes_two_queries_and_is_still_shown(
    quote_text, settings, kitchen, chef, django_assert_num_queries
):
    options = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2, "retry": Retry(NoBackoff(), 0)}
    gone = {"BACKEND": "pizzeria.operations.cache.FailOpenRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {name: {**gone, "OPTIONS": options} for name in ("default", "sessions")}

    with django_assert_num_queries(2):
        assert cached_quote(at=FRIDAY_NIGHT).accepts_orders
    pause(kitchen, chef)
    assert re.fullmatch(PAUSED, quote_text())


def test_a_change_in_another_process_is_shown_after_a_second(kitchen, chef, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(quotes.time, "monotonic", lambda: now)
    assert cached_quote(at=FRIDAY_NIGHT).accepts_orders
    copy = quotes._copy
    pause(kitchen, chef)
    quotes.invalidate_quote()
    monkeypatch.setattr(quotes, "_copy", copy)  # as another process has it
    now += quotes.COPY_SECONDS

    assert not cached_quote(at=FRIDAY_NIGHT).accepts_orders


def test_a_page_that_does_not_show_the_quote_does_not_query_for_it(client, kitchen, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse("users:sign_in"))
