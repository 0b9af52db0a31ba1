"""Two first items of one session at the same time: they fill one basket."""

from functools import partial
from threading import Barrier
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import Basket, BasketLine
from orders.views import basket_session
from pizzeria.foundation import failpoints
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import CUSTOMER
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]


def add_two_at_once(client):
    """Add two pizzas in two requests of one session, both of which have found no basket in it."""
    both_have_begun = Barrier(2)

    def add(item):
        tab = Client()
        tab.cookies = client.cookies.copy()
        return tab.post(
            reverse("orders:add_to_basket"), {"item": item, "size": "small", "quantity": "1", "key": str(uuid4())}
        ).status_code

    wait = partial(both_have_begun.wait, timeout=THREAD_TIMEOUT)
    with failpoints.armed("orders.add_to_basket.begun", wait):
        return all_at_once([partial(add, item) for item in ("margherita", "pepperoni")])


def test_two_first_items_of_a_session_at_the_same_time_are_in_one_basket(sign_in):
    client = sign_in(CUSTOMER)

    assert add_two_at_once(client) == [302, 302]

    assert sorted(line.slug for line in Basket.objects.get().lines.all()) == ["margherita", "pepperoni"]
    assert len(client.get(reverse("orders:basket")).context["basket"].lines) == 2


def test_control_with_a_random_ref_each_of_them_makes_a_basket(sign_in, monkeypatch):
    monkeypatch.setattr(basket_session, "next_basket_ref", lambda _request, **_: uuid7())
    client = sign_in(CUSTOMER)

    add_two_at_once(client)

    assert BasketLine.objects.count() == 2
    assert len(client.get(reverse("orders:basket")).context["basket"].lines) == 1
