"""The guest's order page by the rules of axe-core, in each status, in light and dark, on a phone and on a screen."""

import pytest
from django.urls import reverse

from pizzeria.foundation import clock
from tests import shop
from tests.e2e.accessibility import findings
from tests.e2e.browsers import WITH_JAVASCRIPT

pytestmark = [pytest.mark.django_db(transaction=True), WITH_JAVASCRIPT]

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def guest_order(shop):
    """Return an order that was placed just now, for pickup."""
    return place_now()


def place_now(**terms):
    at = clock.now()
    return shop.place(shop.basket_of(at=at), at=at, **terms)


def link(order):
    return reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])


def test_axe_finds_what_is_wrong_in_a_page(open_page, guest_order):
    page = open_page(viewport=PHONE)
    page.goto(link(guest_order))
    page.evaluate("() => document.querySelector('#tracker').insertAdjacentHTML('beforeend', '<button></button>')")

    found = findings(page, scheme="light")

    assert len(found) == 1
    assert found[0].startswith("button-name: <button></button>")
