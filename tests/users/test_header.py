"""The header of every page: the signed-in user, the navigation and the number of items in the basket."""

import re

import pytest
from django.urls import reverse

from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER

pytestmark = pytest.mark.usefixtures("kitchen")

MENU = reverse("menu:index")


def header_of(browser, page=MENU):
    [html] = re.findall(r"<header class=\"site-header\">.*?</header>", browser.get(page).content.decode(), re.DOTALL)
    return html


def pages_in(html):
    [nav] = re.findall(r"<nav.*?</nav>", html, re.DOTALL)
    return dict(re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', nav))


@pytest.mark.parametrize(
    ("roles", "titles"),
    [
        ([CUSTOMER], ["My orders"]),
        ([KITCHEN], ["Kitchen", "My orders"]),
        ([DRIVER], ["Deliveries", "My orders"]),
        ([MANAGER], ["Kitchen", "Deliveries", "Admin", "My orders"]),
        ([ADMIN], ["Kitchen", "Deliveries", "Admin", "My orders"]),
        ([CUSTOMER, KITCHEN], ["Kitchen", "My orders"]),
    ],
    ids=["customer", "chef", "driver", "manager", "admin", "chef who orders"],
)
def test_the_header_links_to_the_pages_of_each_role(sign_in, roles, titles):
    assert list(pages_in(header_of(sign_in(*roles))).values()) == ["Menu", *titles]


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER, MANAGER, ADMIN], ids=lambda role: role.name)
def test_every_link_in_the_header_opens_for_the_role_that_sees_it(sign_in, role):
    browser = sign_in(role)

    assert {page: browser.get(page).status_code for page in pages_in(header_of(browser))} == dict.fromkeys(
        pages_in(header_of(browser)), 200
    )


def test_the_header_shows_a_guest_the_menu_and_a_sign_in_link(client):
    html = header_of(client)

    assert list(pages_in(html).values()) == ["Menu"]
    assert f'href="{reverse("users:sign_in")}"' in html
    assert "Sign out" not in html


def test_the_header_shows_the_escaped_first_name_and_a_sign_out_form(sign_in):
    html = header_of(sign_in(CUSTOMER, first_name="Zoë <script>"))

    assert "Zoë &lt;script&gt;" in html
    assert f'action="{reverse("users:sign_out")}"' in html


def test_the_header_marks_the_link_of_the_current_page(client):
    assert re.search(rf'<a href="{MENU}" aria-current="page">', header_of(client))
    assert not re.search(rf'<a href="{MENU}" aria-current="page">', header_of(client, reverse("orders:home")))


def test_the_header_shows_the_number_of_items_in_the_basket(client):
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "3"})

    assert re.search(r"\b3\b", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", header_of(client), flags=re.DOTALL))


@pytest.fixture
def lasting_copies(monkeypatch):
    """Keep cached values valid for an hour instead of seconds, so that none expires during a test."""
    for cached in ("orders.notifications.selectors", "orders.selectors.quotes"):
        monkeypatch.setattr(f"{cached}.CACHE_SECONDS", 3600)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("lasting_copies")
@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, MANAGER, ADMIN], ids=lambda role: role.name)
def test_the_header_of_a_signed_in_user_needs_no_database_query(sign_in, django_assert_num_queries, role):
    browser = sign_in(role)
    browser.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
    browser.get(MENU)

    with django_assert_num_queries(1):  # the version of the menu
        html = header_of(browser)

    assert "Signed in as" in html


def test_the_groups_in_the_session_decide_what_the_header_shows_but_not_what_is_allowed(sign_in):
    """The groups in the session are a copy, for the header alone."""
    browser = sign_in(CUSTOMER)
    session = browser.session
    session["groups"] = ["Managers", "Admins"]
    session.save()

    assert "Admin" in pages_in(header_of(browser)).values()
    assert browser.get(reverse("kitchen:board")).status_code == 403
    assert browser.get(reverse("admin:index"), follow=True).status_code == 403
