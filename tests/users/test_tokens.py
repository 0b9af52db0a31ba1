"""Access tokens of API clients: what is accepted, and everything that is refused."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from pizzeria.users.keycloak import jwks, provider
from pizzeria.users.keycloak.jwks import SigningKeys
from pizzeria.users.models import Identity, User
from tests.users import fake_oidc_provider as realms
from tests.users.api_client import assert_refused, call
from tests.users.fake_oidc_provider import Person

CIRO = Person("ciro", roles=("chef",))
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
HALF_A_MINUTE = 30  # seconds of leeway for clocks that differ
LONGER_THAN_A_TEST = 300  # seconds from the making of a token to its verification


def now():
    return int(time.time())


def claims_of(realm, **overrides):
    """Return the claims of a valid access token with some of them replaced; None removes a claim."""
    claims = jwt.decode(realm.access_token(CIRO), options={"verify_signature": False}) | overrides
    return {name: value for name, value in claims.items() if value is not None}


def public_pem(realm):
    public = realm.key.public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def by_hand(header, claims, signature=b""):
    """Return a token with any header, claims and signature, also such as no library would write."""
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def hs256_with_the_public_key(realm):
    as_text = {"alg": "HS256", "typ": "JWT", "kid": realm.kid}
    signed = by_hand(as_text, claims_of(realm)).rpartition(".")[0]
    hmac = jwt.get_algorithm_by_name("HS256").sign(signed.encode(), public_pem(realm))
    return f"{signed}.{base64.urlsafe_b64encode(hmac).rstrip(b'=').decode()}"


REFUSED = {
    "signed by nobody": (
        lambda realm: by_hand({"alg": "none", "kid": "one"}, claims_of(realm)),
        "not signed with RS256",
    ),
    "signed by nobody, louder": (
        lambda realm: by_hand({"alg": "NONE", "kid": "one"}, claims_of(realm), b"x"),
        "not signed with RS256",
    ),
    "signed with the public key as a secret": (hs256_with_the_public_key, "not signed with RS256"),
    "signed with another algorithm": (
        lambda realm: realm.sign(claims_of(realm), algorithm="PS256"),
        "not signed with RS256",
    ),
    "signed by a stranger": (lambda realm: realm.sign(claims_of(realm), key=STRANGER), "not signed by its issuer"),
    "of a key nobody has": (lambda realm: realm.sign(claims_of(realm), key=STRANGER, kid="nine"), "an unknown key"),
    "of no key": (lambda realm: jwt.encode(claims_of(realm), realm.key, "RS256"), "an unknown key"),
    "of another issuer": (lambda realm: realm.access_token(CIRO, iss="https://evil.example"), "wrong issuer"),
    "of nearly the same issuer": (lambda realm: realm.access_token(CIRO, iss=realm.issuer + "/"), "wrong issuer"),
    "expired": (lambda realm: realm.access_token(CIRO, exp=now() - HALF_A_MINUTE - 2), "expired"),
    "valid for ever": (lambda realm: realm.sign(claims_of(realm, exp=None)), "claim exp is missing"),
    "not valid yet": (lambda realm: realm.access_token(CIRO, nbf=now() + LONGER_THAN_A_TEST), "not valid yet"),
    "from the future": (lambda realm: realm.access_token(CIRO, iat=now() + LONGER_THAN_A_TEST), "not valid yet"),
    "for another client": (
        lambda realm: realm.access_token(CIRO, azp="other", aud=["account", "other"]),
        "wrong audience",
    ),
    "for nobody": (lambda realm: realm.sign(claims_of(realm, azp=None, aud=None)), "wrong audience"),
    "for something odd": (lambda realm: realm.access_token(CIRO, azp=None, aud=[[realms.CLIENT]]), "wrong audience"),
    "an ID token": (lambda realm: realm.id_token(CIRO), "not an access token"),
    "an ID token in an access token's clothes": (
        lambda realm: realm.sign(claims_of(realm, typ="ID"), typ="at+jwt"),
        "not an access token",
    ),
    "a logout token": (lambda realm: realm.logout_token(CIRO, exp=now() + 60), "not an access token"),
    "a logout token that says otherwise": (
        lambda realm: realm.sign(claims_of(realm), typ="logout+jwt"),
        "not an access token",
    ),
    "bound to a key of its owner": (lambda realm: realm.access_token(CIRO, typ="DPoP"), "not an access token"),
    "of a kind it does not tell": (lambda realm: realm.sign(claims_of(realm, typ=None)), "not an access token"),
    "of nobody": (lambda realm: realm.sign(claims_of(realm, sub=None)), "claim sub is missing"),
    "of an empty name": (lambda realm: realm.access_token(CIRO, sub=""), "no subject"),
    "of an endless name": (lambda realm: realm.access_token(CIRO, sub="c" * 256), "no subject"),
}


@pytest.mark.parametrize(("token", "why"), REFUSED.values(), ids=REFUSED)
def test_an_invalid_access_token_is_refused_with_a_reason_and_creates_no_user(client, realm, token, why):
    challenge = assert_refused(call(client, token(realm)))

    assert challenge.startswith('Bearer realm="pizzeria", error="invalid_token", error_description="')
    assert why in challenge
    assert not User.objects.exists()


@pytest.mark.parametrize("header", ["jku", "x5u"])
def test_a_key_url_in_the_header_of_an_access_token_is_not_fetched(client, realm, settings, header):
    with realms.running() as another:
        another.key, another.kid = STRANGER, "nine"
        certificates = f"{another.issuer}/protocol/openid-connect/certs"

        assert_refused(call(client, realm.sign(claims_of(realm), key=STRANGER, kid="nine", **{header: certificates})))

        assert another.requests == []


def test_a_key_in_the_header_of_an_access_token_is_not_used(client, realm):
    public = jwt.get_algorithm_by_name("RS256").to_jwk(STRANGER.public_key(), as_dict=True)

    assert_refused(call(client, realm.sign(claims_of(realm), key=STRANGER, jwk=public)))


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer .",
        "Bearer ..",
        "Bearer a.b.c",
        "Bearer e30.e30.",
        "Bearer bnVsbA.bnVsbA.bnVsbA",
        "Bearer " + "a" * 100_000,
        "Bearer " + "." * 8000,
        "Bearer, Bearer",
        "Bearer caffè.è.è",
        "Bearer \x00",
        'Bearer "quoted\\"',
        "Bearer " + by_hand({"alg": "RS256", "kid": ["one"]}, {}),
        "Bearer " + by_hand({"alg": "RS256", "kid": "../../etc/passwd\x00"}, {}),
        "Bearer " + by_hand({"alg": "RS256", "crit": ["b64"], "b64": False}, {}),
        "Bearer " + base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=") + ".e30.e30",
        "Bearer eyJhbGciOiJSUzI1NiJ9." + base64.urlsafe_b64encode(b"[" * 5000).decode().rstrip("=") + ".e30",
    ],
    ids=lambda header: ascii(header[:24]),
)
def test_a_malformed_bearer_token_is_refused(client, realm, header):
    assert_refused(client.get("/api/me", headers={"Authorization": header}))


@trials(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(rubbish=st.text(st.characters(max_codepoint=255), max_size=60))
def test_a_bearer_token_of_random_characters_is_refused(client, realm, rubbish):
    assert_refused(client.get("/api/me", headers={"Authorization": f"Bearer {rubbish}"}))


@pytest.mark.parametrize("header", ["", "Basic Y2lybzpwaXp6YQ==", "DPoP e30.e30.e30", "Token x"])
def test_a_request_without_a_bearer_token_is_refused_with_a_challenge_without_an_error(client, realm, header):
    challenge = assert_refused(client.get("/api/me", headers={"Authorization": header}), code="no_token")

    assert challenge == 'Bearer realm="pizzeria"'


def test_an_access_token_in_the_query_string_or_in_a_cookie_is_ignored(client, realm):
    token = realm.access_token(CIRO)

    assert_refused(client.get("/api/me", {"access_token": token}), code="no_token")
    client.cookies["access_token"] = token
    assert_refused(client.get("/api/me"), code="no_token")


GOOD = {
    "of a moment ago": lambda realm: realm.access_token(CIRO, exp=now() - 1),
    "of a moment from now": lambda realm: realm.access_token(CIRO, nbf=now() + HALF_A_MINUTE - 10),
    "for our client by azp": lambda realm: realm.access_token(CIRO, aud="account"),
    "for our client by aud": lambda realm: realm.access_token(CIRO, aud=["account", realms.CLIENT], azp="other"),
    "that say so in their header": lambda realm: realm.sign(claims_of(realm, typ=None), typ="at+jwt"),
    "that say so in full": lambda realm: realm.sign(claims_of(realm), typ="application/at+jwt"),
}


@pytest.mark.parametrize("token", GOOD.values(), ids=GOOD)
def test_a_valid_access_token_is_accepted(client, realm, token):
    assert call(client, token(realm)).status_code == 200


def test_the_bearer_scheme_is_case_insensitive(client, realm):
    assert client.get("/api/me", headers={"Authorization": f"bEARER {realm.access_token(CIRO)}"}).status_code == 200


def test_an_access_token_must_be_for_one_of_the_audiences_in_the_settings(client, realm, settings):
    settings.OIDC_AUDIENCES = ["pizzeria-api", "pos"]

    assert call(client, realm.access_token(CIRO, azp="pos")).status_code == 200
    assert call(client, realm.access_token(CIRO, aud=["account", "pizzeria-api"])).status_code == 200
    assert_refused(call(client, realm.access_token(CIRO)))


@pytest.fixture
def clock(realm, monkeypatch):
    """The clock of the cached signing keys: a list of one number of seconds, which a test can change."""
    times = [0.0]
    monkeypatch.setattr(jwks, "realm_keys", SigningKeys(provider.signing_keys, now=lambda: times[0]))
    return times


def test_fifty_access_tokens_with_unknown_key_ids_cause_one_fetch_of_the_signing_keys(client, realm, clock):
    assert call(client, realm.access_token(CIRO)).status_code == 200
    realm.requests.clear()
    clock[0] = 90.0

    for number in range(50):
        assert_refused(call(client, realm.sign(claims_of(realm), key=STRANGER, kid=f"made-up-{number}")))

    assert [what for what, _parameters in realm.requests] == ["GET /realms/pizzeria/protocol/openid-connect/certs"]


def test_after_a_key_rotation_new_access_tokens_are_accepted_and_earlier_ones_refused(client, realm, clock):
    before = realm.access_token(CIRO)
    assert call(client, before).status_code == 200
    clock[0] = 90.0
    realm.rotate()

    assert call(client, realm.access_token(CIRO)).status_code == 200
    assert_refused(call(client, before))


def test_access_tokens_are_accepted_for_twelve_hours_while_the_sign_in_server_is_down(client, realm, clock, settings):
    token = realm.access_token(CIRO, exp=now() + 24 * 3600)
    assert call(client, token).status_code == 200

    settings.OIDC_OP_JWKS_ENDPOINT = "http://127.0.0.1:9/"  # nothing listens on this port
    clock[0] = 6 * 3600.0
    assert call(client, token).status_code == 200
    assert_refused(call(client, realm.sign(claims_of(realm), key=STRANGER, kid="nine")))

    clock[0] = 13 * 3600.0
    response = call(client, token)
    assert_refused(response, 503, "unavailable")
    assert int(response.headers["Retry-After"]) > 0


def test_access_tokens_get_a_503_if_the_signing_keys_were_never_fetched(client, realm, settings):
    settings.OIDC_OP_JWKS_ENDPOINT = "http://127.0.0.1:9/"

    assert_refused(call(client, realm.access_token(CIRO)), 503, "unavailable")


def test_access_tokens_are_refused_if_no_sign_in_server_is_configured(client, realm, settings):
    token = realm.access_token(CIRO, iss="")
    settings.OIDC_ISSUER = ""

    assert "no sign-in server" in assert_refused(call(client, token))


def test_access_tokens_of_a_user_deactivated_here_are_refused(client, realm):
    assert call(client, realm.access_token(CIRO)).status_code == 200
    User.objects.update(is_active=False)

    assert "the user is deactivated" in assert_refused(call(client, realm.access_token(CIRO)))


def test_the_signature_of_a_refused_access_token_is_not_logged(client, realm, capfd, caplog):
    token = realm.access_token(CIRO, exp=now() - 60)
    assert_refused(call(client, token))

    assert "expired" in caplog.text
    assert token.rpartition(".")[2] not in caplog.text + capfd.readouterr().err


def test_an_access_token_creates_its_user_once_and_then_costs_one_query(client, realm, django_assert_num_queries):
    call(client, realm.access_token(CIRO))

    with django_assert_num_queries(1):
        call(client, realm.access_token(CIRO))
    assert Identity.objects.get().subject == "ciro"
