"""Change of the password and the e-mail address of a local account, and password reset."""

import pytest
from allauth.account.models import EmailAddress

from pizzeria.users.models import User
from tests.users import account_holders
from tests.users.account_holders import ANOTHER_PASSWORD, CARLA, PASSWORD, UNKNOWN_EMAIL, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


def test_a_forgotten_password_is_reset_with_the_code_in_the_e_mail(client, message_sinks):
    account_holder()
    account_holders.request_password_reset(client)

    client.post(account_holders.CODE, {"code": account_holders.code_in(message_sinks)})
    assert client.get(account_holders.NEW_PASSWORD).status_code == 200
    client.post(account_holders.NEW_PASSWORD, {"password1": ANOTHER_PASSWORD})

    assert account_holders.is_signed_in(client)
    assert User.objects.get().check_password(ANOTHER_PASSWORD)
    assert "has changed" in account_holders.newest_email(message_sinks).subject


def test_a_password_is_not_reset_with_a_wrong_code_or_without_one(client, message_sinks):
    account_holder()
    account_holders.request_password_reset(client)

    assert client.post(account_holders.CODE, {"code": "AAAA-AAAA"}).status_code == 422
    assert client.get(account_holders.NEW_PASSWORD)["Location"] == account_holders.CODE
    client.post(account_holders.NEW_PASSWORD, {"password1": ANOTHER_PASSWORD})

    assert User.objects.get().check_password(PASSWORD)


def test_a_password_reset_ends_the_sessions_of_all_other_browsers(client, message_sinks):
    account_holder()
    account_holders.sign_in(client)
    elsewhere = type(client)()
    account_holders.request_password_reset(elsewhere)
    elsewhere.post(account_holders.CODE, {"code": account_holders.code_in(message_sinks)})
    elsewhere.post(account_holders.NEW_PASSWORD, {"password1": ANOTHER_PASSWORD})

    assert client.get(account_holders.HISTORY).status_code == 302
    assert elsewhere.get(account_holders.HISTORY).status_code == 200


def test_changing_the_password_keeps_the_session_and_is_confirmed_by_e_mail(client, message_sinks):
    account_holder()
    account_holders.sign_in(client)

    assert (
        client.post(account_holders.PASSWORD_PAGE, {"oldpassword": "wrong", "password1": ANOTHER_PASSWORD}).status_code
        == 422
    )
    assert (
        client.post(account_holders.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": "short"}).status_code == 422
    )
    client.post(account_holders.PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": ANOTHER_PASSWORD})

    assert User.objects.get().check_password(ANOTHER_PASSWORD)
    assert client.get(account_holders.HISTORY).status_code == 200
    assert "has changed" in account_holders.newest_email(message_sinks).subject


def test_the_e_mail_address_of_an_account_changes_once_the_new_one_is_confirmed(client, message_sinks):
    account_holder()
    account_holders.sign_in(client)
    asked = client.post(account_holders.EMAIL, {"email": "conti@example.com", "action_add": ""})
    assert asked["Location"].startswith(account_holders.REAUTHENTICATE)

    proved = client.post(asked["Location"], {"password": PASSWORD})
    assert proved["Location"] == account_holders.CONFIRM
    assert EmailAddress.objects.get().email == CARLA

    account_holders.confirm(client, account_holders.code_in(message_sinks, "conti@example.com"))

    assert EmailAddress.objects.get().email == "conti@example.com"
    assert "conti@example.com" in account_holders.newest_email(message_sinks, CARLA).text


def test_the_e_mail_address_of_another_account_is_refused_without_revealing_that_account(client, message_sinks):
    account_holder()
    account_holder("bruno@example.com")
    account_holders.sign_in(client)
    client.post(account_holders.REAUTHENTICATE, {"password": PASSWORD})

    seen = [
        client.post(account_holders.EMAIL, {"email": email, "action_add": ""})["Location"]
        for email in ("bruno@example.com", UNKNOWN_EMAIL)
    ]
    assert seen == [account_holders.CONFIRM, account_holders.CONFIRM]
    client.post(account_holders.EMAIL, {"email": "bruno@example.com", "action_add": ""})
    account_holders.clear_rate_limits()
    client.post(account_holders.EMAIL, {"email": "bruno@example.com", "action_add": ""})
    account_holders.confirm(client, account_holders.code_in(message_sinks, "bruno@example.com"))

    assert EmailAddress.objects.get(email="bruno@example.com").user.pk != int(client.session["_auth_user_id"])
