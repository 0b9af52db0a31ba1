"""The demo's own access tokens: the API accepts them in the demo on this machine, and nowhere else."""

import base64
import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from django.core.management import CommandError, call_command
from django.urls import reverse
from environs import EnvError

from orders.models import Order
from pizzeria.demo import api_tokens
from pizzeria.foundation import clock
from pizzeria.users.demo_people import DEMO_PEOPLE, PASSWORD
from pizzeria.users.keycloak import trusted_issuers
from pizzeria.users.keycloak.jwks import SigningKeys
from pizzeria.users.models import Identity, User
from tests.operations.test_settings import CLIENT, DEMO, SHOP, read_settings
from tests.users.api_client import assert_refused, call

__all__ = ["read_settings"]

PEOPLE = {person.username: person for person in DEMO_PEOPLE}
LEEWAY = timedelta(seconds=30)


@pytest.fixture
def token_keys(demo, settings, tmp_path, monkeypatch):
    """Start a demo that issues tokens; return the file with its public key."""
    settings.DEMO_TOKEN_KEYS = str(tmp_path / "token-keys.json")
    start_demo(monkeypatch)
    return Path(settings.DEMO_TOKEN_KEYS)


def start_demo(monkeypatch):
    call_command("make_token_key")
    start_shop(monkeypatch)


def start_shop(monkeypatch):
    """Forget the public key, as a process that starts."""
    monkeypatch.setattr(trusted_issuers, "demo_keys", SigningKeys(trusted_issuers._demo_signing_keys))


def token_of(username, *, at=None):
    return api_tokens.access_token(PEOPLE[username], at=at or clock.now())


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def forged(token, *, header_typ="at+jwt", **changes):
    """Return a token with other claims, signed with the demo's own key; None removes a claim."""
    claims = {name: value for name, value in (claims_of(token) | changes).items() if value is not None}
    key = api_tokens._private_key_file().read_text()
    return jwt.encode(claims, key, "RS256", {"typ": header_typ, "kid": jwt.get_unverified_header(token)["kid"]})


def printed(*command):
    output = StringIO()
    call_command(*command, stdout=output)
    return output.getvalue().strip()


# --- Where they are accepted ---


def test_a_token_of_the_demo_acts_as_the_user_of_the_demo_with_the_scopes_of_the_role(client, token_keys):
    users = User.objects.count()

    answers = {username: call(client, printed("api_token", username)).json() for username in PEOPLE}

    for username, me in answers.items():
        role = PEOPLE[username].role
        assert (me["name"], me["kind"], me["roles"]) == (PEOPLE[username].name, "person", [role.name])
        assert set(me["scopes"]) == set(role.scopes)
        assert Identity.objects.get(subject=username).user.username == username
    assert User.objects.count() == users


def test_an_order_placed_with_the_customers_token_is_among_the_orders_of_the_customer_who_signs_in_by_the_form(
    client, token_keys
):
    order = {"customer_phone": "+390655501234", "pizzas": [{"pizza_id": "margherita", "size": "medium"}]}
    order |= {"payment_method": "cash"}

    placed = call(client, token_of("customer"), "/api/orders", "post", data=order, content_type="application/json")

    assert placed.status_code == 201, placed.content
    client.post(reverse("users:sign_in"), {"username": "customer", "password": PASSWORD})
    assert f"#{placed.json()['number']}" in client.get(reverse("orders:history")).content.decode()
    assert Order.objects.get().customer.user.username == "customer"


def test_the_private_key_can_be_read_by_its_owner_only_and_is_a_new_one_at_each_start(token_keys):
    private = token_keys.with_suffix(".pem")
    first = private.read_text()
    private.chmod(0o644)

    call_command("make_token_key")

    assert private.stat().st_mode & 0o777 == 0o600
    assert private.read_text() != first
    [public] = json.loads(token_keys.read_text())["keys"]
    assert set(public) == {"kty", "key_ops", "n", "e", "kid", "use", "alg"}  # and no private part


# --- Where they are refused ---


def test_a_token_of_the_demo_lasts_fifteen_minutes(client, token_keys):
    claims = claims_of(token_of("customer"))
    ago = clock.now() - api_tokens.LIFETIME - LEEWAY

    assert claims["exp"] - claims["iat"] == 15 * 60
    assert "expired" in assert_refused(call(client, token_of("customer", at=ago - timedelta(seconds=1))))


def test_a_token_of_an_earlier_start_is_refused(client, token_keys, monkeypatch):
    before = token_of("customer")
    assert call(client, before).status_code == 200

    start_demo(monkeypatch)

    assert "an unknown key" in assert_refused(call(client, before))
    assert call(client, token_of("customer")).status_code == 200


def with_the_public_key_as_a_secret(token, token_keys):
    private = serialization.load_pem_private_key(token_keys.with_suffix(".pem").read_bytes(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    header = jwt.get_unverified_header(token) | {"alg": "HS256"}
    parts = (json.dumps(header).encode(), json.dumps(claims_of(token)).encode())
    signed = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    hmac = jwt.get_algorithm_by_name("HS256").sign(signed.encode(), public)
    return f"{signed}.{base64.urlsafe_b64encode(hmac).rstrip(b'=').decode()}"


FORGED = {
    "signed by nobody": (lambda token, _keys: jwt.encode(claims_of(token), None, "none"), "not signed with RS256"),
    "signed with the public key": (with_the_public_key_as_a_secret, "not signed with RS256"),
    "of another issuer": (lambda token, _keys: forged(token, iss="https://sso.example/realms/pizzeria"), "issuer"),
    "of no issuer": (lambda token, _keys: forged(token, iss=None), "wrong issuer"),
    "of an empty issuer": (lambda token, _keys: forged(token, iss=""), "wrong issuer"),
    "for another audience": (lambda token, _keys: forged(token, aud="account"), "wrong audience"),
    "for the client of nobody": (lambda token, _keys: forged(token, aud=None, azp=""), "wrong audience"),
    "an ID token": (lambda token, _keys: forged(token, typ="ID"), "not an access token"),
    "a logout token": (lambda token, _keys: forged(token, header_typ="logout+jwt"), "not an access token"),
    "without an end": (lambda token, _keys: forged(token, exp=None), "claim exp is missing"),
}


def test_a_forged_token_of_the_demo_is_refused(client, token_keys):
    """One test, because setting up the demo takes longer than all these requests."""
    token = token_of("admin")

    for name, (forge, why) in FORGED.items():
        assert why in assert_refused(call(client, forge(token, token_keys))), name


OTHER_SHOPS = {
    "a real shop": {"SHOP_DEMO": False, "SHOP_DEMO_ON_LOOPBACK": False},
    "a demo that others can reach": {"SHOP_DEMO_ON_LOOPBACK": False},
    "a demo without the keys": {"DEMO_TOKEN_KEYS": ""},
    "without the demo's app": {},
}


@pytest.mark.parametrize("name", OTHER_SHOPS)
def test_another_shop_refuses_a_token_of_the_demo_even_if_it_is_given_the_keys(client, token_keys, settings, name):
    token = token_of("admin")
    assert call(client, token).status_code == 200

    for setting, value in OTHER_SHOPS[name].items():
        setattr(settings, setting, value)
    if name == "without the demo's app":
        settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "pizzeria.demo"]

    assert "no sign-in server is configured" in assert_refused(call(client, token))


def test_a_demo_with_a_sign_in_server_refuses_a_token_of_the_demo(client, token_keys, realm):
    token = token_of("admin")

    assert "wrong issuer" in assert_refused(call(client, token))


@pytest.mark.parametrize(
    "environment",
    [
        SHOP,
        {**DEMO, "ORIGIN": "http://192.168.1.5:8000", "ALLOWED_HOSTS": "192.168.1.5"},
        {**DEMO, "ALLOWED_HOSTS": "localhost,shop.local"},
        {**DEMO, **CLIENT, "OIDC_ISSUER": "http://localhost:8180/realms/pizzeria"},
    ],
    ids=["a real shop", "on a network", "also on a network", "with a sign-in server"],
)
def test_the_settings_of_another_shop_refuse_the_keys_by_name(read_settings, environment):
    assert read_settings(**environment)["DEMO_TOKEN_KEYS"] == ""

    with pytest.raises(EnvError, match="DEMO_TOKEN_KEYS"):
        read_settings(**environment, DEMO_TOKEN_KEYS="/demo/token-keys.json")


def test_the_settings_of_the_demo_on_this_machine_accept_the_keys(read_settings):
    assert read_settings(**DEMO, DEMO_TOKEN_KEYS="/demo/token-keys.json")["DEMO_TOKEN_KEYS"] == "/demo/token-keys.json"


def test_a_demo_with_a_sign_in_server_makes_no_key_and_no_token(demo, settings):
    assert "its sign-in server does" in printed("make_token_key")

    with pytest.raises(CommandError, match="its sign-in server does"):
        call_command("api_token", "chef")


def test_a_demo_whose_key_is_missing_says_so_and_answers_that_it_cannot_verify_tokens_now(
    client, token_keys, monkeypatch
):
    token = token_of("chef")
    start_shop(monkeypatch)
    token_keys.unlink()

    assert_refused(call(client, token), 503, "unavailable")
    with pytest.raises(CommandError, match="make demo"):
        call_command("api_token", "chef")
