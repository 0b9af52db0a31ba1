"""What was refused, in the log: whom, what, and by which answer, in one line that names nobody but by number."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.users import account_holders as they
from tests.users.account_holders import account_holder

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def said(warned):
    """Give what the log says of whom it names."""
    return lambda: [{name: line.get(name) for name in ("event", "who", "what", "code")} for line in warned()]


def refused(who, what, code):
    return {"event": "refused", "who": str(who), "what": what, "code": code}


def failed(who, what):
    return {"event": "sign_in_failed", "who": who, "what": what, "code": None}


@pytest.mark.parametrize("door", ["kitchen:board", "live:board", "deliveries:tour", "admin:login"])
def test_names_somebody_who_may_not(sign_in, said, door):
    carla = sign_in(CUSTOMER)

    assert carla.get(reverse(door)).status_code == 403

    assert said() == [refused(carla.user.pk, door, 403)]


def test_names_somebody_who_asks_for_what_is_anothers(sign_in, said):
    order, carla = shop.place(), sign_in(CUSTOMER)

    for page in ("orders:order", "live:order"):
        assert carla.get(reverse(page, args=[order.ref])).status_code == 404

    assert said() == [refused(carla.user.pk, page, 404) for page in ("orders:order", "live:order")]


def test_says_when_nobody_known_tries(client, said):
    order = shop.place()

    assert client.get(reverse("live:board")).status_code == 401
    assert client.get(reverse("orders:guest_order", args=[order.ref, "x" * 43])).status_code == 404

    assert said() == [refused("guest", "live:board", 401), refused("guest", "orders:guest_order", 404)]


def test_says_nothing_of_addresses_that_the_shop_does_not_have(client, said):
    assert client.get("/nothing/here/").status_code == 404

    assert said() == []


def test_names_no_e_mail_with_a_wrong_password(client, said, caplog):
    account_holder()

    they.sign_in(client, password="wrong")

    assert said() == [failed("guest", "account_login")]
    assert they.CARLA not in caplog.text


def test_names_whoever_is_asked_for_the_password_once_more(client, said):
    account_holder()
    they.sign_in(client)

    client.post(they.PROVE, {"password": "wrong"})

    assert said() == [failed(client.session[SESSION_KEY], "account_reauthenticate")]
