"""The page that is shown when a POST-only URL is visited."""

import pytest
from django.urls import reverse

from kitchen.models import Kitchen
from orders.models import Basket
from pizzeria.users.roles import MANAGER
from tests.orders.test_order_page import link

pytestmark = pytest.mark.usefixtures("kitchen")

BUTTONS = ["orders:add_to_basket", "users:sign_out", "kitchen:resume"]


@pytest.mark.parametrize("name", BUTTONS)
def test_visiting_a_post_only_url_shows_a_405_page_in_the_shops_layout(sign_in, name):
    response = sign_in(MANAGER, first_name="Marta").get(reverse(name))

    html = response.content.decode()
    assert (response.status_code, response["Content-Type"]) == (405, "text/html; charset=utf-8")
    assert "POST" in response["Allow"]
    assert "A button, not a page" in html
    assert "Marta" in html
    assert f'<a class="button" href="{reverse("orders:home")}">' in html


def test_visiting_a_post_only_url_changes_nothing(client):
    client.get(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})

    assert not Basket.objects.exists()


def test_a_guest_who_visits_a_post_only_url_of_staff_is_redirected_to_sign_in(client):
    assert client.get(reverse("kitchen:pause")).url.startswith(reverse("users:sign_in"))
    assert Kitchen.objects.get().taking_orders


def test_posting_a_form_to_a_page_gets_a_405_answer_without_content(client, placed_order):
    response = client.post(link(placed_order))

    assert (response.status_code, response.content) == (405, b"")


def test_posting_to_a_stream_gets_a_405_answer_without_content(client):
    response = client.post(reverse("live:board"))

    assert (response.status_code, response.content) == (405, b"")


def test_visiting_a_post_only_url_of_the_admin_shows_the_405_page(sign_in):
    response = sign_in(MANAGER).get(reverse("admin:logout"))

    assert response.status_code == 405
    assert "A button, not a page" in response.content.decode()
