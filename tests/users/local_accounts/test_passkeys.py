"""Passkeys, as far as no device is needed; with one they are in the journeys."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from tests.users import account_holders as they
from tests.users.account_holders import PASSWORD, account_holder

pytestmark = pytest.mark.usefixtures("kitchen", "post")

BY_PASSKEY = reverse("mfa_login_webauthn")


@pytest.fixture
def carla(client):
    """Somebody with an account, signed in; gives who it is."""
    user = account_holder()
    they.sign_in(client)
    return user


@pytest.fixture
def passkey(carla):
    """One of theirs, as far as a list shows it."""
    return passkey_of(carla)


def passkey_of(user, name="My phone", id="a-credential"):
    data = {"name": name, "credential": {"id": id}}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def removal(page):
    """Give the address of the first button that removes a passkey."""
    return page.content.decode().partition('action="/accounts/passkeys/')[2].partition('"')[0]


def prove(client):
    client.post(they.PROVE, {"password": PASSWORD})


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
def test_take_no_junk_for_a_signature(client, junk):
    client.get(BY_PASSKEY)

    answer = client.post(BY_PASSKEY, {"credential": junk})

    assert answer["Location"] == they.SIGN_IN
    assert not they.is_signed_in(client)


@pytest.mark.parametrize("junk", JUNK)
def test_take_no_junk_for_a_passkey(client, carla, junk):
    prove(client)
    client.get(they.ADD_PASSKEY)

    answer = client.post(they.ADD_PASSKEY, {"name": "Junk", "credential": junk})

    assert answer.status_code == 422
    assert not Authenticator.objects.exists()


def test_give_a_script_something_to_sign_that_names_nobody(client):
    asked = client.get(BY_PASSKEY).json()["publicKey"]

    assert asked["rpId"] == "localhost"
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")


def test_are_named_by_us_and_by_nothing_that_counts_rows(client, carla):
    prove(client)

    page = client.get(they.ADD_PASSKEY)

    options = page.context["options"]["publicKey"]
    assert options["user"]["name"] == they.CARLA
    assert they.base64_of(carla.username) == options["user"]["id"]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    row = passkey_of(carla).pk
    assert f"/passkeys/{row}/" not in client.get(they.PASSKEYS).content.decode()


def test_are_added_and_removed_only_after_the_password_once_more(client, passkey):
    page = client.get(they.PASSKEYS)
    assert "My phone" in page.content.decode()

    for answer in (client.get(they.ADD_PASSKEY), client.post(f"{they.PASSKEYS}{removal(page)}")):
        assert answer["Location"].startswith(they.PROVE)
    assert Authenticator.objects.exists()


def test_are_gone_once_the_password_is_proved(client, post, passkey):
    asked = client.post(f"{they.PASSKEYS}{removal(client.get(they.PASSKEYS))}")

    proved = client.post(asked["Location"], {"password": PASSWORD})

    assert proved["Location"] == they.PASSKEYS
    assert not Authenticator.objects.exists()
    assert "A passkey less" in they.newest_letter(post).subject


def test_are_removed_by_their_owner_alone(client, passkey):
    bruno = account_holder("bruno@example.com")
    passkey_of(bruno, id="brunos")
    browser = type(client)()
    they.sign_in(browser, "bruno@example.com")
    prove(client)

    assert client.post(f"{they.PASSKEYS}{removal(browser.get(they.PASSKEYS))}").status_code == 404
    assert Authenticator.objects.filter(user=bruno).exists()


def test_are_not_removed_by_being_looked_at(client, passkey):
    prove(client)

    assert client.get(f"{they.PASSKEYS}{removal(client.get(they.PASSKEYS))}").status_code == 405


def test_leave_the_password_good_alone(client, passkey):
    browser = type(client)()

    they.sign_in(browser)

    assert they.is_signed_in(browser)
