"""Parts of pages that a process keeps rendered: they change with all that is in them; nothing of one reader is."""

import re

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from pizzeria.foundation import fragments
from pizzeria.users.roles import CUSTOMER
from tests import shop

MENU, BASKET, HOME = reverse("menu:index"), reverse("orders:basket"), reverse("orders:home")
IN_BASKET = re.compile(r'<span id="basket-count"\s+class="count">(\d*)')

pytestmark = pytest.mark.usefixtures("kitchen")


def text_of(client, address=MENU):
    return client.get(address).content.decode()


def add_cola(client, quantity):
    client.post(reverse("orders:add_to_basket"), {"item": "cola", "quantity": str(quantity)})


def test_a_part_is_rendered_once_for_the_same_values(monkeypatch):
    rendered = []
    monkeypatch.setattr(fragments, "rendered", lambda *args: rendered.append(args) or fragments.Fragment(("text",)))

    for name in ("Anna", "Anna", "Bruno"):
        fragments.kept_part("layout/footer.html", {"name": name})

    assert [context["name"] for _template, context in rendered] == ["Anna", "Bruno"]


def test_a_part_is_kept_for_each_language():
    made = []
    for language in ("en", "it", "en"):
        with translation.override(language):
            fragments.kept("menu", lambda: made.append(translation.get_language()) or "text")

    assert made == ["en", "it"]


def test_nothing_is_kept_while_templates_are_edited(settings):
    settings.DEBUG = True
    made = []

    for _ in range(2):
        fragments.kept("menu", lambda: made.append(1) or "text")

    assert len(made) == 2
    assert not fragments._kept


def test_a_process_keeps_a_limited_number_of_parts(monkeypatch):
    monkeypatch.setattr(fragments, "MAX_KEPT", 3)

    for number in range(5):
        fragments.kept(number, lambda: "text")

    assert [name for name, _language in fragments._kept] == [2, 3, 4]


def test_a_part_has_no_value_of_its_page_but_those_it_is_given(rf):
    template = Template('{% load fragments %}{% include_kept "layout/footer.html" is_demo=is_demo %}')

    html = template.render(Context({"is_demo": True, "shop": {"name": "Not given"}, "request": rf.get("/")}))

    assert "This is the demo shop" in html
    assert "Not given" not in html


def test_header_and_footer_change_with_the_shops_settings(client, change_shop):
    assert text_of(client).count("Mario&#x27;s Pizzeria") == 3  # title, header, footer

    change_shop(name="Luigi's Pizzeria", address="Via Garibaldi 1")

    assert text_of(client).count("Luigi&#x27;s Pizzeria") == 3
    assert "Via Garibaldi 1" in text_of(client)
    assert "Mario" not in text_of(client)


def test_the_footer_changes_with_the_demo_switch(client, settings):
    settings.SHOP_DEMO = True
    assert "This is the demo shop" in text_of(client)

    settings.SHOP_DEMO = False

    assert "This is the demo shop" not in text_of(client)


def test_the_header_changes_with_what_is_in_the_basket(client):
    assert IN_BASKET.search(text_of(client))[1] == ""

    add_cola(client, 1)
    assert IN_BASKET.search(text_of(client))[1] == "1"
    add_cola(client, 2)
    assert IN_BASKET.search(text_of(client))[1] == "3"

    assert IN_BASKET.search(text_of(type(client)()))[1] == ""


def test_the_header_marks_the_page_that_is_shown(client):
    for address in (MENU, BASKET, HOME, MENU):
        current = re.findall(r'href="([^"]+)" aria-current="page"', text_of(client, address))
        assert current == ([address] if address != HOME else [])


def test_a_message_is_shown_once_on_pages_whose_layout_is_kept(client):
    text_of(client)
    add_cola(client, 1)

    assert "is in your basket" in text_of(client)
    assert "is in your basket" not in text_of(client)


def test_header_and_footer_change_with_sign_in_and_sign_out(client, sign_in):
    sign_in_link = f'href="{reverse("users:sign_in")}"'
    assert text_of(client).count(sign_in_link) >= 2

    sign_in(CUSTOMER, first_name="Carla")
    assert "Carla" in text_of(client)
    assert sign_in_link not in text_of(client)
    client.logout()

    assert "Carla" not in text_of(client)
    assert text_of(client).count(sign_in_link) >= 2


def test_nothing_that_is_kept_has_anything_of_a_user_or_a_browser(client, sign_in, settings):
    order = shop.place()
    text_of(client)
    add_cola(client, 1)
    sign_in(CUSTOMER, first_name="Carla")
    link = reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])
    for address in (MENU, BASKET, HOME, link, reverse("orders:history"), "/nothing/here/"):
        client.get(address)

    kept = repr(fragments._kept)

    own = [client.cookies[name].value for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)]
    for secret in (*own, order.contact.guest_token, str(order.ref), "Carla", "/nothing/here/", "nonce="):
        assert secret not in kept
