"""Accounts, and whom they are not for: those whom a sign-in server knows, and those whose account was closed."""

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.local_accounts.adapter import AccountAdapter
from pizzeria.users.models import Identity, User
from pizzeria.users.roles import KITCHEN
from pizzeria.users.services.identities import upsert_user_from_claims
from pizzeria.users.services.roles import sync_roles
from tests.users import account_holders as they
from tests.users.account_holders import ANOTHER, PASSWORD, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "post")


def test_stay_closed_to_whom_a_sign_in_server_knows(client, cook):
    answer = they.sign_in(client, "ciro@example.com")

    assert answer.status_code == 422
    assert authenticate(None, email="ciro@example.com", password=PASSWORD) is None


def test_give_no_password_to_whom_a_sign_in_server_knows(client, post, cook):
    they.forget(client, "ciro@example.com")

    assert "No password of yours" in they.newest_letter(post, "ciro@example.com").subject
    assert client.get(they.NEW_PASSWORD).status_code == 302
    with pytest.raises(PermissionDenied):
        AccountAdapter().set_password(cook, ANOTHER)
    cook.refresh_from_db()
    assert cook.check_password(PASSWORD)


def test_stop_a_reset_of_somebody_whom_a_sign_in_server_has_come_to_know(client, post):
    user = account_holder()
    they.forget(client)
    client.post(they.CODE, {"code": they.code_in(post)})
    Identity.objects.create(user=user, issuer="https://sso.example", subject="carla")

    assert client.post(they.NEW_PASSWORD, {"password1": ANOTHER}).status_code == 403

    assert User.objects.get().check_password(PASSWORD)
    assert not they.is_signed_in(client)


def test_make_another_customer_of_a_dismissed_cook_and_no_cook(client, post):
    sync_roles(by=SYSTEM)
    cook = upsert_user_from_claims(
        issuer="https://sso.example",
        subject="ciro",
        claims={"email": "ciro@example.com"},
        roles=frozenset({"chef"}),
        by=SYSTEM,
    )
    they.sign_up(client, "ciro@example.com", name="Ciro")
    they.confirm(client, they.code_in(post, "ciro@example.com"))

    assert they.is_signed_in(client)
    assert int(client.session["_auth_user_id"]) != cook.pk
    assert client.get(reverse("kitchen:board")).status_code == 403
    assert client.get(they.HISTORY).status_code == 200
    assert not cook.has_usable_password()


def test_are_changed_only_by_whoever_came_in_by_them(sign_in):
    browser = sign_in(KITCHEN)

    for page in (they.EMAIL, they.PASSWORD_PAGE, they.PROVE, they.PASSKEYS, they.ADD_PASSKEY):
        answer = browser.get(page)
        assert answer.status_code == 403
        assert "kept elsewhere" in answer.content.decode()
    assert they.EMAIL not in browser.get(reverse("customers:profile")).content.decode()


def test_show_in_the_profile_where_they_are_changed(client):
    account_holder()
    they.sign_in(client)

    page = client.get(reverse("customers:profile")).content.decode()

    for address in (they.EMAIL, they.PASSWORD_PAGE, they.PASSKEYS):
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


def test_stay_closed_when_they_were_closed(client, post):
    account_holder(is_active=False)

    assert they.sign_in(client).status_code == 422
    they.forget(client)
    assert "No password of yours" in they.newest_letter(post).subject
    assert not they.is_signed_in(client)


def test_end_the_sessions_of_those_that_were_closed(client):
    user = account_holder()
    they.sign_in(client)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get(they.HISTORY).status_code == 302


def test_stop_a_confirmation_of_those_that_were_closed(client, post):
    they.sign_up(client)
    User.objects.update(is_active=False)

    they.confirm(client, they.code_in(post))

    assert not they.is_signed_in(client)
