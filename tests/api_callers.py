"""Programs that call the API: each with an access token of a fake sign-in server."""

from dataclasses import dataclass, field

import pytest
from django.test import Client

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.keycloak import jwks, provider
from pizzeria.users.keycloak.jwks import SigningKeys
from pizzeria.users.models import Identity
from pizzeria.users.services.roles import sync_roles
from tests.message_sinks import ANSWER_TIMEOUT
from tests.users import fake_oidc_provider as realms
from tests.users.fake_oidc_provider import Person


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


@dataclass
class ApiCaller:
    """A program with an access token; None: without one."""

    token: str | None = None
    subject: str = ""
    client: Client = field(default_factory=Client)

    @property
    def user(self):
        """Return the user as which the token acts, once it has called the API."""
        return Identity.objects.get(subject=self.subject).user

    def get(self, path, **headers):
        return self.send("get", path, headers=headers)

    def post(self, path, data=None, *, key=None, **headers):
        return self.send("post", path, data, headers={**headers, **({"Idempotency-Key": key} if key else {})})

    def put(self, path, data, **headers):
        return self.send("put", path, data, headers=headers)

    def delete(self, path):
        return self.send("delete", path)

    def send(self, method, path, data=None, *, headers=None):
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {} if data is None else {"data": data, "content_type": "application/json"}
        return getattr(self.client, method)(f"/api{path}", headers={**bearer, **(headers or {})}, **body)


@pytest.fixture
def caller(realm):
    """Return a function that returns a program with the token of a role: `caller("customer")`; of none: `caller()`."""

    def caller_with(role=None, subject=None, **claims):
        if role is None:
            return ApiCaller()
        subject = subject or role
        return ApiCaller(realm.access_token(Person(subject, roles=(role,)), **claims), subject)

    return caller_with
