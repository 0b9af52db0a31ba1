"""The step of the checkout page by which a guest proves the phone number."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from kitchen.models import Kitchen
from orders.models import Order, PhoneProof
from orders.models.phone_proof import MAX_WRONG_CODES
from orders.services import enter_phone_code
from pizzeria.foundation import clock
from pizzeria.foundation.actor import GUEST
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden, send

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")

SEND_CODE = {"send_code": "1"}


@pytest.fixture
def form(client, change_shop):
    """Return the data of the checkout form, in a shop that asks every guest for a proof."""
    change_shop(every_guest_proves_phone=True)
    add(client)
    return {**ANNA, "notes": "ring twice", **hidden(client.get(reverse("orders:checkout")))}


def buttons(page):
    """Return the submit buttons of the checkout form by their text, without those that only compute the total."""
    checkout = page.content.decode().partition('id="checkout"')[2].partition("</form>")[0]
    return [
        " ".join(text.split())
        for text in re.findall(
            r'<button(?![^>]*name="update")[^>]*class="button[^>]*>(.*?)</button>', checkout, re.DOTALL
        )
    ]


def test_a_guest_is_told_why_and_keeps_what_was_typed(client, form):
    page = send(client, form)

    assert page.status_code == 409
    assert "we ask everybody who orders without an account for one more step" in page.content.decode()
    assert buttons(page) == ["Send me a code"]
    assert page.context["form"]["notes"].value() == "ring twice"
    assert not Order.objects.exists()


def test_from_the_refusal_to_the_order_by_a_code(client, form):
    refused = send(client, form)
    page = send(client, form, **hidden(refused), **SEND_CODE)
    assert page.status_code == 200
    assert [re.sub(" · .*", "", text) for text in buttons(page)] == ["Place the order", "Send another code"]
    assert page.context["form"]["notes"].value() == "ring twice"

    response = send(client, form, **hidden(page), code=PhoneProof.objects.get().code)

    order = Order.objects.get()
    assert response.url == reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])


def test_a_wrong_code_is_reported_beside_its_field_and_can_be_corrected(client, form):
    page = send(client, form, **SEND_CODE)
    code = PhoneProof.objects.get().code

    wrong = send(client, form, **hidden(page), code=f"{(int(code) + 1) % 1_000_000:06}")
    assert wrong.status_code == 422
    assert "That is not the code that we sent to this number." in wrong.content.decode()
    assert wrong.context["form"]["code"].value()

    assert send(client, form, **hidden(wrong), code=code).status_code == 302


def test_without_a_code_the_field_for_it_is_shown_again(client, form):
    page = send(client, form, **SEND_CODE)

    again = send(client, form, **hidden(page))
    assert again.status_code == 409
    assert 'name="code"' in again.content.decode()


def test_a_code_for_another_number_is_asked_for_when_the_number_is_changed(client, form):
    page = send(client, form, **SEND_CODE)

    other = send(client, form, **hidden(page), phone="333 123 4567")
    assert buttons(other) == ["Send me a code"]


def test_a_form_that_is_sent_twice_with_its_code_places_one_order(client, form):
    page = send(client, form, **SEND_CODE)
    answered = {**form, **hidden(page), "code": PhoneProof.objects.get().code}

    first, second = send(client, answered), send(client, answered)
    assert first.url == second.url
    assert Order.objects.count() == 1


def test_an_invalid_form_sends_no_code(client, form):
    page = send(client, form, phone="12", **SEND_CODE)

    assert page.status_code == 422
    assert not PhoneProof.objects.exists()


@pytest.mark.usefixtures("tonight")
def test_too_many_codes_are_answered_with_429_and_when_to_come_back(client, form, settings):
    settings.SHOP_CODES_PER_NUMBER_AND_HOUR = 1
    send(client, form, **SEND_CODE)
    PhoneProof.objects.update(requested_at=clock.now() - timedelta(minutes=1))

    page = send(client, form, **SEND_CODE)
    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 3600
    assert "That was tried too often." in page.content.decode()
    assert page.context["form"]["notes"].value() == "ring twice"
    assert 'name="code"' in page.content.decode()  # of the first one


@pytest.mark.usefixtures("tonight")
def test_too_many_checkouts_are_answered_with_429(client, form, settings, change_shop):
    settings.SHOP_CHECKOUTS_PER_HOUR = 1
    send(client, form)

    page = send(client, form)
    assert page.status_code == 429
    assert page.headers["Retry-After"]


def test_after_too_many_wrong_codes_the_page_says_so_and_offers_another_one(client, form):
    page = send(client, form, **SEND_CODE)
    PhoneProof.objects.update(wrong_codes=MAX_WRONG_CODES)

    page = send(client, form, **hidden(page), code="000000")
    assert page.status_code == 422
    assert "That is not the code that we sent to this number." in page.content.decode()
    assert buttons(page) == ["Send me a code"]


def test_a_code_that_could_not_be_sent_is_reported_with_what_else_can_be_done(client, form):
    page = send(client, form, **SEND_CODE)
    PhoneProof.objects.update(due_at=None)

    html = send(client, form, **hidden(page)).content.decode()
    assert "We could not send a code to <bdi>+39 06 1234 5678</bdi>." in html
    assert 'value="sign_in"' in html


def test_a_guest_who_needs_no_code_any_more_can_place_the_order(client, form, change_shop):
    page = send(client, form)
    change_shop(every_guest_proves_phone=False)

    page = send(client, form, **hidden(page), **SEND_CODE)
    assert "You need no code for this order." in page.content.decode()
    assert [text.partition(" · ")[0] for text in buttons(page)] == ["Place the order"]
    assert send(client, form, **hidden(page)).status_code == 302


def test_a_shop_without_sms_asks_to_sign_in_or_to_call(client, form, settings):
    settings.NOTIFY_SMS_URL = ""

    page = send(client, form)
    assert buttons(page) == ["Try again"]
    assert 'value="sign_in"' in page.content.decode()
    assert send(client, form, **SEND_CODE).status_code == 409


def test_a_customer_sees_nothing_of_it(sign_in, client, form):
    sign_in(CUSTOMER)
    add(client)

    assert send(client, {**ANNA, **hidden(client.get(reverse("orders:checkout")))}).status_code == 302


def test_a_flood_over_http_stops_at_the_share_of_its_address_and_others_still_order(client, change_shop, settings):
    """Behind one proxy; what the client itself puts into the header counts for nothing."""
    change_shop(guest_share_percent=25)
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def order(number, address):
        headers = {"X-Forwarded-For": f"198.51.100.{number}, {address}"}
        client.cookies.clear()
        client.post(reverse("orders:add_to_basket"), {"item": "cola", "quantity": "1"}, headers=headers)
        page = client.get(reverse("orders:checkout"), headers=headers)
        form = {**ANNA, **hidden(page), "phone": f"333 123 45{number:02}"}
        return client.post(reverse("orders:checkout"), form, headers=headers).status_code

    assert [order(number, "203.0.113.7") for number in range(8)] == [302] * 5 + [409] * 3
    assert order(9, "203.0.113.8") == 302
    assert Order.objects.exclude(contact__client="").count() == 6


def test_a_basket_that_is_too_large_says_so_before_anything_is_typed(client, form, change_shop):
    change_shop(pizzas_per_order=1, phone=None)
    add(client)

    for name in ("basket", "checkout"):
        page = client.get(reverse(f"orders:{name}"))
        html = page.content.decode()
        assert "For more than 1 pizza we need to know early. Please call us." in html
        assert "We keep your basket." in html
        assert "until then" not in html
        assert not page.context["basket"].can_check_out


def test_a_basket_that_is_too_large_for_the_kitchen_says_so_in_the_same_way(client, form, change_shop):
    change_shop(phone=None)
    Kitchen.objects.update(max_open_pizzas=1)
    add(client)

    html = client.get(reverse("orders:basket")).content.decode()
    assert "Our oven cannot make that many pizzas at once. Please call us." in html
    assert "until then" not in html


def test_drinks_can_be_ordered_while_no_more_pizzas_can(client, kitchen):
    Kitchen.objects.update(max_open_pizzas=1)
    shop.place(at=clock.now())
    add(client, item="cola")

    page = client.get(reverse("orders:checkout"))
    assert page.context["basket"].can_check_out
    assert send(client, {**ANNA, **hidden(page)}).status_code == 302


def test_a_proof_that_was_given_needs_no_code_again(client, form):
    page = send(client, form, **SEND_CODE)
    proof = PhoneProof.objects.get()
    enter_phone_code(basket=proof.basket.ref, phone=proof.phone, code=proof.code, by=GUEST, at=clock.now())

    assert send(client, form, **hidden(page)).status_code == 302
