"""Change of the password and the e-mail address of a local account, and password reset."""

import pytest
from allauth.account.models import EmailAddress

from pizzeria.users.models import User
from tests.users import account_holders as they
from tests.users.account_holders import ANOTHER, CARLA, PASSWORD, STRANGER, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


def test_a_forgotten_password_is_reset_with_the_code_in_the_e_mail(client, message_sinks):
    account_holder()
    they.forget(client)

    client.post(they.CODE, {"code": they.code_in(message_sinks)})
    assert client.get(they.NEW_PASSWORD).status_code == 200
    client.post(they.NEW_PASSWORD, {"password1": ANOTHER})

    assert they.is_signed_in(client)
    assert User.objects.get().check_password(ANOTHER)
    assert "has changed" in they.newest_email(message_sinks).subject


def test_a_password_is_not_reset_with_a_wrong_code_or_without_one(client, message_sinks):
    account_holder()
    they.forget(client)

    assert client.post(they.CODE, {"code": "AAAA-AAAA"}).status_code == 422
    assert client.get(they.NEW_PASSWORD)["Location"] == they.CODE
    client.post(they.NEW_PASSWORD, {"password1": ANOTHER})

    assert User.objects.get().check_password(PASSWORD)


def test_a_password_reset_ends_the_sessions_of_all_other_browsers(client, message_sinks):
    account_holder()
    they.sign_in(client)
    elsewhere = type(client)()
    they.forget(elsewhere)
    elsewhere.post(they.CODE, {"code": they.code_in(message_sinks)})
    elsewhere.post(they.NEW_PASSWORD, {"password1": ANOTHER})

    assert client.get(they.HISTORY).status_code == 302
    assert elsewhere.get(they.HISTORY).status_code == 200


def test_changing_the_password_keeps_the_session_and_is_confirmed_by_e_mail(client, message_sinks):
    account_holder()
    they.sign_in(client)

    assert client.post(they.PASSWORD_PAGE, {"oldpassword": "wrong", "password1": ANOTHER}).status_code == 422
    assert client.post(they.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": "short"}).status_code == 422
    client.post(they.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": ANOTHER})

    assert User.objects.get().check_password(ANOTHER)
    assert client.get(they.HISTORY).status_code == 200
    assert "has changed" in they.newest_email(message_sinks).subject


def test_the_e_mail_address_of_an_account_changes_once_the_new_one_is_confirmed(client, message_sinks):
    account_holder()
    they.sign_in(client)
    asked = client.post(they.EMAIL, {"email": "conti@example.com", "action_add": ""})
    assert asked["Location"].startswith(they.PROVE)

    proved = client.post(asked["Location"], {"password": PASSWORD})
    assert proved["Location"] == they.CONFIRM
    assert EmailAddress.objects.get().email == CARLA

    they.confirm(client, they.code_in(message_sinks, "conti@example.com"))

    assert EmailAddress.objects.get().email == "conti@example.com"
    assert "conti@example.com" in they.newest_email(message_sinks, CARLA).text


def test_the_e_mail_address_of_another_account_is_refused_without_revealing_that_account(client, message_sinks):
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
    they.confirm(client, they.code_in(message_sinks, "bruno@example.com"))

    assert EmailAddress.objects.get(email="bruno@example.com").user.pk != int(client.session["_auth_user_id"])
