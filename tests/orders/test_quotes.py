"""What the menu says to those who have not ordered yet: when it would be ready, or why nobody can order."""

import re
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
from tests.shop import FRIDAY_NIGHT

CARD, PIZZA, BASKET = reverse("menu:index"), reverse("menu:pizza", args=["margherita"]), reverse("orders:basket")
OPEN = r"Order now, and it is ready in about 1\d minutes\."
FULL = r"The kitchen is at capacity\. Please try again in about \d+ minutes\."
PAUSED = r"The kitchen is taking a break \(The oven is cold\)\. Please try again later\."


@pytest.fixture
def _kept_longer(monkeypatch):
    """Keep it for longer than any test takes: only what throws it away makes it another."""
    monkeypatch.setattr(quotes, "CACHE_SECONDS", 3600)


@pytest.fixture
def said(client, kitchen, _kept_longer):
    """Read it off both pages of the menu: `reason_note()`."""

    def said():
        pages = [client.get(address).content.decode() for address in (CARD, PIZZA)]
        [one, other] = [re.search(r'<p class="quote.*?<span>(.*?)</span>', page, re.DOTALL)[1] for page in pages]
        assert one == other
        return one

    return said


def pause(kitchen, by, until=None):
    kitchen_services.pause(kitchen=kitchen, reason="The oven is cold", until=until, by=by, at=clock.now())


def test_is_there_before_anything_is_in_the_basket(client, kitchen, chef):
    pause(kitchen, chef)

    assert re.search(PAUSED, client.get(BASKET).content.decode())


def test_is_when_it_would_be_ready(said):
    assert re.fullmatch(OPEN, said())


def test_is_at_once_that_the_kitchen_is_paused_and_that_it_is_open_again(
    said, kitchen, chef, django_capture_on_commit_callbacks
):
    assert re.fullmatch(OPEN, said())

    with django_capture_on_commit_callbacks(execute=True):
        pause(kitchen, chef)
        assert re.fullmatch(OPEN, said())  # nobody is told of what is not committed
    assert re.fullmatch(PAUSED, said())

    with django_capture_on_commit_callbacks(execute=True):
        kitchen_services.resume(kitchen=kitchen, by=chef, at=clock.now())
    assert re.fullmatch(OPEN, said())


def test_is_at_once_that_the_kitchen_is_full_and_that_it_is_not_any_more(
    said, kitchen, manager, django_capture_on_commit_callbacks
):
    Kitchen.objects.update(max_concurrent_orders=1)
    assert re.fullmatch(OPEN, said())

    with django_capture_on_commit_callbacks(execute=True):
        order = shop.place(at=clock.now())
    assert re.fullmatch(FULL, said())

    with django_capture_on_commit_callbacks(execute=True):
        kitchen_services.change_capacity(
            kitchen=kitchen, max_concurrent_orders=2, oven_slots=5, by=manager, at=clock.now()
        )
    assert re.fullmatch(OPEN, said())

    Kitchen.objects.update(max_concurrent_orders=1)
    with django_capture_on_commit_callbacks(execute=True):
        order_services.cancel_order(ref=order.ref, reason=CancelReason.SOLD_OUT, by=manager, at=clock.now())
    assert re.fullmatch(OPEN, said())


@pytest.mark.usefixtures("_kept_longer")
def test_is_asked_for_once_and_then_known(kitchen, django_assert_num_queries):
    with django_assert_num_queries(2):
        told = cached_quote(at=FRIDAY_NIGHT)

    with django_assert_num_queries(0):
        assert cached_quote(at=FRIDAY_NIGHT) == told


def test_is_kept_for_five_seconds_at_most(kitchen, monkeypatch):
    cache = Mock(**{"get.return_value": None})
    monkeypatch.setattr(quotes, "cache", cache)

    told = cached_quote(at=FRIDAY_NIGHT)

    cache.set.assert_called_once_with(quotes.CACHE_KEY, told, 5)


def test_is_said_without_redis_and_costs_its_two_questions(said, settings, kitchen, chef, django_assert_num_queries):
    options = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2, "retry": Retry(NoBackoff(), 0)}
    gone = {"BACKEND": "pizzeria.operations.cache.FailOpenRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {name: {**gone, "OPTIONS": options} for name in ("default", "sessions")}

    with django_assert_num_queries(2):
        assert cached_quote(at=FRIDAY_NIGHT).accepts_orders
    pause(kitchen, chef)
    assert re.fullmatch(PAUSED, said())


def test_is_not_asked_for_by_pages_that_do_not_say_it(client, kitchen, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse("users:sign_in"))
