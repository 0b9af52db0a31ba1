"""The header of every page: who is in, where to go, what is in the basket."""

import re

import pytest
from django.urls import reverse

from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER

pytestmark = pytest.mark.usefixtures("kitchen")

CARD = reverse("menu:index")


def header_of(browser, page=CARD):
    [html] = re.findall(r"<header class=\"shopfront\">.*?</header>", browser.get(page).content.decode(), re.DOTALL)
    return html


def pages_in(html):
    [nav] = re.findall(r"<nav.*?</nav>", html, re.DOTALL)
    return dict(re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', nav))


@pytest.mark.parametrize(
    ("roles", "titles"),
    [
        ([CUSTOMER], ["My orders"]),
        ([KITCHEN], ["Kitchen"]),
        ([DRIVER], ["Deliveries"]),
        ([MANAGER], ["Kitchen", "Deliveries", "Admin"]),
        ([ADMIN], ["Kitchen", "Deliveries", "Admin"]),
        ([CUSTOMER, KITCHEN], ["Kitchen", "My orders"]),
    ],
    ids=["customer", "chef", "driver", "manager", "admin", "chef who orders"],
)
def test_shows_each_role_its_pages(sign_in, roles, titles):
    assert list(pages_in(header_of(sign_in(*roles))).values()) == ["Menu", *titles]


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER, MANAGER, ADMIN], ids=lambda role: role.name)
def test_leads_nowhere_that_is_closed(sign_in, role):
    browser = sign_in(role)

    assert {page: browser.get(page).status_code for page in pages_in(header_of(browser))} == dict.fromkeys(
        pages_in(header_of(browser)), 200
    )


def test_shows_a_guest_the_menu_and_the_way_in(client):
    html = header_of(client)

    assert list(pages_in(html).values()) == ["Menu"]
    assert f'href="{reverse("users:sign_in")}"' in html
    assert "Sign out" not in html


def test_calls_people_by_their_first_name_and_lets_them_out(sign_in):
    html = header_of(sign_in(CUSTOMER, first_name="Zoë <script>"))

    assert "Zoë &lt;script&gt;" in html
    assert f'action="{reverse("users:sign_out")}"' in html


def test_says_which_page_one_is_on(client):
    assert re.search(rf'<a href="{CARD}" aria-current="page">', header_of(client))
    assert not re.search(rf'<a href="{CARD}" aria-current="page">', header_of(client, reverse("orders:home")))


def test_counts_what_is_in_the_basket(client):
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "3"})

    assert re.search(r"\b3\b", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", header_of(client), flags=re.DOTALL))


@pytest.fixture
def lasting_copies(monkeypatch):
    """What is cached for seconds stays, however long this test takes."""
    for cached in ("menu.catalogue", "orders.notifications.selectors", "orders.selectors.quotes"):
        monkeypatch.setattr(f"{cached}.CACHE_SECONDS", 3600)


@pytest.mark.usefixtures("lasting_copies")
@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, MANAGER, ADMIN], ids=lambda role: role.name)
def test_asks_the_database_nothing_whoever_is_in(sign_in, django_assert_num_queries, role):
    browser = sign_in(role)
    browser.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
    browser.get(CARD)

    with django_assert_num_queries(0):
        html = header_of(browser)

    assert "Signed in as" in html


def test_opens_no_door_by_what_it_shows(sign_in):
    """The session's note of the roles decides what is shown, never what is allowed."""
    browser = sign_in(CUSTOMER)
    session = browser.session
    session["groups"] = ["Managers", "Admins"]
    session.save()

    assert "Admin" in pages_in(header_of(browser)).values()
    assert browser.get(reverse("kitchen:board")).status_code == 403
    assert browser.get(reverse("admin:index"), follow=True).status_code == 403
