"""Security headers of every answer: the content security policy, cookies, HSTS and others."""

import re
from uuid import uuid4

import pytest
from django.test import override_settings
from django.urls import reverse

from pizzeria.users.roles import ADMIN, CUSTOMER
from tests import shop

pytestmark = pytest.mark.usefixtures("kitchen")

NOT_CHANGED = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
NOTHING_ELSE = {"default-src": "'none'", "base-uri": "'none'", "object-src": "'none'", "frame-ancestors": "'none'"}


def policy_of(response):
    return {
        directive: sources
        for directive, _space, sources in (
            part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";")
        )
    }


def refuse_and_miss(browser):
    """Yield answers that are no pages: errors, redirects, a health check, a static file and an illustration."""
    yield "404", browser.get("/nothing/here/")
    yield "404 of an order", browser.get(reverse("orders:guest_order", args=[uuid4(), "k" * 43]))
    yield "405", browser.post(reverse("menu:index"))
    yield "redirect", browser.get(reverse("admin:login"))
    yield "health", browser.get("/health/live")
    yield "400", browser.get(reverse("menu:index"), headers={"Host": "evil.example"})
    with override_settings(SECURE_SSL_REDIRECT=True):
        yield "redirect to https", type(browser)().get(reverse("menu:index"))
    yield "403 without a token", type(browser)(enforce_csrf_checks=True).post(reverse("orders:add_to_basket"))
    yield "401 of the API", browser.get("/api/me")
    yield "401 of a stream", type(browser)().get(reverse("live:board"))
    yield "static file", browser.get("/static/css/components.css")
    yield "static file that is known", browser.get("/static/css/components.css", headers=NOT_CHANGED)
    yield "picture", browser.get(reverse("menu:current_illustration", args=["margherita"]))


def pages_of_a_guest(browser):
    browser.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
    order = shop.place()
    yield from refuse_and_miss(browser)
    for name in ("orders:home", "menu:index", "orders:basket", "orders:checkout", "users:sign_in"):
        yield name, browser.get(reverse(name))
    yield "pizza", browser.get(reverse("menu:pizza", args=["margherita"]))
    yield "part of a page", browser.get(reverse("menu:pizza", args=["margherita"]), headers={"HX-Request": "true"})
    yield "order", browser.get(reverse("orders:guest_order", args=[order.ref, order.contact.guest_token]))


def pages_of_an_admin(browser):
    order = shop.place()
    for name in ("kitchen:board", "deliveries:tour", "orders:history", "admin:index", "admin:jsi18n"):
        yield name, browser.get(reverse(name))
    for model in ("menu_pizza", "menu_topping", "menu_simpleitem", "menu_size", "menu_category"):
        yield f"add {model}", browser.get(reverse(f"admin:{model}_add"))
        yield f"list {model}", browser.get(reverse(f"admin:{model}_changelist"))
    yield "an order in admin", browser.get(reverse("admin:orders_order_change", args=[order.pk]))
    yield "its history", browser.get(reverse("admin:orders_order_history", args=[order.pk]))
    yield "404 in admin", browser.get("/admin/nothing/here/")


def forbidden(browser):
    yield "403", browser.get(reverse("kitchen:board"))
    yield "403 of admin", browser.get(reverse("admin:login"))


@pytest.fixture(
    params=[(None, pages_of_a_guest), (ADMIN, pages_of_an_admin), (CUSTOMER, forbidden)],
    ids=["guest", "admin", "refused"],
)
def responses(request, client, sign_in):
    role, pages = request.param
    return list(pages(sign_in(role) if role else client))


def test_the_content_security_policy_of_every_answer_allows_nothing_by_default(responses):
    for what, response in responses:
        policy = policy_of(response)

        assert policy | NOTHING_ELSE == policy, what
        assert "unsafe-" not in response["Content-Security-Policy"], what
        assert "*" not in response["Content-Security-Policy"], what


def test_the_content_security_policy_allows_scripts_and_styles_of_the_shop_only(responses):
    for what, response in responses:
        policy = policy_of(response)

        for directive in ("script-src", "style-src"):
            others = re.sub(r"'nonce-[\w+/=-]+'", "", policy[directive]).split()
            assert others == ["'self'"], what


def test_no_page_contains_inline_code_that_the_content_security_policy_blocks(responses):
    """A browser would block each of these, and the page would need 'unsafe-inline'."""
    for what, response in responses:
        html = response.content.decode()
        nonces = set(re.findall(r"'nonce-([\w+/=-]+)'", response["Content-Security-Policy"]))
        inline = [tag for tag in re.findall(r"<(?:script|style)\b[^>]*>", html) if "src=" not in tag]

        for tag in inline:
            is_data = re.search(r'type="application/(?:json|ld\+json)"', tag)
            nonce = re.search(r'nonce="([^"]+)"', tag)
            assert is_data or (nonce and nonce[1] in nonces), (what, tag)
        if not response.get("Content-Type", "").startswith("image/"):
            assert re.findall(r"<[^>]*\son\w+=|<[^>]*\sstyle=|\bjavascript:", html) == [], what


def test_every_answer_has_the_other_four_security_headers(responses):
    for what, response in responses:
        assert response["X-Content-Type-Options"] == "nosniff", what
        assert response["Referrer-Policy"] == "same-origin", what
        assert response["X-Frame-Options"] == "DENY", what
        assert response["Cross-Origin-Opener-Policy"] == "same-origin", what


def test_cookies_are_hidden_from_scripts_and_not_sent_from_other_sites(client, kitchen):
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
    client.get(reverse("menu:index"))

    assert {
        name: (cookie["httponly"], cookie["samesite"]) for name, cookie in client.cookies.items() if cookie.value
    } == {
        "session": (True, "Lax"),
        "csrf": (True, "Lax"),
    }


def test_an_https_answer_has_the_hsts_header_of_the_settings(client, settings):
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600

    response = client.get("/health/live", secure=True)

    assert response["Strict-Transport-Security"].startswith("max-age=31536000")


def test_an_unknown_host_is_refused_and_a_forwarded_host_is_ignored(client):
    assert client.get(reverse("menu:index"), headers={"Host": "evil.example"}).status_code == 400
    assert client.get(reverse("menu:index"), headers={"X-Forwarded-Host": "evil.example"}).status_code == 200
