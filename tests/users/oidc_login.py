"""Sign-in by the realm of these tests, and the ageing of sessions."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from django.db.models import F
from django.urls import reverse

from pizzeria.users.models import OidcSession

LEAVE, RETURN = reverse("users:keycloak_sign_in"), reverse("users:keycloak_callback")


def begin_login(client, **asked):
    """Make an authorization request; return the parameters that the sign-in server would receive."""
    answer = client.get(LEAVE, asked)
    assert answer.status_code == 302, answer.content.decode()
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def complete_login(client, realm, person, *, asked=None, **bent):
    """Request the callback with a code of the realm, and return the answer."""
    asked = asked or begin_login(client)
    code = realm.code_for(person, nonce=asked["nonce"], challenge=asked["code_challenge"])
    return client.get(RETURN, {"state": asked["state"], "code": code, **bent})


def is_signed_in(client):
    return client.session.get("_auth_user_id") is not None


def age_session(client, **duration):
    """Move the times of a client's session and of its `OidcSession` into the past."""
    grows_older(client.session, **duration)


def grows_older(session, **duration):
    """Move the times of a session and of its `OidcSession` into the past."""
    ago = timedelta(**duration)
    for name in ("checked_at", "began_at", "seen_at", "seen_in_admin_at", "authenticated_at"):
        session[name] -= ago.total_seconds()
    session.save()
    OidcSession.objects.filter(session_key=session.session_key).update(
        checked_at=F("checked_at") - ago, authenticated_at=F("authenticated_at") - ago
    )
