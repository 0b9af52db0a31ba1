"""
Access tokens of the demo's own, with which its people try the API while there is no sign-in server.

They have the shape of Keycloak's (RFC 9068), and are verified like those. The key is made at each start of the demo, so
that tokens of an earlier start are refused; the private one is in a file that only its owner can read.
"""

import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from jwt.algorithms import RSAAlgorithm

from pizzeria.users.demo_people import DemoPerson
from pizzeria.users.keycloak.trusted_issuers import DEMO_AUDIENCE, DEMO_ISSUER

LIFETIME = timedelta(minutes=15)


class NoTokens(Exception):
    """This shop issues no tokens; the message says what does, or what to do."""


def make_key() -> None:
    """Make the key of this start, in place of an earlier one."""
    key, kid = rsa.generate_private_key(public_exponent=65537, key_size=2048), secrets.token_hex(8)
    public = {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": "RS256"}
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    _write(_private_key_file(), private.decode())
    _write(_public_keys_file(), json.dumps({"keys": [public]}))


def access_token(person: DemoPerson, *, at: datetime) -> str:
    """
    Return an access token of one of the demo's people, who counts as authenticated at this moment.

    :raises NoTokens: the demo does not issue any, or has not been started yet
    """
    try:
        [public] = json.loads(_public_keys_file().read_text())["keys"]
        private = _private_key_file().read_text()
    except FileNotFoundError:
        raise NoTokens("The demo has made no key yet. Start it with `make demo`.") from None
    first_name, _blank, last_name = person.name.partition(" ")
    claims = {
        "iss": DEMO_ISSUER,
        "sub": person.username,
        "aud": DEMO_AUDIENCE,
        "azp": "demo",
        "iat": at,
        "exp": at + LIFETIME,
        "auth_time": int(at.timestamp()),
        "jti": secrets.token_hex(16),
        "typ": "Bearer",
        "given_name": first_name,
        "family_name": last_name,
        "realm_access": {"roles": [person.role.name]},
    }
    return jwt.encode(claims, private, "RS256", {"kid": public["kid"], "typ": "at+jwt"})


def _public_keys_file() -> Path:
    if not settings.DEMO_TOKEN_KEYS:
        raise NoTokens("This demo issues no tokens: its sign-in server does.")
    return Path(settings.DEMO_TOKEN_KEYS)


def _private_key_file() -> Path:
    return _public_keys_file().with_suffix(".pem")


def _write(file: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    file.unlink(missing_ok=True)
    with open(file, "x", opener=lambda path, flags: os.open(path, flags, 0o600)) as stream:
        stream.write(text)
