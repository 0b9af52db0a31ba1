"""Accounts get another password or e-mail, also when the password is forgotten."""

import pytest
from allauth.account.models import EmailAddress

from pizzeria.users.models import User
from tests.users import account_holders as they
from tests.users.account_holders import ANOTHER, CARLA, PASSWORD, STRANGER, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "post")


def test_get_a_new_password_by_a_code(client, post):
    account_holder()
    they.forget(client)

    client.post(they.CODE, {"code": they.code_in(post)})
    assert client.get(they.NEW_PASSWORD).status_code == 200
    client.post(they.NEW_PASSWORD, {"password1": ANOTHER})

    assert they.is_signed_in(client)
    assert User.objects.get().check_password(ANOTHER)
    assert "has changed" in they.newest_letter(post).subject


def test_get_no_new_password_by_a_wrong_code_or_none(client, post):
    account_holder()
    they.forget(client)

    assert client.post(they.CODE, {"code": "AAAA-AAAA"}).status_code == 422
    assert client.get(they.NEW_PASSWORD)["Location"] == they.CODE
    client.post(they.NEW_PASSWORD, {"password1": ANOTHER})

    assert User.objects.get().check_password(PASSWORD)


def test_sign_out_everywhere_else_with_the_new_password(client, post):
    account_holder()
    they.sign_in(client)
    elsewhere = type(client)()
    they.forget(elsewhere)
    elsewhere.post(they.CODE, {"code": they.code_in(post)})
    elsewhere.post(they.NEW_PASSWORD, {"password1": ANOTHER})

    assert client.get(they.HISTORY).status_code == 302
    assert elsewhere.get(they.HISTORY).status_code == 200


def test_change_the_password_and_stay(client, post):
    account_holder()
    they.sign_in(client)

    assert client.post(they.PASSWORD_PAGE, {"oldpassword": "wrong", "password1": ANOTHER}).status_code == 422
    assert client.post(they.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": "short"}).status_code == 422
    client.post(they.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": ANOTHER})

    assert User.objects.get().check_password(ANOTHER)
    assert client.get(they.HISTORY).status_code == 200
    assert "has changed" in they.newest_letter(post).subject


def test_change_the_e_mail_once_the_new_one_is_confirmed(client, post):
    account_holder()
    they.sign_in(client)
    asked = client.post(they.EMAIL, {"email": "conti@example.com", "action_add": ""})
    assert asked["Location"].startswith(they.PROVE)

    proved = client.post(asked["Location"], {"password": PASSWORD})
    assert proved["Location"] == they.CONFIRM
    assert EmailAddress.objects.get().email == CARLA

    they.confirm(client, they.code_in(post, "conti@example.com"))

    assert EmailAddress.objects.get().email == "conti@example.com"
    assert "conti@example.com" in they.newest_letter(post, CARLA).text


def test_take_no_e_mail_of_another_account_and_do_not_tell_that_there_is_one(client, post):
    account_holder()
    account_holder("bruno@example.com")
    they.sign_in(client)
    client.post(they.PROVE, {"password": PASSWORD})

    seen = [
        client.post(they.EMAIL, {"email": email, "action_add": ""})["Location"]
        for email in ("bruno@example.com", STRANGER)
    ]
    assert seen == [they.CONFIRM, they.CONFIRM]
    client.post(they.EMAIL, {"email": "bruno@example.com", "action_add": ""})
    they.limits_are_over()
    client.post(they.EMAIL, {"email": "bruno@example.com", "action_add": ""})
    they.confirm(client, they.code_in(post, "bruno@example.com"))

    assert EmailAddress.objects.get(email="bruno@example.com").user.pk != int(client.session["_auth_user_id"])
