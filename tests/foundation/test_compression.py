"""The compression of pages: only of those that are declared safe, and why they are."""

import gzip
import re

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import resolve, reverse

from pizzeria.foundation.compression import SafeBecause, compressed
from pizzeria.users.roles import ADMIN, CUSTOMER, MANAGER
from tests import shop
from tests.architecture.test_public_urls import ALL

pytestmark = pytest.mark.usefixtures("kitchen")

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
CANARY = "canary-5f3a"

# Whoever adds one says why, here and at the view.
COMPRESSED = {
    "orders:home": SafeBecause.NOTHING_CHOSEN,
    "menu:index": SafeBecause.NOTHING_CHOSEN,
    "menu:pizza": SafeBecause.OF_NOBODY,
    "menu:illustration": SafeBecause.EQUAL_FOR_ALL,
    "menu:current_illustration": SafeBecause.EQUAL_FOR_ALL,
}
PUBLIC_PAGES = {
    "orders:home": reverse("orders:home"),
    "menu:index": reverse("menu:index"),
    "menu:pizza": reverse("menu:pizza", args=["margherita"]),
    "menu:current_illustration": reverse("menu:current_illustration", args=["margherita"]),
}


def get(browser, address, **parameters):
    return browser.get(address, parameters, headers=GZIP)


def text_of(response):
    content = response.content
    return (gzip.decompress(content) if response.get("Content-Encoding") == "gzip" else content).decode()


def without_random_values(html):
    """Return a page without what is different in each response."""
    return re.sub(r'(nonce|value|content)="[\w+/=-]{20,}"', "", html)


@pytest.mark.parametrize("address", PUBLIC_PAGES.values(), ids=PUBLIC_PAGES)
def test_a_public_page_is_compressed_for_a_browser_that_accepts_it(client, address):
    whole, small = client.get(address), get(client, address)

    assert "Content-Encoding" not in whole
    assert small["Content-Encoding"] == "gzip"
    assert without_random_values(text_of(small)) == without_random_values(text_of(whole))
    assert small["Content-Length"] == str(len(small.content))
    assert len(small.content) * 2 < len(whole.content)
    for response in (whole, small):
        assert "Accept-Encoding" in response["Vary"]


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "br, gzip; q=0.0, identity"])
def test_a_page_is_not_compressed_for_a_browser_that_does_not_accept_gzip(client, accepted):
    response = client.get(reverse("menu:index"), headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in response
    assert "<h1>The menu</h1>" in response.content.decode()


def test_only_declared_views_are_compressed_each_for_its_reason():
    declared = {}
    for address in ALL:
        match = resolve(address)
        if reason := getattr(match.func, "compressed_because", None):
            declared[match.view_name] = reason

    assert declared == COMPRESSED


@pytest.mark.parametrize("name", [name for name, why in COMPRESSED.items() if why is SafeBecause.NOTHING_CHOSEN])
@pytest.mark.parametrize("role", [None, CUSTOMER, ADMIN])
def test_a_page_that_says_so_repeats_nothing_of_the_request(client, sign_in, name, role):
    browser = sign_in(role) if role else client
    browser.cookies["other"] = CANARY
    headers = ("User-Agent", "Referer", "Accept-Language", "X-Request-ID", "HX-Current-URL", "HX-Target", "HX-Trigger")

    plain = browser.get(reverse(name), {"q": CANARY, CANARY: "1", "page": CANARY, "next": f"/{CANARY}"})
    from_htmx = browser.get(reverse(name), headers=dict.fromkeys(headers, CANARY) | {"HX-Request": "true"})

    for response in (plain, from_htmx):
        assert response.status_code == 200
        assert CANARY not in response.content.decode()


def test_the_page_of_a_pizza_is_not_compressed_for_a_signed_in_user_beside_what_the_request_chose(client, sign_in):
    address, chosen = PUBLIC_PAGES["menu:pizza"], {"quantity": CANARY}
    assert CANARY in text_of(get(client, address, **chosen)), "it is repeated"
    assert get(client, address, **chosen)["Content-Encoding"] == "gzip"

    response = get(sign_in(CUSTOMER), address, **chosen)

    assert "Content-Encoding" not in response
    assert "Sign out" in text_of(response)


def test_the_page_of_a_pizza_contains_nothing_of_a_guest_who_has_ordered(client):
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
    order = shop.place()
    client.get(reverse("orders:guest_order", args=[order.ref, order.contact.guest_token]))

    html = text_of(get(client, PUBLIC_PAGES["menu:pizza"]))

    for secret in (order.contact.guest_token, str(order.ref), order.contact.name, order.contact.email):
        assert secret not in html


def test_pages_of_one_person_of_the_staff_and_of_programs_are_not_compressed(client, sign_in):
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
    order = shop.place()
    guests_order = reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])
    of_guests = [reverse(name) for name in ("orders:basket", "orders:checkout", "users:sign_in")]
    of_staff = [reverse(name) for name in ("kitchen:board", "deliveries:tour", "orders:all", "menu:sold_out")]
    of_admin = [reverse(name) for name in ("admin:index", "admin:orders_order_changelist")]

    for role, addresses in (
        (None, [*of_guests, guests_order, "/api/menu", "/health/live", "/nothing/here/"]),
        (CUSTOMER, [reverse("orders:history"), reverse("customers:profile")]),
        (MANAGER, of_staff),
        (ADMIN, of_admin),
    ):
        browser = sign_in(role) if role else client
        for address in addresses:
            response = get(browser, address)

            assert response.status_code in (200, 404), address
            assert "Content-Encoding" not in response, address


def test_only_a_whole_and_successful_response_of_some_length_is_compressed():
    request = RequestFactory().get("/", headers=GZIP)
    long = "pizza " * 500
    responses = [
        HttpResponse("pizza"),
        HttpResponse(long, status=404),
        HttpResponse(long, headers={"Content-Encoding": "br"}),
        StreamingHttpResponse([long.encode()]),
    ]

    for response in responses:
        answer = compressed(SafeBecause.NOTHING_CHOSEN)(lambda _request, response=response: response)(request)

        assert answer.get("Content-Encoding") in (None, "br")


def test_the_etag_of_a_compressed_response_is_a_weak_one():
    request = RequestFactory().get("/", headers=GZIP)
    tagged = HttpResponse("pizza " * 500, headers={"ETag": '"one"'})

    response = compressed(SafeBecause.EQUAL_FOR_ALL)(lambda _request: tagged)(request)

    assert response["ETag"] == 'W/"one"'


def test_a_compressed_illustration_may_be_stored_by_shared_caches(client):
    response = get(client, PUBLIC_PAGES["menu:current_illustration"])

    assert "public" in response["Cache-Control"]
    assert response["Vary"] == "Accept-Encoding"
