"""Signing in by Keycloak: the page to which it leads, and the user that it signs in."""

import re

import pytest
from playwright.sync_api import expect

from orders.models import Order
from pizzeria.users.models import Identity
from tests.e2e.browsers import checked_pages
from tests.e2e.keycloak.conftest import PLAIN_REALM_IN_LONG_RUNS
from tests.e2e.keycloak.people import sign_in, submit_credentials
from tests.e2e.people import order
from tests.keycloak.server import OURS, PLAIN

pytestmark = pytest.mark.django_db(transaction=True)

OWN_PAGES = {
    "customer": "/orders/",
    "chef": "/kitchen/",
    "driver": "/delivery/",
    "manager": "/admin/",
    "admin": "/admin/",
}


def test_signing_in_by_keycloak_leads_each_role_to_its_own_page(open_page, scripted):
    for name, page in OWN_PAGES.items():
        person = open_page(java_script_enabled=scripted)
        sign_in(person, name)
        expect(person).to_have_url(re.compile(f"{page}$"))


@pytest.mark.long
@PLAIN_REALM_IN_LONG_RUNS
def test_signing_in_by_keycloak_leads_back_to_the_page_that_required_it(open_page):
    ciro = open_page()

    ciro.goto("/kitchen/orders/")
    ciro.get_by_role("main").get_by_role("link", name="Sign in by Keycloak").click()
    submit_credentials(ciro, "chef")

    expect(ciro).to_have_url(re.compile("/kitchen/orders/$"))


@pytest.mark.parametrize("realm", [PLAIN], indirect=True)
def test_a_keycloak_role_that_the_shop_does_not_know_gives_no_permissions(open_page):
    otto = open_page()

    sign_in(otto, "operator")

    expect(otto).to_have_url(re.compile("/orders/$"))
    assert [otto.goto(page).status for page in ("/kitchen/", "/delivery/")] == [403, 403]
    otto.goto("/admin/")
    expect(otto.get_by_role("link", name="Orders", exact=True)).to_have_count(0)


def test_two_people_with_one_email_address_in_two_realms_are_two_users(shop_of, browser, keycloak):
    for realm in (OURS, PLAIN):
        keycloak.change_email("customer", "carla@example.com", realm=realm)
    with (
        checked_pages(browser, shop_of(OURS)) as here,
        checked_pages(browser, shop_of(PLAIN), expected_statuses=["404"]) as there,
    ):
        one, other = here(), there()
        sign_in(one, "customer")
        sign_in(other, "customer")
        order(one)
        ref = Order.objects.get().ref

        assert one.goto(f"/orders/{ref}/").status == 200
        assert other.goto(f"/orders/{ref}/").status == 404

    first, second = Identity.objects.all()
    assert first.user != second.user
    assert {first.user.email, second.user.email} == {"carla@example.com"}
