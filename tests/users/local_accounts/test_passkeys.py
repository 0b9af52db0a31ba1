"""Passkeys, as far as no authenticator is needed; `tests/e2e/test_accounts.py` has one."""

import json

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.urls import reverse

from tests.users import account_holders
from tests.users.account_holders import PASSWORD, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")

BY_PASSKEY = reverse("mfa_login_webauthn")


@pytest.fixture
def carla(client):
    """Sign in a user with a local account, and return the user."""
    user = account_holder()
    account_holders.sign_in(client)
    return user


@pytest.fixture
def passkey(carla):
    """A passkey of Carla's, with no more data than a list shows."""
    return passkey_of(carla)


def passkey_of(user, name="My phone", id="a-credential"):
    data = {"name": name, "credential": {"id": id}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def removal(page):
    """Return the URL of the first removal form, relative to the list of passkeys."""
    return page.content.decode().partition('action="/accounts/passkeys/')[2].partition('"')[0]


def reauthenticate(client):
    client.post(account_holders.REAUTHENTICATE, {"password": PASSWORD})


JUNK = [
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "{}",
    json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {}}),
    json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {"userHandle": None}}),
    json.dumps({"id": 1, "rawId": [], "type": {}, "response": "x", "clientExtensionResults": 3}),
    json.dumps(
        {
            "id": "AAAA",
            "rawId": "AAAA",
            "type": "public-key",
            "response": dict.fromkeys(("clientDataJSON", "authenticatorData", "signature", "userHandle"), "AAAA"),
        }
    ),
    "\x00",
    "[" * 2000,
]


@pytest.mark.parametrize("junk", JUNK)
def test_a_malformed_credential_does_not_sign_in(client, junk):
    client.get(BY_PASSKEY)

    response = client.post(BY_PASSKEY, {"credential": junk})

    assert response["Location"] == account_holders.SIGN_IN
    assert not account_holders.is_signed_in(client)


@pytest.mark.parametrize("junk", JUNK)
def test_a_malformed_credential_is_not_stored_as_a_passkey(client, carla, junk):
    reauthenticate(client)
    client.get(account_holders.ADD_PASSKEY)

    response = client.post(account_holders.ADD_PASSKEY, {"name": "Junk", "credential": junk})

    assert response.status_code == 422
    assert not Authenticator.objects.exists()


def test_an_unexpected_error_about_a_credential_is_logged_with_its_traceback(client, carla, monkeypatch, caplog):
    def fail(_credential):
        raise KeyError

    monkeypatch.setattr(auth, "parse_registration_response", fail)
    monkeypatch.setattr(auth, "parse_authentication_response", fail)
    reauthenticate(client)
    client.get(account_holders.ADD_PASSKEY)
    client.post(account_holders.ADD_PASSKEY, {"name": "Junk", "credential": '"text"'})
    visitor = type(client)()
    visitor.get(BY_PASSKEY)
    visitor.post(BY_PASSKEY, {"credential": '"text"'})

    logged = [record.msg for record in caplog.records if "passkey_not" in str(record.msg)]
    assert [line["event"] for line in logged] == ["passkey_not_added", "passkey_not_read"]
    assert all(line["exc_info"] for line in logged)


def test_the_sign_in_challenge_requires_user_verification_and_names_no_credential(client):
    asked = client.get(BY_PASSKEY).json()["publicKey"]

    assert asked["rpId"] == "localhost"
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")


def test_registration_options_and_removal_urls_of_passkeys_contain_no_primary_key(client, carla):
    reauthenticate(client)

    page = client.get(account_holders.ADD_PASSKEY)

    options = page.context["options"]["publicKey"]
    assert options["user"]["name"] == account_holders.CARLA
    assert account_holders.base64_of(carla.username) == options["user"]["id"]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    row = passkey_of(carla).pk
    assert f"/passkeys/{row}/" not in client.get(account_holders.PASSKEYS).content.decode()


def test_adding_or_removing_a_passkey_requires_the_password_again(client, passkey):
    page = client.get(account_holders.PASSKEYS)
    assert "My phone" in page.content.decode()

    for response in (
        client.get(account_holders.ADD_PASSKEY),
        client.post(f"{account_holders.PASSKEYS}{removal(page)}"),
    ):
        assert response["Location"].startswith(account_holders.REAUTHENTICATE)
    assert Authenticator.objects.exists()


def test_a_passkey_is_removed_once_the_password_has_been_entered_again(client, message_sinks, passkey):
    asked = client.post(f"{account_holders.PASSKEYS}{removal(client.get(account_holders.PASSKEYS))}")

    proved = client.post(asked["Location"], {"password": PASSWORD})

    assert proved["Location"] == account_holders.PASSKEYS
    assert not Authenticator.objects.exists()
    assert "A passkey less" in account_holders.newest_email(message_sinks).subject


def test_a_passkey_cannot_be_removed_by_another_user(client, passkey):
    bruno = account_holder("bruno@example.com")
    passkey_of(bruno, id="brunos")
    browser = type(client)()
    account_holders.sign_in(browser, "bruno@example.com")
    reauthenticate(client)

    assert client.post(f"{account_holders.PASSKEYS}{removal(browser.get(account_holders.PASSKEYS))}").status_code == 404
    assert Authenticator.objects.filter(user=bruno).exists()


def test_removing_a_passkey_requires_a_post_request(client, passkey):
    reauthenticate(client)

    assert client.get(f"{account_holders.PASSKEYS}{removal(client.get(account_holders.PASSKEYS))}").status_code == 405


def test_an_account_with_a_passkey_can_still_sign_in_by_password_alone(client, passkey):
    browser = type(client)()

    account_holders.sign_in(browser)

    assert account_holders.is_signed_in(browser)
