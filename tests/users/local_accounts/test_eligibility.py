"""Users who may not use a local account: those with an identity at a sign-in server, and deactivated ones."""

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.local_accounts.adapter import AccountAdapter
from pizzeria.users.models import Identity, User
from pizzeria.users.roles import KITCHEN
from pizzeria.users.services.identities import upsert_user_from_claims
from pizzeria.users.services.roles import sync_roles
from tests.users import account_holders
from tests.users.account_holders import ANOTHER_PASSWORD, PASSWORD, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


def test_a_user_of_the_sign_in_server_cannot_sign_in_with_a_local_password(client, cook):
    response = account_holders.sign_in(client, "ciro@example.com")

    assert response.status_code == 422
    assert authenticate(None, email="ciro@example.com", password=PASSWORD) is None


def test_a_user_of_the_sign_in_server_cannot_get_a_local_password(client, message_sinks, cook):
    account_holders.request_password_reset(client, "ciro@example.com")

    assert "No password of yours" in account_holders.newest_email(message_sinks, "ciro@example.com").subject
    assert client.get(account_holders.NEW_PASSWORD).status_code == 302
    with pytest.raises(PermissionDenied):
        AccountAdapter().set_password(cook, ANOTHER_PASSWORD)
    cook.refresh_from_db()
    assert cook.check_password(PASSWORD)


def test_a_password_reset_is_refused_if_its_user_has_become_one_of_the_sign_in_server(client, message_sinks):
    user = account_holder()
    account_holders.request_password_reset(client)
    client.post(account_holders.CODE, {"code": account_holders.code_in(message_sinks)})
    Identity.objects.create(user=user, issuer="https://sso.example", subject="carla")

    assert client.post(account_holders.NEW_PASSWORD, {"password1": ANOTHER_PASSWORD}).status_code == 403

    assert User.objects.get().check_password(PASSWORD)
    assert not account_holders.is_signed_in(client)


def test_a_cook_who_signs_up_becomes_a_separate_customer_without_access_to_the_kitchen(client, message_sinks):
    sync_roles(by=SYSTEM)
    cook = upsert_user_from_claims(
        issuer="https://sso.example",
        subject="ciro",
        claims={"email": "ciro@example.com"},
        roles=frozenset({"chef"}),
        issued_at=clock.now(),
        by=SYSTEM,
    )
    account_holders.sign_up(client, "ciro@example.com", name="Ciro")
    account_holders.confirm(client, account_holders.code_in(message_sinks, "ciro@example.com"))

    assert account_holders.is_signed_in(client)
    assert int(client.session["_auth_user_id"]) != cook.pk
    assert client.get(reverse("kitchen:board")).status_code == 403
    assert client.get(account_holders.HISTORY).status_code == 200
    assert not cook.has_usable_password()


def test_account_pages_are_forbidden_in_a_session_that_no_local_account_began(sign_in):
    browser = sign_in(KITCHEN)

    for page in (
        account_holders.EMAIL,
        account_holders.PASSWORD_PAGE,
        account_holders.REAUTHENTICATE,
        account_holders.PASSKEYS,
        account_holders.ADD_PASSKEY,
    ):
        response = browser.get(page)
        assert response.status_code == 403
        assert "kept elsewhere" in response.content.decode()
    assert account_holders.EMAIL not in browser.get(reverse("customers:profile")).content.decode()


def test_the_profile_of_a_local_account_links_to_the_account_pages(client):
    account_holder()
    account_holders.sign_in(client)

    page = client.get(reverse("customers:profile")).content.decode()

    for address in (account_holders.EMAIL, account_holders.PASSWORD_PAGE, account_holders.PASSKEYS):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


def test_a_deactivated_user_can_neither_sign_in_nor_reset_the_password(client, message_sinks):
    account_holder(is_active=False)

    assert account_holders.sign_in(client).status_code == 422
    account_holders.request_password_reset(client)
    assert "No password of yours" in account_holders.newest_email(message_sinks).subject
    assert not account_holders.is_signed_in(client)


def test_the_session_of_a_local_account_ends_when_its_user_is_deactivated(client):
    user = account_holder()
    account_holders.sign_in(client)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(account_holders.HISTORY).status_code == 302


def test_confirming_the_e_mail_address_does_not_sign_in_a_deactivated_user(client, message_sinks):
    account_holders.sign_up(client)
    User.objects.update(is_active=False)

    account_holders.confirm(client, account_holders.code_in(message_sinks))

    assert not account_holders.is_signed_in(client)
