"""The streams' doors: who may follow what. No answer leads anywhere: an EventSource would follow it."""

from uuid import uuid4

import pytest
from django.urls import reverse

from orders import selectors as order_selectors
from pizzeria.live import views
from pizzeria.live.hub import Stream
from pizzeria.live.topics import Topic
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import shop

pytestmark = pytest.mark.usefixtures("kitchen")

BOARD = reverse("live:board")
WELCOME = 204  # to a server of threads, which has no stream to give


def stream_of(order):
    return f"/stream{order_selectors.order_url(order)}"


@pytest.mark.parametrize(("role", "status"), [(KITCHEN, WELCOME), (MANAGER, WELCOME), (CUSTOMER, 403), (DRIVER, 403)])
def test_of_the_board_opens_to_whoever_may_see_it(sign_in, role, status):
    assert sign_in(role).get(BOARD).status_code == status


def test_of_the_board_stays_shut_to_a_guest(client):
    assert client.get(BOARD).status_code == 401


def test_of_a_guests_order_opens_by_its_link_alone(client, placed_order):
    key = placed_order.contact.guest_token

    assert client.get(stream_of(placed_order)).status_code == WELCOME
    assert client.get(reverse("live:guest_order", args=[placed_order.ref, "k" * 43])).status_code == 404
    assert client.get(reverse("live:guest_order", args=[uuid4(), key])).status_code == 404
    assert client.get(reverse("live:order", args=[placed_order.ref])).status_code == 401


def test_of_a_customers_order_opens_to_them_and_to_staff_alone(sign_in, client):
    anna = sign_in(CUSTOMER)
    order = shop.place(by=shop.acting_as(CUSTOMER, anna.user.pk))

    assert anna.get(stream_of(order)).status_code == WELCOME
    assert sign_in(CUSTOMER).get(stream_of(order)).status_code == 404
    assert sign_in(MANAGER).get(stream_of(order)).status_code == WELCOME


def test_are_at_the_address_that_the_page_names(client, placed_order):
    html = client.get(order_selectors.order_url(placed_order)).content.decode()

    assert f'data-stream="{stream_of(placed_order)}"' in html
    assert stream_of(placed_order) == reverse(
        "live:guest_order", args=[placed_order.ref, placed_order.contact.guest_token]
    )
    assert f'data-version="{placed_order.seq}"' in html


def test_shut_when_one_reader_holds_too_many(client, placed_order, monkeypatch):
    topic = Topic("order", placed_order.ref)
    many = {Stream(topic, f"link {placed_order.ref}") for _ in range(views.MOST_STREAMS)}
    monkeypatch.setattr(views.hub, "_streams", many)

    assert client.get(stream_of(placed_order)).status_code == 429


def test_take_no_orders(client, placed_order):
    assert client.post(stream_of(placed_order)).status_code == 405
