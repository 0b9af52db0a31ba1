"""A real shop's settings, with an empty view, and a sign-in server that answers by plain http on this machine."""

from pizzeria.settings import *  # noqa: F403
from pizzeria.settings import OIDC_ISSUER

ROOT_URLCONF = "tests.load.urls"

_REALM = f"{OIDC_ISSUER.replace('https:', 'http:')}/protocol/openid-connect"
OIDC_OP_TOKEN_ENDPOINT = f"{_REALM}/token"
OIDC_OP_USER_ENDPOINT = f"{_REALM}/userinfo"
OIDC_OP_JWKS_ENDPOINT = f"{_REALM}/certs"
