"""Accounts are found, and opened by e-mail and password."""

import pytest
from django.contrib.auth import authenticate
from django.urls import reverse

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import MANAGER
from pizzeria.users.services.roles import assign_roles, sync_roles
from tests.users import account_holders as they
from tests.users.account_holders import CARLA, PASSWORD, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "post")


def test_are_offered_on_the_sign_in_page_with_the_way_back(client):
    page = client.get(they.WAYS_IN, {"next": "/orders/"}).content.decode()

    assert f'href="{they.SIGN_IN}?next=%2Forders%2F"' in page
    assert f'href="{they.SIGN_UP}?next=%2Forders%2F"' in page


def test_are_not_offered_to_whoever_is_to_prove_it_again(client):
    assert they.SIGN_IN not in client.get(they.WAYS_IN, {"again": "1"}).content.decode()


def test_open_to_e_mail_and_password(client):
    account_holder()

    answer = client.post(they.SIGN_IN, {"login": "Carla@Example.COM ", "password": PASSWORD}, follow=True)

    assert answer.request["PATH_INFO"] == they.HISTORY


def test_stay_closed_to_a_wrong_password_and_say_nothing_of_it(client):
    account_holder()

    answer = they.sign_in(client, password="five cheeses")

    assert answer.status_code == 422
    assert "do not go together" in answer.content.decode()
    assert "five cheeses" not in answer.content.decode()
    assert not they.is_signed_in(client)


def test_open_to_no_username(client):
    user = account_holder()

    assert they.sign_in(client, email=user.username).status_code == 422
    assert authenticate(None, username=CARLA, password=PASSWORD) is None
    assert authenticate(None, email=user.username, password=PASSWORD) is None


def test_stay_closed_while_the_e_mail_is_not_confirmed(client):
    account_holder(verified=False)

    assert they.sign_in(client)["Location"] == they.CONFIRM
    assert not they.is_signed_in(client)
    assert client.get(they.HISTORY).status_code == 302


def test_never_carry_what_staff_may(client):
    sync_roles(by=SYSTEM)
    assign_roles(account_holder(), [MANAGER])
    they.sign_in(client)

    assert client.get(reverse("kitchen:board")).status_code == 403
    assert client.get(reverse("admin:login")).status_code == 403
    assert client.session["groups"] == ["Customers"]
    assert client.get(they.HISTORY).status_code == 200


def test_begin_a_session_with_a_new_key(client, post):
    client.get(reverse("orders:basket"))
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
    account_holder()
    before = client.session.session_key

    they.sign_in(client)

    assert before
    assert client.session.session_key != before
    assert client.session["basket_count"] == 1


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_lead_nobody_out_of_the_shop(client, elsewhere):
    account_holder()

    assert they.sign_in(client, next=elsewhere)["Location"] == reverse("users:landing")
