"""Signing in by the demo's form, the sign-in page, and signing out."""

import re

import pytest
from django.db import transaction
from django.urls import reverse

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.demo_people import DEMO_PEOPLE
from pizzeria.users.demo_people import PASSWORD as PASSWORD_OF_THE_DEMO
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER
from pizzeria.users.services.roles import assign_roles, sync_roles
from tests.factories import UserFactory

pytestmark = pytest.mark.usefixtures("kitchen")

SIGN_IN, SIGN_OUT = reverse("users:sign_in"), reverse("users:sign_out")
PASSWORD = "four cheeses, no regrets"


@pytest.fixture
def hire(kitchen):
    """Return a function that creates a user with a password and the given roles."""
    sync_roles(by=SYSTEM)

    def with_roles(*roles):
        user = UserFactory(username="carla")
        user.set_password(PASSWORD)
        user.save()
        assign_roles(user, roles)
        return user

    return with_roles


def test_signing_in_runs_no_command_so_that_it_can_be_part_of_a_transaction(client, hire):
    with transaction.atomic():
        client.force_login(hire(CUSTOMER))  # a command would refuse to run here

    assert client.get(reverse("orders:history")).status_code == 200


def enter(client, *, password=PASSWORD, **fields):
    return client.post(SIGN_IN, {"username": "carla", "password": password, **fields}, follow=True)


@pytest.mark.parametrize(
    ("roles", "lands_on"),
    [
        ([CUSTOMER], "orders:history"),
        ([KITCHEN], "kitchen:board"),
        ([DRIVER], "deliveries:tour"),
        ([MANAGER], "admin:index"),
        ([ADMIN], "admin:index"),
        ([CUSTOMER, KITCHEN], "kitchen:board"),
        ([], "orders:history"),
    ],
    ids=["customer", "chef", "driver", "manager", "admin", "chef who orders", "nobody yet"],
)
def test_each_role_lands_on_its_own_page_after_signing_in_by_the_form(client, hire, roles, lands_on):
    hire(*roles)

    response = enter(client)

    assert response.status_code == 200
    assert response.request["PATH_INFO"] == reverse(lands_on)


def test_the_sign_in_form_redirects_back_to_the_page_that_required_it(client, hire):
    hire(KITCHEN)
    [(to_the_form, _status)] = client.get(reverse("orders:history"), follow=True).redirect_chain

    response = client.post(to_the_form, {"username": "carla", "password": PASSWORD}, follow=True)

    assert response.request["PATH_INFO"] == reverse("orders:history")


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_the_sign_in_form_never_redirects_to_another_site(client, hire, elsewhere):
    hire(CUSTOMER)

    response = enter(client, next=elsewhere)

    assert response.request["PATH_INFO"] == reverse("orders:history")
    assert all(address.startswith("/") for address, _status in response.redirect_chain)


@pytest.mark.parametrize("password", ["", "five cheeses", PASSWORD.upper()])
def test_the_sign_in_form_refuses_a_wrong_or_empty_password(client, hire, password):
    hire(MANAGER)

    response = enter(client, password=password)

    assert response.redirect_chain == []
    assert 'class="errorlist' in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_sign_in_form_refuses_a_deactivated_user(client, hire):
    user = hire(MANAGER)
    user.is_active = False
    user.save()

    assert enter(client).redirect_chain == []


def test_signing_in_by_the_form_changes_the_session_key(client, hire):
    hire(CUSTOMER)
    put_a_pizza_in(client)
    before = client.session.session_key

    enter(client)

    assert client.session.session_key != before


def test_the_sign_in_page_redirects_a_signed_in_user_to_the_landing_page(client, hire):
    hire(KITCHEN)
    enter(client)

    assert client.get(SIGN_IN, follow=True).request["PATH_INFO"] == reverse("kitchen:board")


def put_a_pizza_in(client):
    pizza = {"item": "margherita", "size": "small", "quantity": "2"}
    return client.post(reverse("orders:add_to_basket"), pizza, follow=True).content.decode()


def basket_of(client):
    html = client.get(reverse("orders:basket")).content.decode()
    return "Margherita" in html and "€25.98" in html


def test_signing_in_by_the_form_keeps_the_basket(client, hire):
    hire(CUSTOMER)
    put_a_pizza_in(client)

    enter(client)

    assert basket_of(client)


def test_signing_out_removes_the_basket_and_all_other_data_from_the_session(client, hire):
    hire(CUSTOMER)
    enter(client)
    put_a_pizza_in(client)

    response = client.post(SIGN_OUT, follow=True)

    assert response.request["PATH_INFO"] == reverse("orders:home")
    assert not basket_of(client)
    assert list(client.session.keys()) == []


def test_a_forbidden_page_offers_to_sign_in_as_another_user(client, hire):
    """A link to the sign-in page would redirect a signed-in user straight back to the forbidden page."""
    hire(CUSTOMER)
    enter(client)
    [form] = re.findall(r"<form.*?</form>", main_of(client.get(reverse("kitchen:board"))), re.DOTALL)
    [way_out], [onward] = re.findall(r'action="(.*?)"', form), re.findall(r'name="next" value="(.*?)"', form)

    response = client.post(way_out, {"next": onward}, follow=True)

    assert response.request["PATH_INFO"] == SIGN_IN
    assert response.context["user"].is_anonymous


def main_of(response):
    assert response.status_code == 403
    [main] = re.findall(r"<main.*?</main>", response.content.decode(), re.DOTALL)
    assert f'href="{SIGN_IN}"' not in main
    return main


def test_signing_out_requires_a_post_request(client, hire):
    hire(CUSTOMER)
    enter(client)

    assert client.get(SIGN_OUT).status_code == 405
    assert client.get(reverse("orders:history")).status_code == 200


def test_a_session_cookie_from_before_signing_out_is_no_longer_valid(client, hire):
    hire(KITCHEN)
    enter(client)
    old = client.cookies.copy()

    client.post(SIGN_OUT)
    client.cookies = old

    assert client.get(reverse("kitchen:board")).status_code == 302


@pytest.mark.parametrize("demo", [True, False], ids=["in the demo", "in a shop"])
@pytest.mark.parametrize("connected", [True, False], ids=["with Keycloak", "without"])
def test_the_sign_in_page_shows_sign_in_for_customers_before_sign_in_for_staff(client, settings, connected, demo):
    settings.SHOP_DEMO, settings.OIDC_ISSUER = demo, "https://sso.example/realms/pizzeria" if connected else ""

    html = client.get(SIGN_IN).content.decode()

    by_e_mail, i_work_here = html.index("Sign in with my e-mail"), html.index("I work here")
    assert by_e_mail < i_work_here
    assert ("Sign in by Keycloak" in html[i_work_here:]) == connected
    assert ('name="password"' in html[i_work_here:]) == (demo and not connected)


def test_the_sign_in_page_lists_the_demo_users_only_in_the_demo(client, settings):
    settings.SHOP_DEMO = False
    assert "demo-people" not in client.get(SIGN_IN).content.decode()

    settings.SHOP_DEMO = True
    html = client.get(SIGN_IN).content.decode()
    assert [person.username for person in DEMO_PEOPLE if f'value="{person.username}"' not in html] == []


def test_where_others_can_reach_the_demo_its_sign_in_page_names_no_user_and_no_password(client, settings):
    settings.SHOP_DEMO_ON_LOOPBACK = False

    html = client.get(SIGN_IN).content.decode()

    assert 'name="password"' in html
    assert PASSWORD_OF_THE_DEMO not in html.replace("Mario's Pizzeria", "").partition("<main")[2].partition("</main")[0]
    assert "demo-people" not in html


def test_where_others_can_reach_the_demo_its_known_password_opens_nothing(client, hire, settings):
    """Not even the accounts of a demo whose users were created where nobody else could reach it."""
    user = hire(MANAGER)
    user.set_password(PASSWORD_OF_THE_DEMO)
    user.save()
    settings.SHOP_DEMO_ON_LOOPBACK = False
    refused = enter(client, password=PASSWORD_OF_THE_DEMO)

    settings.SHOP_DEMO_ON_LOOPBACK = True
    accepted = enter(client, password=PASSWORD_OF_THE_DEMO)

    assert refused.request["PATH_INFO"] == SIGN_IN
    assert accepted.request["PATH_INFO"] == reverse("admin:index")


@pytest.mark.parametrize("sender", [{"REMOTE_ADDR": "192.168.1.9"}, {"HTTP_X_FORWARDED_FOR": "192.168.1.9"}], ids=str)
def test_the_demos_known_password_is_for_this_machine_alone_whatever_host_a_request_names(client, hire, sender):
    user = hire(MANAGER)
    user.set_password(PASSWORD_OF_THE_DEMO)
    user.save()
    client.defaults |= sender

    assert "demo-people" not in client.get(SIGN_IN).content.decode()
    assert enter(client, password=PASSWORD_OF_THE_DEMO).request["PATH_INFO"] == SIGN_IN


def test_the_demos_sign_in_page_with_keycloak_lists_the_demo_users_without_a_password_field(client, realm, settings):
    settings.SHOP_DEMO = True

    html = client.get(SIGN_IN).content.decode()

    assert [person.username for person in DEMO_PEOPLE if f"<strong>{person.username}</strong>" not in html] == []
    assert f"<strong>{PASSWORD_OF_THE_DEMO}</strong>" in html
    assert 'name="password"' not in html


def test_after_a_post_by_a_guest_the_sign_in_page_leads_back_to_the_page_with_the_form(client, kitchen):
    button = reverse("kitchen:steps")

    from_the_board = client.post(button, headers={"Referer": "http://testserver/kitchen/?page=2"})
    from_nowhere = client.post(button)
    from_elsewhere = client.post(button, headers={"Referer": "https://evil.example/kitchen/"})

    assert from_the_board["Location"] == f"{SIGN_IN}?next=%2Fkitchen%2F%3Fpage%3D2"
    assert from_nowhere["Location"] == from_elsewhere["Location"] == SIGN_IN


def test_an_htmx_request_of_a_guest_is_never_redirected_to_another_site(client, kitchen):
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver//evil.example/"}

    response = client.get(reverse("kitchen:board"), headers=here)

    assert response.headers["HX-Redirect"] == "/%2Fevil.example/"
