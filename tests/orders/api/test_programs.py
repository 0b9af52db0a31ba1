"""Orders of a program that acts on its own account, such as a till: its guests have no account, only the link."""

import pytest
from django.urls import reverse

from orders import selectors as order_selectors
from orders import services as order_services
from orders.models import Order, PaymentMethod
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.orders.api.order_bodies import body
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")


@pytest.fixture
def till(caller, settings):
    settings.OIDC_AUDIENCES = ["till"]
    return caller("pos", azp="till", preferred_username="service-account-till")


def test_the_guest_of_a_program_pays_and_follows_the_order_by_its_link_alone(till, client, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"

    placed = till.post("/orders", body(payment_method=None)).json()

    order = Order.objects.get()
    link = [order.ref, order.contact.guest_token]
    assert placed["payment"]["url"] == settings.SHOP_ORIGIN + reverse("payments:guest_pay", args=link)
    assert order_selectors.order_url(order) == reverse("orders:guest_order", args=link)
    assert client.get(reverse("orders:guest_order", args=link)).status_code == 200
    assert client.get(reverse("orders:guest_order", args=[order.ref, "x" * 43])).status_code == 404


def test_the_link_with_which_everybody_may_pay_an_order_is_shown_to_the_program_that_placed_it_alone(
    till, caller, settings
):
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"
    placed = till.post("/orders", body(payment_method=None), key="order-1").json()
    secret = Order.objects.get().contact.guest_token
    path, staff = f"/orders/{placed['id']}", ("chef", "manager", "admin")
    others = {role: caller(role, azp="till").get(path) for role in staff}

    again = till.post("/orders", body(payment_method=None), key="order-1").json()

    assert secret in placed["payment"]["url"] == again["payment"]["url"]
    assert till.get(path).json()["payment"]["url"] == placed["payment"]["url"]
    for role, answer in others.items():
        assert (answer.status_code, answer.json()["payment"]["url"]) == (200, None), role
        assert secret not in answer.content.decode()


def test_the_page_on_which_a_guest_pays_is_not_shown_to_staff(caller, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"
    order = shop.place(payment_method=PaymentMethod.CREDIT_CARD)

    shown = caller("manager").get(f"/orders/{order.ref}")

    assert (shown.json()["status"], shown.json()["payment"]["url"]) == ("pending", None)
    assert order.contact.guest_token not in shown.content.decode()


def test_a_program_keeps_the_order_that_its_guest_has_the_link_of(till, client):
    placed = till.post("/orders", body()).json()
    order = Order.objects.get()
    guest = shop.with_link(order, by=shop.hire(CUSTOMER))

    page = client.get(order_selectors.order_url(order))
    with pytest.raises(order_services.OrderNotFound):
        order_services.link_order_to_customer(ref=order.ref, by=guest, at=FRIDAY_NIGHT)

    assert reverse("orders:link_order", args=[order.ref, order.contact.guest_token]) not in page.content.decode()
    assert till.get(f"/orders/{placed['id']}").status_code == 200


def test_the_order_of_a_person_has_no_link_that_opens_it_without_the_account(caller):
    anna = caller("customer")

    anna.post("/orders", body())

    assert Order.objects.get().contact.guest_token == ""
    assert_refused(
        caller("customer", subject="another").get(f"/orders/{Order.objects.get().ref}"), 404, "order_not_found"
    )
