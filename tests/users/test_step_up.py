"""Step-up: a manager who cancels an order that is being cooked must have authenticated recently."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from kitchen import services as kitchen_services
from orders import services as order_services
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.step_up import ReauthenticationRequired
from pizzeria.users.roles import KITCHEN, MANAGER
from tests import shop
from tests.shop import FRIDAY_NIGHT
from tests.users.fake_oidc_provider import Person
from tests.users.oidc_login import CALLBACK, age_session, begin_login, complete_login, is_signed_in

MARTA = Person("marta", roles=("manager",))
WHY = {"reason": "too_busy", "note": ""}


@pytest.fixture
def in_the_oven(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    return placed_order


@pytest.fixture
def page(in_the_oven):
    return reverse("orders:cancel", args=[in_the_oven.ref])


def status():
    return Order.objects.get().status


def cancel(order, by, **later):
    return order_services.cancel_order(
        ref=order.ref, reason=CancelReason.TOO_BUSY, by=by, at=FRIDAY_NIGHT + timedelta(**later)
    )


def test_a_manager_cannot_cancel_a_cooking_order_over_ten_minutes_after_authentication(in_the_oven, manager):
    with pytest.raises(ReauthenticationRequired):
        cancel(in_the_oven, manager, minutes=10, seconds=1)

    assert status() == OrderStatus.COOKING


def test_a_manager_can_cancel_a_cooking_order_within_ten_minutes_of_authentication(in_the_oven, manager):
    cancel(in_the_oven, manager, minutes=10)

    assert status() == OrderStatus.CANCELLED


@pytest.mark.parametrize("who", [shop.acting_as(KITCHEN), SYSTEM], ids=["a cook", "the system"])
def test_cooks_and_the_system_can_cancel_a_cooking_order_without_recent_authentication(in_the_oven, who):
    cancel(in_the_oven, who, hours=5)

    assert status() == OrderStatus.CANCELLED


def test_a_manager_can_cancel_a_waiting_order_without_recent_authentication(placed_order):
    cancel(placed_order, shop.acting_as(MANAGER), hours=5)

    assert status() == OrderStatus.CANCELLED


def test_step_up_redirects_to_keycloak_with_max_age_and_back_to_the_page(client, realm, page):
    complete_login(client, realm, MARTA)
    age_session(client, minutes=11)

    way = client.get(page)["Location"]
    parameters = leave_by(client, way)
    response = complete_login(client, realm, MARTA, parameters=parameters)

    assert parameters["max_age"] == "600"
    assert response["Location"] == page
    assert client.get(page).status_code == 200
    client.post(page, WHY)
    assert status() == OrderStatus.CANCELLED


def leave_by(client, way):
    address, _mark, query = way.partition("?")
    assert address == reverse("users:keycloak_sign_in")
    return begin_login(client, **dict(each.split("=") for each in query.replace("%2F", "/").split("&")))


def test_step_up_is_required_to_open_the_cancellation_form_and_to_post_it(client, realm, page):
    complete_login(client, realm, MARTA)
    age_session(client, minutes=11)

    for response in (client.get(page), client.post(page, WHY)):
        assert response["Location"].startswith(reverse("users:keycloak_sign_in"))
    assert status() == OrderStatus.COOKING


def test_step_up_redirects_back_to_the_page_with_its_query_string(client, realm, page):
    complete_login(client, realm, MARTA)
    age_session(client, minutes=11)
    listed = f"{page}?page=2"

    for response in (client.get(listed), client.post(page, WHY, headers={"Referer": f"http://testserver{listed}"})):
        assert parse_qs(urlsplit(response["Location"]).query)["next"] == [listed]


def test_step_up_redirects_the_whole_page_of_an_htmx_request(client, realm, page):
    complete_login(client, realm, MARTA)
    age_session(client, minutes=11)

    response = client.post(page, WHY, headers={"HX-Request": "true"})

    assert response.headers["HX-Redirect"].startswith(reverse("users:keycloak_sign_in"))


def test_step_up_is_refused_if_the_auth_time_is_too_old_or_invalid(client, realm, page):
    """A single sign-on server may let a user through without authenticating again; `auth_time` shows that."""
    long_ago = int(time.time()) - 3600
    complete_login(client, realm, MARTA)
    age_session(client, minutes=11)
    parameters = leave_by(client, client.get(page)["Location"])

    for claim in ({"auth_time": long_ago}, {"auth_time": None}, {"auth_time": "now"}, {"auth_time": True}):
        realm.id_claims = claim
        assert complete_login(client, realm, MARTA, parameters=parameters).status_code == 400
        parameters = begin_login(client, max_age=600)

    assert status() == OrderStatus.COOKING


@pytest.mark.parametrize("auth_time", [None, "now", 10**18])
def test_a_sign_in_without_a_valid_auth_time_is_not_a_recent_authentication(client, realm, page, auth_time):
    realm.id_claims = {"auth_time": auth_time}
    complete_login(client, realm, MARTA)

    assert client.get(page).status_code == 302


def test_an_auth_time_in_the_future_counts_as_the_time_of_the_sign_in(client, realm, page):
    realm.id_claims = {"auth_time": int(time.time()) + 3600}
    complete_login(client, realm, MARTA)
    assert client.get(page).status_code == 200
    age_session(client, minutes=11)

    assert client.get(page).status_code == 302


def test_step_up_cannot_be_bypassed_by_removing_max_age_from_the_url(client, realm, page):
    """The command checks the `auth_time` of the last sign-in, whatever `max_age` was requested."""
    complete_login(client, realm, MARTA)
    age_session(client, minutes=11)
    realm.id_claims = {"auth_time": int(time.time()) - 3600}
    complete_login(client, realm, MARTA)

    assert client.get(page).status_code == 302


@pytest.mark.parametrize("age", ["9" * 5000, "-1", "soon", "\u0661"])
def test_an_authorization_request_works_with_a_malformed_max_age_in_the_url(client, realm, age):
    assert begin_login(client, max_age=age)["code_challenge"]


def test_step_up_gives_the_session_a_new_key(client, realm, page):
    complete_login(client, realm, MARTA)
    before = client.session.session_key
    complete_login(client, realm, MARTA, parameters=begin_login(client, max_age=600))

    assert is_signed_in(client)
    assert client.session.session_key != before
    assert Client().get(CALLBACK).status_code == 400


def test_step_up_of_a_demo_user_uses_the_sign_in_form(sign_in, page):
    browser = sign_in(MANAGER, username="marta")
    browser.user.set_password("pizza")
    browser.user.save()
    browser.force_login(browser.user)
    session = browser.session
    session["authenticated_at"] -= 11 * 60
    session.save()

    way = browser.get(page)["Location"]
    form = browser.get(way)
    assert form.status_code == 200
    browser.post(form.context["form_address"], {"username": "marta", "password": "pizza", "next": form.context["next"]})

    assert browser.get(page).status_code == 200
