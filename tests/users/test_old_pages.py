"""A form whose page was opened before somebody signed in or out: its token counts no more."""

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


def kept(answer):
    return {unescape(name): unescape(value) for name, value in KEPT.findall(answer.content.decode())}


def test_keep_what_was_typed_to_be_sent_again(form, strict):
    asked = send(strict, CHECKOUT, form)

    assert asked.status_code == 403
    assert "no-store" in asked["Cache-Control"]
    assert f'href="{OURS}{CHECKOUT}"' in asked.content.decode()
    assert not Order.objects.exists()

    assert send(strict, CHECKOUT, kept(asked)).status_code == 302
    assert Order.objects.get().contact.notes == 'two\nlines & a "word"'


def test_of_another_site_have_nothing_kept(form, strict):
    answer = send(strict, CHECKOUT, form, "http://elsewhere.example")

    assert answer.status_code == 403
    assert set(kept(answer)) <= {"csrfmiddlewaretoken"}
    assert 'class="button" href="/"' in answer.content.decode()


def test_keep_no_password(db, strict):
    answer = send(strict, reverse("users:sign_in"), {"username": "chef", "password": "pizza"})

    assert answer.status_code == 403
    assert set(kept(answer)) <= {"csrfmiddlewaretoken"}
