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
def said(warned):
    """Return a function that returns event, actor, view name and status of each logged warning."""
    return lambda: [{name: line.get(name) for name in ("event", "who", "what", "code")} for line in warned()]


def refused(who, what, code):
    return {"event": "access_denied", "actor": str(who), "view": what, "status": code}


def failed(who, what):
    return {"event": "sign_in_failed", "actor": who, "view": what, "status": None}


@pytest.mark.parametrize("door", ["kitchen:board", "live:board", "deliveries:tour", "admin:login"])
def test_a_forbidden_request_is_logged_with_user_id_view_name_and_status(sign_in, said, door):
    carla = sign_in(CUSTOMER)

    assert carla.get(reverse(door)).status_code == 403

    assert said() == [refused(carla.user.pk, door, 403)]


def test_a_request_for_another_customers_order_is_logged_with_user_id_view_name_and_status(sign_in, said):
    order, carla = shop.place(), sign_in(CUSTOMER)

    for page in ("orders:order", "live:order"):
        assert carla.get(reverse(page, args=[order.ref])).status_code == 404

    assert said() == [refused(carla.user.pk, page, 404) for page in ("orders:order", "live:order")]


def test_a_refused_request_without_a_user_is_logged_as_one_of_a_guest(client, said):
    order = shop.place()

    assert client.get(reverse("live:board")).status_code == 401
    assert client.get(reverse("orders:guest_order", args=[order.ref, "x" * 43])).status_code == 404

    assert said() == [refused("guest", "live:board", 401), refused("guest", "orders:guest_order", 404)]


def test_a_request_for_an_unknown_url_is_not_logged_as_refused(client, said):
    assert client.get("/nothing/here/").status_code == 404

    assert said() == []


def test_a_failed_sign_in_is_logged_without_the_e_mail_address(client, said, caplog):
    account_holder()

    account_holders.sign_in(client, password="wrong")

    assert said() == [failed("guest", "account_login")]
    assert account_holders.CARLA not in caplog.text


def test_a_failed_reauthentication_is_logged_with_the_user_id(client, said):
    account_holder()
    account_holders.sign_in(client)

    client.post(account_holders.REAUTHENTICATE, {"password": "wrong"})

    assert said() == [failed(client.session[SESSION_KEY], "account_reauthenticate")]
