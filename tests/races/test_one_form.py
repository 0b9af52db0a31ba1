"""One form sent many times at once makes one order; without the idempotency key, the basket still allows only one."""

from functools import partial
from uuid import uuid4

import pytest
from django.conf import settings

from kitchen.models import Ticket
from orders import selectors as order_selectors
from orders.models import Order
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from tests import shop
from tests.live.server_process import serving
from tests.orders.test_basket import add
from tests.races.concurrency import all_at_once
from tests.races.test_killed import Browser

SENDERS = 12

pytestmark = pytest.mark.django_db(transaction=True)


def test_placing_an_order_twelve_times_at_once_with_one_key_returns_the_same_order_each_time(kitchen):
    basket = shop.basket_of()
    idempotency = IdempotentRequest.of(principal=f"basket:{basket.ref}", key=uuid4(), data={"name": "Anna"})
    send = partial(shop.place, basket, shown_total=shop.total_of(basket), idempotency=idempotency)

    outcomes = all_at_once([send] * SENDERS)

    assert {outcome.ref for outcome in outcomes} == {Order.objects.get().ref}
    assert Ticket.objects.count() == 1


def test_control_without_the_idempotency_key_eleven_of_twelve_requests_are_refused(kitchen):
    basket = shop.basket_of()
    send = partial(shop.place, basket, shown_total=shop.total_of(basket))

    outcomes = all_at_once([send] * SENDERS)

    assert sorted(getattr(outcome, "code", "ordered") for outcome in outcomes) == ["basket_spent"] * 11 + ["ordered"]
    assert Order.objects.count() == 1


@pytest.fixture
def anna(kitchen, client):
    """Yield Anna's browser with one Margherita in the basket, at a server that handles concurrent requests."""
    add(client)
    browser = Browser(client.cookies[settings.SESSION_COOKIE_NAME].value)
    with serving() as server:
        browser.port = server.port
        yield browser


def test_a_checkout_form_sent_twelve_times_at_once_leads_to_the_same_order_each_time(anna):
    outcomes = all_at_once([partial(anna.send, anna.open_checkout())] * SENDERS)

    assert set(outcomes) == {order_selectors.order_url(Order.objects.get())}
    assert Ticket.objects.count() == 1
