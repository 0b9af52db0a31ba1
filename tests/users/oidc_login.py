"""Somebody who signs in by the realm of these tests, and time that passes for their session."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from django.db.models import F
from django.urls import reverse

from pizzeria.users.models import OidcSession

LEAVE, RETURN = reverse("users:keycloak_sign_in"), reverse("users:keycloak_callback")


def begin_login(client, **asked):
    """Set out for the sign-in server; give what it is asked for."""
    answer = client.get(LEAVE, asked)
    assert answer.status_code == 302, answer.content.decode()
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}


def complete_login(client, realm, person, *, asked=None, **bent):
    """Come back from it with a code."""
    asked = asked or begin_login(client)
    code = realm.code_for(person, nonce=asked["nonce"], challenge=asked["code_challenge"])
    return client.get(RETURN, {"state": asked["state"], "code": code, **bent})


def is_signed_in(client):
    return client.session.get("_auth_user_id") is not None


def age_session(client, **duration):
    """Let the session in somebody's browser, and what is known of it, grow older."""
    grows_older(client.session, **duration)


def grows_older(session, **duration):
    """Let a session, and what is known of it, grow older."""
    ago = timedelta(**duration)
    for name in ("checked_at", "began_at", "seen_at", "seen_in_admin_at", "authenticated_at"):
        session[name] -= ago.total_seconds()
    session.save()
    OidcSession.objects.filter(session_key=session.session_key).update(
        checked_at=F("checked_at") - ago, authenticated_at=F("authenticated_at") - ago
    )
