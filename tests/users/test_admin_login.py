"""Access to the admin: by the shop's sign-in page, without a password form of its own."""

import pytest
from django.urls import reverse

from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER

pytestmark = pytest.mark.usefixtures("kitchen")

INDEX, LOGIN, SIGN_IN = reverse("admin:index"), reverse("admin:login"), reverse("users:sign_in")


def test_the_admin_redirects_a_guest_to_the_sign_in_page_with_next_set_to_the_requested_page(client):
    response = client.get(reverse("admin:menu_pizza_changelist"), follow=True)

    assert response.request["PATH_INFO"] == SIGN_IN
    assert response.context["next"] == reverse("admin:menu_pizza_changelist")


def test_the_admin_login_url_redirects_to_the_sign_in_page_and_accepts_no_password(client):
    asked, posted = client.get(LOGIN), client.post(LOGIN, {"username": "admin", "password": "pizza"})

    for response in (asked, posted):
        assert (response.status_code, response["Location"]) == (302, f"{SIGN_IN}?next={INDEX}")


def test_the_admin_offers_no_password_change(sign_in):
    """Keycloak's users have no password here, and the demo's users share one."""
    browser = sign_in(MANAGER)
    browser.user.set_password("pizza")
    browser.user.save()
    browser.force_login(browser.user)

    assert "Change password" not in browser.get(INDEX).content.decode()
    for address in (reverse("admin:password_change"), reverse("admin:password_change_done")):
        response = browser.post(address, dict.fromkeys(("new_password1", "new_password2"), "a good long sentence"))
        assert (browser.get(address).status_code, response.status_code) == (404, 404)


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER], ids=lambda role: role.name)
def test_the_admin_is_forbidden_to_customers_cooks_and_drivers(sign_in, role):
    browser = sign_in(role)

    for address in (LOGIN, INDEX, reverse("admin:menu_pizza_changelist")):
        assert browser.get(address, follow=True).status_code == 403


@pytest.mark.parametrize("role", [MANAGER, ADMIN], ids=lambda role: role.name)
def test_the_admin_is_open_to_managers_and_admins(sign_in, role):
    assert sign_in(role).get(INDEX).status_code == 200


def test_the_admin_does_not_list_users_for_a_manager(sign_in):
    apps = sign_in(MANAGER).get(INDEX).context["app_list"]

    assert {app["app_label"] for app in apps} == {
        "menu",
        "kitchen",
        "orders",
        "payments",
        "customers",
        "notifications",
        "events",
        "alerts",
        "shop",
    }


def test_the_admin_takes_no_form_of_the_kitchens_row_even_of_an_admin(sign_in, kitchen):
    browser, page = sign_in(ADMIN), reverse("admin:kitchen_kitchen_change", args=[kitchen.pk])

    assert browser.get(page).status_code == 200
    assert browser.post(page, {"name": "Via Appia", "max_concurrent_orders": "99"}).status_code == 400
    kitchen.refresh_from_db()
    assert (kitchen.name, kitchen.max_concurrent_orders) == ("Via Roma", 20)
