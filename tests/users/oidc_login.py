"""Sign-in by the realm of these tests, and the ageing of sessions."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from django.db.models import F
from django.urls import reverse

from pizzeria.users.models import OidcSession

AUTHORIZATION_REQUEST, CALLBACK = reverse("users:keycloak_sign_in"), reverse("users:keycloak_callback")


def begin_login(client, **parameters):
    """Make an authorization request; return the parameters that the sign-in server would receive."""
    response = client.get(AUTHORIZATION_REQUEST, parameters)
    assert response.status_code == 302, response.content.decode()
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def complete_login(client, realm, person, *, parameters=None, **overrides):
    """Request the callback with a code of the realm, and return the response."""
    parameters = parameters or begin_login(client)
    code = realm.code_for(person, nonce=parameters["nonce"], challenge=parameters["code_challenge"])
    return client.get(CALLBACK, {"state": parameters["state"], "code": code, **overrides})


def is_signed_in(client):
    return client.session.get("_auth_user_id") is not None


def age_session(client, **duration):
    """Move the times of a client's session and of its `OidcSession` into the past."""
    age_stored_session(client.session, **duration)


def age_stored_session(session, **duration):
    """Move the times of a session and of its `OidcSession` into the past."""
    ago = timedelta(**duration)
    for name in ("checked_at", "began_at", "seen_at", "seen_in_admin_at", "authenticated_at"):
        session[name] -= ago.total_seconds()
    session.save()
    OidcSession.objects.filter(session_key=session.session_key).update(
        checked_at=F("checked_at") - ago, authenticated_at=F("authenticated_at") - ago
    )
