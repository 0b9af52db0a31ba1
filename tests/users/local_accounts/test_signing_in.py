"""Sign-in to a local account by e-mail address and password."""

import pytest
from django.contrib.auth import authenticate
from django.urls import reverse

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import MANAGER
from pizzeria.users.services.roles import assign_roles, sync_roles
from tests.users import account_holders
from tests.users.account_holders import CARLA, PASSWORD, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


def test_the_sign_in_page_links_to_account_sign_in_and_sign_up_with_next(client):
    page = client.get(account_holders.SIGN_IN_OPTIONS, {"next": "/orders/"}).content.decode()

    assert f'href="{account_holders.SIGN_IN}?next=%2Forders%2F"' in page
    assert f'href="{account_holders.SIGN_UP}?next=%2Forders%2F"' in page


def test_the_sign_in_page_offers_no_local_account_for_reauthentication(client):
    assert account_holders.SIGN_IN not in client.get(account_holders.SIGN_IN_OPTIONS, {"again": "1"}).content.decode()


def test_an_account_is_signed_in_by_password_and_e_mail_address_in_any_case(client):
    account_holder()

    response = client.post(account_holders.SIGN_IN, {"login": "Carla@Example.COM ", "password": PASSWORD}, follow=True)

    assert response.request["PATH_INFO"] == account_holders.HISTORY


def test_a_wrong_password_is_refused_and_not_repeated_in_the_page(client):
    account_holder()

    response = account_holders.sign_in(client, password="five cheeses")

    assert response.status_code == 422
    assert "do not go together" in response.content.decode()
    assert "five cheeses" not in response.content.decode()
    assert not account_holders.is_signed_in(client)


def test_a_username_cannot_be_used_to_sign_in_to_an_account(client):
    user = account_holder()

    assert account_holders.sign_in(client, email=user.username).status_code == 422
    assert authenticate(None, username=CARLA, password=PASSWORD) is None
    assert authenticate(None, email=user.username, password=PASSWORD) is None


def test_an_account_cannot_sign_in_before_its_e_mail_address_is_confirmed(client):
    account_holder(verified=False)

    assert account_holders.sign_in(client)["Location"] == account_holders.CONFIRM
    assert not account_holders.is_signed_in(client)
    assert client.get(account_holders.HISTORY).status_code == 302


def test_staff_groups_do_not_count_in_a_session_of_a_local_account(client):
    sync_roles(by=SYSTEM)
    assign_roles(account_holder(), [MANAGER])
    account_holders.sign_in(client)

    assert client.get(reverse("kitchen:board")).status_code == 403
    assert client.get(reverse("admin:login")).status_code == 403
    assert client.session["groups"] == ["Customers"]
    assert client.get(account_holders.HISTORY).status_code == 200


def test_signing_in_to_an_account_gives_the_session_a_new_key_and_keeps_the_basket(client, message_sinks):
    client.get(reverse("orders:basket"))
    client.post(reverse("orders:add_to_basket"), {"item": "margherita", "size": "small", "quantity": "1"})
    account_holder()
    before = client.session.session_key

    account_holders.sign_in(client)

    assert before
    assert client.session.session_key != before
    assert client.session["basket_count"] == 1


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_signing_in_to_an_account_never_redirects_to_another_site(client, elsewhere):
    account_holder()

    assert account_holders.sign_in(client, next=elsewhere)["Location"] == reverse("users:landing")
