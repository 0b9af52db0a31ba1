"""The admin's door: the shop's own sign-in, and no password form beside it."""

import pytest
from django.urls import reverse

from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER

pytestmark = pytest.mark.usefixtures("kitchen")

INDEX, LOGIN, SIGN_IN = reverse("admin:index"), reverse("admin:login"), reverse("users:sign_in")


def test_leads_a_guest_to_the_shops_sign_in_and_back(client):
    answer = client.get(reverse("admin:menu_pizza_changelist"), follow=True)

    assert answer.request["PATH_INFO"] == SIGN_IN
    assert answer.context["next"] == reverse("admin:menu_pizza_changelist")


def test_has_no_password_form_of_its_own(client):
    asked, posted = client.get(LOGIN), client.post(LOGIN, {"username": "admin", "password": "pizza"})

    for answer in (asked, posted):
        assert (answer.status_code, answer["Location"]) == (302, f"{SIGN_IN}?next={INDEX}")


def test_changes_nobodys_password(sign_in):
    """Keycloak's people have none here, and in the demo one is everybody's."""
    browser = sign_in(MANAGER)
    browser.user.set_password("pizza")
    browser.user.save()
    browser.force_login(browser.user)

    assert "Change password" not in browser.get(INDEX).content.decode()
    for address in (reverse("admin:password_change"), reverse("admin:password_change_done")):
        answer = browser.post(address, dict.fromkeys(("new_password1", "new_password2"), "a good long sentence"))
        assert (browser.get(address).status_code, answer.status_code) == (404, 404)


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER], ids=lambda role: role.name)
def test_is_closed_to_whoever_works_elsewhere(sign_in, role):
    browser = sign_in(role)

    for address in (LOGIN, INDEX, reverse("admin:menu_pizza_changelist")):
        assert browser.get(address, follow=True).status_code == 403


@pytest.mark.parametrize("role", [MANAGER, ADMIN], ids=lambda role: role.name)
def test_is_open_to_those_who_run_the_shop(sign_in, role):
    assert sign_in(role).get(INDEX).status_code == 200


def test_shows_a_manager_no_people(sign_in):
    apps = sign_in(MANAGER).get(INDEX).context["app_list"]

    assert {app["app_label"] for app in apps} == {"menu", "kitchen", "orders", "customers", "notifications", "events"}


def test_shows_the_kitchen_to_look_at_and_not_to_change(sign_in, kitchen):
    browser, page = sign_in(ADMIN), reverse("admin:kitchen_kitchen_change", args=[kitchen.pk])

    assert browser.get(page).status_code == 200
    assert browser.post(page, {"name": "Via Appia", "max_concurrent_orders": "99"}).status_code == 403
    kitchen.refresh_from_db()
    assert (kitchen.name, kitchen.max_concurrent_orders) == ("Via Roma", 20)
