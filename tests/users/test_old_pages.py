"""Posts of a form that was opened before its user signed in or out: the CSRF token is no longer valid."""

import re
from html import unescape

import pytest
from django.urls import reverse

from orders.models import Order
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden

OURS, CHECKOUT = "http://testserver", reverse("orders:checkout")
KEPT = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


@pytest.fixture
def strict(client):
    client.handler.enforce_csrf_checks = True
    return client


@pytest.fixture
def form(kitchen, client):
    add(client)
    return {**ANNA, **hidden(client.get(CHECKOUT)), "notes": 'two\nlines & a "word"'}


def send(browser, address, form, origin=OURS):
    headers = {"Origin": origin, "Referer": f"{origin}{address}"}
    return browser.post(address, {"csrfmiddlewaretoken": "old", **form}, headers=headers)


def kept(response):
    return {unescape(name): unescape(value) for name, value in KEPT.findall(response.content.decode())}


def test_a_form_with_an_outdated_csrf_token_is_refused_and_can_be_sent_again_as_it_was_typed(form, strict):
    asked = send(strict, CHECKOUT, form)

    assert asked.status_code == 403
    assert "no-store" in asked["Cache-Control"]
    assert f'href="{OURS}{CHECKOUT}"' in asked.content.decode()
    assert not Order.objects.exists()

    assert send(strict, CHECKOUT, kept(asked)).status_code == 302
    assert Order.objects.get().contact.notes == 'two\nlines & a "word"'


def test_a_form_of_another_origin_is_refused_without_keeping_its_fields(form, strict):
    response = send(strict, CHECKOUT, form, "http://elsewhere.example")

    assert response.status_code == 403
    assert set(kept(response)) <= {"csrfmiddlewaretoken"}
    assert re.search(r'class="button"\s+href="/"', response.content.decode())


def test_a_form_with_a_password_and_an_outdated_csrf_token_is_refused_without_keeping_its_fields(db, strict):
    response = send(strict, reverse("users:sign_in"), {"username": "chef", "password": "pizza"})

    assert response.status_code == 403
    assert set(kept(response)) <= {"csrfmiddlewaretoken"}


def test_a_browser_that_sends_no_cookies_is_told_so_and_keeps_what_was_typed(form, strict):
    strict.cookies.clear()

    response = send(strict, CHECKOUT, form)

    assert response.status_code == 403
    assert "Your browser has sent us no cookie." in response.content.decode()
    assert "Please allow cookies for this site." in response.content.decode()
    assert kept(response)["notes"] == form["notes"]


def test_a_browser_with_a_cookie_is_told_nothing_of_cookies(form, strict):
    assert "no cookie" not in send(strict, CHECKOUT, form).content.decode()
