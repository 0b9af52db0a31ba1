"""The way from the checkout to the gateway's page and back, as a guest's browser goes it."""

import re
from html import unescape

import pytest
from django.urls import reverse

from menu.models import Pizza
from menu.services import mark_sold_out
from orders import selectors as order_selectors
from orders.models import Order, OrderStatus, PaymentMethod
from orders.payments.models import PaymentAttempt
from orders.payments.selectors import page_url
from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import CUSTOMER
from tests.orders.payments.payment_helpers import AFTER_THE_HOLD, attempt_of, now, pay, start, sync
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden, send

pytestmark = pytest.mark.django_db


def order_by_card(client, **typed):
    """Fill in the checkout and choose to pay by card; return the page to which it leads, and the order."""
    add(client)
    page = client.get(reverse("orders:checkout"))
    response = send(client, {**ANNA, **hidden(page)}, payment_method="credit_card", **typed)
    return response, Order.objects.select_related("contact").latest("pk")


def refreshed_to(page):
    """Return the address to which a page leads by itself."""
    return unescape(re.search(r'http-equiv="refresh"\s+content="\d; url=([^"]+)"', page.content.decode())[1])


def test_a_shop_without_a_gateway_takes_cash_and_does_not_ask(kitchen, client):
    add(client)

    page = client.get(reverse("orders:checkout")).content.decode()

    assert 'name="payment_method"' not in page
    assert "You pay in cash" in page


def test_the_checkout_offers_cash_and_cards_and_names_the_gateway(stripe, client):
    add(client)

    page = client.get(reverse("orders:checkout")).content.decode()

    assert re.findall(r'name="payment_method" value="(\w+)"', page) == ["cash", "credit_card"]
    assert "By card you pay on the page of Stripe." in page


def test_an_order_in_cash_is_confirmed_as_ever(stripe, client):
    add(client)
    page = client.get(reverse("orders:checkout"))

    send(client, {**ANNA, **hidden(page)}, payment_method="cash")

    assert Order.objects.get().status == OrderStatus.CONFIRMED


@pytest.mark.parametrize("typed", ["", "debit_card", "gold"])
def test_a_way_to_pay_that_is_not_offered_is_refused_with_the_form_as_typed(stripe, client, typed):
    add(client)
    page = client.get(reverse("orders:checkout"))

    response = send(client, {**ANNA, **hidden(page)}, payment_method=typed)

    assert response.status_code == 422
    assert not Order.objects.exists()


def test_an_order_by_card_leads_to_our_own_page_and_from_there_to_the_gateways(stripe, client):
    response, order = order_by_card(client)
    assert response.url == page_url("pay", order)

    page = client.get(response.url)

    assert page.status_code == 200
    assert refreshed_to(page) == attempt_of(order).url
    assert attempt_of(order).url.startswith(stripe.url)


def test_the_page_opened_twice_leads_to_the_same_session(stripe, client, card_order):
    first, second = (refreshed_to(client.get(page_url("pay", card_order))) for _ in range(2))

    assert first == second


def test_coming_back_from_the_gateway_confirms_the_order_and_shows_it(stripe, client, card_order):
    client.get(page_url("pay", card_order))

    address = stripe.pay(attempt_of(card_order).session_id)

    assert address.endswith(page_url("returned", card_order))
    response = client.get(page_url("returned", card_order))
    assert response.url == order_selectors.order_url(card_order)
    assert now(card_order).status == OrderStatus.CONFIRMED


def test_coming_back_while_the_gateway_does_not_answer_shows_the_order_which_waits(stripe, client, card_order):
    pay(stripe, card_order)
    stripe.faults.change(Fault("checkout.sessions.*", "refuse", status=500))

    response = client.get(page_url("returned", card_order))

    assert response.url == order_selectors.order_url(card_order)
    assert "Waiting for your payment" in client.get(response.url).content.decode()


def test_leaving_the_gateways_page_offers_the_card_again_and_cash(stripe, client, card_order):
    start(card_order)

    page = client.get(page_url("left", card_order)).content.decode()

    assert page_url("pay", card_order) in page
    assert page_url("again", card_order) in page


def test_going_back_to_the_checkout_leads_to_the_payment_of_the_order_that_the_basket_has_become(stripe, client):
    _response, order = order_by_card(client)

    assert client.get(reverse("orders:checkout")).url == page_url("left", order)
    assert page_url("left", order) in client.get(reverse("orders:basket")).content.decode()


def test_going_back_to_the_checkout_once_it_is_paid_offers_nothing_to_pay(stripe, client):
    _response, order = order_by_card(client)
    pay(stripe, order)
    sync(order)

    assert client.get(reverse("orders:checkout")).url == reverse("menu:index")
    assert page_url("left", order) not in client.get(reverse("orders:basket")).content.decode()


@pytest.mark.parametrize("name", ["pay", "left"])
def test_an_order_whose_time_for_the_card_is_over_offers_cash_alone(stripe, client, card_order, name):
    PaymentAttempt.objects.update(expires_at=clock.now())

    page = client.get(page_url(name, card_order)).content.decode()

    assert "by card is over" in page
    assert page_url("again", card_order) in page
    assert f'href="{page_url("pay", card_order)}"' not in page


def test_a_payment_that_the_gateway_refuses_offers_cash_alone(stripe, client, card_order):
    stripe.faults.change(Fault("checkout.sessions.create", "refuse", status=400))

    page = client.get(page_url("pay", card_order)).content.decode()

    assert "does not take this payment" in page
    assert f'href="{page_url("pay", card_order)}"' not in page


def test_a_gateway_that_does_not_answer_is_told_to_the_guest_who_is_offered_cash(stripe, client, card_order):
    stripe.faults.change(Fault("checkout.sessions.create", "drop_before"))

    page = client.get(page_url("pay", card_order))

    assert page.status_code == 503
    assert "Cards do not work just now" in page.content.decode()
    assert page_url("again", card_order) in page.content.decode()
    assert now(card_order).status == OrderStatus.PENDING


def test_after_a_gateway_gave_no_answer_the_next_guest_does_not_wait_for_it(stripe, client, card_order):
    stripe.faults.change(Fault("checkout.sessions.create", "drop_before"))
    client.get(page_url("pay", card_order))
    stripe.faults.change()

    assert client.get(page_url("pay", card_order)).status_code == 503, "the breaker is tripped"
    assert not attempt_of(card_order).session_id


def test_cash_instead_takes_two_taps_from_the_gateways_page_to_a_confirmed_order(stripe, client):
    response, order = order_by_card(client, notes="Ring twice")
    client.get(response.url)

    checkout = client.post(page_url("again", order), follow=True)

    form = checkout.context["form"]
    assert (now(order).status, now(order).payment_failure) == (OrderStatus.CANCELLED, "given_up")
    assert (form["name"].value(), form["notes"].value()) == ("Anna Bianchi", "Ring twice")
    assert form["payment_method"].value() == PaymentMethod.CASH
    send(client, {**ANNA, **hidden(checkout)}, payment_method="cash")
    again = Order.objects.latest("pk")
    assert (again.status, again.total) == (OrderStatus.CONFIRMED, order.total)


def test_cash_instead_pressed_twice_copies_the_basket_once(stripe, client):
    _response, order = order_by_card(client)

    client.post(page_url("again", order))
    checkout = client.post(page_url("again", order), follow=True)

    assert checkout.context["basket"].totals.total == order.total


def test_cash_instead_after_the_card_was_paid_shows_the_paid_order(stripe, client, card_order):
    pay(stripe, card_order)

    response = client.post(page_url("again", card_order))

    assert response.url == order_selectors.order_url(card_order)
    assert now(card_order).status == OrderStatus.CONFIRMED


def test_cash_instead_while_the_gateway_does_not_answer_cancels_and_copies_all_the_same(stripe, client):
    _response, order = order_by_card(client)
    start(order)
    stripe.faults.change(Fault("checkout.sessions.*", "drop_before"))

    response = client.post(page_url("again", order))

    assert response.url == reverse("orders:checkout")
    assert now(order).status == OrderStatus.CANCELLED
    assert PaymentAttempt.objects.get().state == "open", "the sweeper still looks whether it was paid"


def test_a_failed_order_is_copied_for_whichever_browser_opens_its_link_and_names_what_is_sold_out(
    stripe, client, card_order
):
    start(card_order)
    sync(card_order, later=AFTER_THE_HOLD)
    mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=SYSTEM, at=clock.now())

    page = client.post(page_url("again", card_order), follow=True)

    assert "Sold out meanwhile: Margherita." in page.content.decode()


def test_the_page_of_a_failed_order_says_why_and_offers_it_again(stripe, client, card_order):
    sync(card_order, later=AFTER_THE_HOLD)

    page = client.get(order_selectors.order_url(card_order)).content.decode()

    assert "Payment failed: it was not paid in time." in page
    assert page_url("again", card_order) in page


def test_the_page_of_a_pending_order_leads_to_its_payment_and_cannot_be_linked_to_an_account(
    stripe, client, card_order
):
    page = client.get(order_selectors.order_url(card_order)).content.decode()

    assert page_url("pay", card_order) in page
    assert "link-order" not in page


def test_a_customers_last_way_to_pay_is_chosen_already(stripe, sign_in, client):
    sign_in(CUSTOMER)
    order_by_card(client)
    add(client)

    assert client.get(reverse("orders:checkout")).context["form"]["payment_method"].value() == "credit_card"


@pytest.mark.parametrize("name", ["pay", "returned", "left", "again"])
def test_the_pages_of_a_customers_payment_are_for_that_customer_alone(stripe, sign_in, client, name, marta):
    sign_in(CUSTOMER)
    order = order_by_card(client)[1]
    client.logout()
    sign_in(CUSTOMER, first_name="Other")

    assert client.get(page_url(name, order)).status_code in (404, 405)
    assert client.post(page_url(name, order)).status_code in (404, 405)


def test_a_price_that_changes_while_it_is_paid_changes_nothing(stripe, client, card_order):
    Pizza.objects.update(base_price="99.00")
    pay(stripe, card_order)

    assert sync(card_order).paid == card_order.total
