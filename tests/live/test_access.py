"""Access to the event streams. A refusal is a status without a redirect, because an EventSource would follow it."""

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
WELCOME = 204  # what WSGI answers in place of a stream


def stream_of(order):
    return f"/stream{order_selectors.order_url(order)}"


@pytest.mark.parametrize(("role", "status"), [(KITCHEN, WELCOME), (MANAGER, WELCOME), (CUSTOMER, 403), (DRIVER, 403)])
def test_the_stream_of_the_board_is_open_only_to_roles_that_may_see_the_board(sign_in, role, status):
    assert sign_in(role).get(BOARD).status_code == status


def test_the_stream_of_the_board_is_closed_to_a_guest(client):
    assert client.get(BOARD).status_code == 401


def test_the_stream_of_a_guests_order_is_open_by_its_link_only(client, placed_order):
    key = placed_order.contact.guest_token

    assert client.get(stream_of(placed_order)).status_code == WELCOME
    assert client.get(reverse("live:guest_order", args=[placed_order.ref, "k" * 43])).status_code == 404
    assert client.get(reverse("live:guest_order", args=[uuid4(), key])).status_code == 404
    assert client.get(reverse("live:order", args=[placed_order.ref])).status_code == 401


def test_the_stream_of_a_customers_order_is_open_to_its_owner_and_to_staff_only(sign_in, client):
    anna = sign_in(CUSTOMER)
    order = shop.place(by=shop.acting_as(CUSTOMER, anna.user.pk))

    assert anna.get(stream_of(order)).status_code == WELCOME
    assert sign_in(CUSTOMER).get(stream_of(order)).status_code == 404
    assert sign_in(MANAGER).get(stream_of(order)).status_code == WELCOME


def test_the_order_page_names_the_url_of_its_stream_and_its_version(client, placed_order):
    html = client.get(order_selectors.order_url(placed_order)).content.decode()

    assert f'data-stream="{stream_of(placed_order)}"' in html
    assert stream_of(placed_order) == reverse(
        "live:guest_order", args=[placed_order.ref, placed_order.contact.guest_token]
    )
    assert f'data-version="{placed_order.seq}"' in html


def test_a_stream_is_refused_if_its_reader_holds_too_many(client, placed_order, monkeypatch):
    topic = Topic("order", placed_order.ref)
    many = {Stream(topic, f"link {placed_order.ref}") for _ in range(views.MAX_STREAMS_PER_CLIENT)}
    monkeypatch.setattr(views.hub, "_streams", many)

    assert client.get(stream_of(placed_order)).status_code == 429


def test_a_stream_does_not_accept_post_requests(client, placed_order):
    assert client.post(stream_of(placed_order)).status_code == 405
