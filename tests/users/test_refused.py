"""The log of refused requests and failed sign-ins: one line with user ID, view name and status, no e-mail."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.users import account_holders
from tests.users.account_holders import account_holder

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def logged(warned):
    """Return a function that returns event, actor, view name and status of each logged warning."""
    return lambda: [{name: line.get(name) for name in ("event", "actor", "view", "status")} for line in warned()]


def denied_entry(actor, view, status):
    return {"event": "access_denied", "actor": str(actor), "view": view, "status": status}


def failed_entry(actor, view):
    return {"event": "sign_in_failed", "actor": actor, "view": view, "status": None}


@pytest.mark.parametrize("view", ["kitchen:board", "live:board", "deliveries:tour", "admin:login"])
def test_a_forbidden_request_is_logged_with_user_id_view_name_and_status(sign_in, logged, view):
    carla = sign_in(CUSTOMER)

    assert carla.get(reverse(view)).status_code == 403

    assert logged() == [denied_entry(carla.user.pk, view, 403)]


def test_a_request_for_another_customers_order_is_logged_with_user_id_view_name_and_status(sign_in, logged):
    order, carla = shop.place(), sign_in(CUSTOMER)

    for page in ("orders:order", "live:order"):
        assert carla.get(reverse(page, args=[order.ref])).status_code == 404

    assert logged() == [denied_entry(carla.user.pk, page, 404) for page in ("orders:order", "live:order")]


def test_a_refused_request_without_a_user_is_logged_as_one_of_a_guest(client, logged):
    order = shop.place()

    assert client.get(reverse("live:board")).status_code == 401
    assert client.get(reverse("orders:guest_order", args=[order.ref, "x" * 43])).status_code == 404

    assert logged() == [denied_entry("guest", "live:board", 401), denied_entry("guest", "orders:guest_order", 404)]


def test_a_request_for_an_unknown_url_is_not_logged_as_refused(client, logged):
    assert client.get("/nothing/here/").status_code == 404

    assert logged() == []


def test_a_failed_sign_in_is_logged_without_the_e_mail_address(client, logged, caplog):
    account_holder()

    account_holders.sign_in(client, password="wrong")

    assert logged() == [failed_entry("guest", "account_login")]
    assert account_holders.CARLA not in caplog.text


def test_a_failed_reauthentication_is_logged_with_the_user_id(client, logged):
    account_holder()
    account_holders.sign_in(client)

    client.post(account_holders.REAUTHENTICATE, {"password": "wrong"})

    assert logged() == [failed_entry(client.session[SESSION_KEY], "account_reauthenticate")]
