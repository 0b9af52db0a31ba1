import logging

import pytest
from django.urls import reverse

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.keycloak import jwks, provider
from pizzeria.users.keycloak.jwks import SigningKeys
from pizzeria.users.services.roles import sync_roles
from tests.message_sinks import ANSWER_TIMEOUT
from tests.users import fake_oidc_provider as realms
from tests.users.fake_oidc_provider import Person
from tests.users.oidc_login import complete_login


@pytest.fixture
def realm(settings, monkeypatch, db):
    """A fake sign-in server connected to this shop, with long timeouts: it always answers, but machines can be slow."""
    sync_roles(by=SYSTEM)
    monkeypatch.setattr(provider, "TIMEOUT", (ANSWER_TIMEOUT, ANSWER_TIMEOUT))
    monkeypatch.setattr(jwks, "realm_keys", SigningKeys(provider.signing_keys))
    with realms.running() as running:
        settings.OIDC_ISSUER = running.issuer
        settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = realms.CLIENT, "a secret of both"
        for name, path in {
            "AUTHORIZATION": "auth",
            "TOKEN": "token",
            "USER": "userinfo",
            "JWKS": "certs",
            "LOGOUT": "logout",
        }.items():
            setattr(settings, f"OIDC_OP_{name}_ENDPOINT", f"{running.issuer}/protocol/openid-connect/{path}")
        settings.AUTHENTICATION_BACKENDS = ["pizzeria.users.keycloak.backend.KeycloakBackend"]
        yield running


@pytest.fixture
def ciro():
    """A cook, as a user of the sign-in server."""
    return Person("ciro", roles=("chef",))


@pytest.fixture
def signed_in_browser(client, realm, ciro):
    """Ciro's browser, signed in and with the kitchen board open."""
    complete_login(client, realm, ciro)
    assert client.get(reverse("kitchen:board")).status_code == 200
    realm.requests.clear()
    return client


@pytest.fixture
def warned(caplog):
    """Return a function that returns the warnings and errors in the log, without those of django-structlog."""

    def lines():
        records = [record for record in caplog.records if record.levelno >= logging.WARNING]
        return [record.msg for record in records if not record.name.startswith("django_structlog")]

    return lines
