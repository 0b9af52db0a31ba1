"""
Storage, revalidation and end of the sessions that Keycloak began.

No lock is held during a request to the provider: the first caller claims a due session for 30 seconds by moving
`checked_at`, and concurrent callers meanwhile use the state already stored. Two sessions of one user may be revalidated
at once: of two answers, the one that the provider issued later is kept, in whatever order they are stored.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.encryption import decrypt, encrypt
from pizzeria.users import sessions
from pizzeria.users.keycloak import provider
from pizzeria.users.keycloak.provider import ProviderRefused, ProviderUnavailable
from pizzeria.users.keycloak.tokens import TokenInvalid, parse_time
from pizzeria.users.keycloak.userinfo import OidcLogin, SubjectMismatch, fetch_userinfo
from pizzeria.users.models import Identity, OidcSession
from pizzeria.users.services.identities import sync_groups

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

EPOCH = datetime.fromtimestamp(0, UTC)
REVALIDATION_LEASE = timedelta(seconds=30)  # a claim lasts this long; then another caller may revalidate
RETRY_DELAY = timedelta(minutes=1)  # until the next attempt after the provider was unavailable

log = structlog.get_logger(__name__)


def store_session(login: OidcLogin, *, session_key: str, at: datetime) -> OidcSession:
    """Return the new `OidcSession` of a login: its encrypted tokens, Keycloak's session ID and its times."""
    return OidcSession.objects.create(
        identity=Identity.objects.get(issuer=settings.OIDC_ISSUER, subject=login.claims["sub"]),
        session_key=session_key,
        sid=str(login.claims.get("sid", ""))[:255],
        encrypted_tokens=encrypt({"refresh": login.tokens.refresh, "id": login.tokens.id}),
        authenticated_at=min(parse_time(login.claims, "auth_time") or EPOCH, at),
        checked_at=at,
    )


def is_revalidation_due(checked_at: datetime, *, at: datetime) -> bool:
    """Return whether a session last revalidated at `checked_at` is due for revalidation."""
    return at - checked_at >= revalidation_interval()


def revalidate(oidc_session_id: int, *, at: datetime) -> OidcSession | None:
    """
    Revalidate a session at the provider if that is due; return its row, or None if the session has ended.

    The user's groups follow the roles that the provider reports. A session is ended here if
    the provider no longer knows it or answers for another subject, or if the stored tokens cannot be decrypted. While
    the provider is unavailable, refuses our client or returns invalid tokens, sessions stay as they are.
    """
    here = OidcSession.objects.filter(pk=oidc_session_id).select_related("identity__user")
    due = here.filter(checked_at__lte=at - revalidation_interval())
    if due.update(checked_at=at - revalidation_interval() + REVALIDATION_LEASE) and (oidc_session := here.first()):
        _revalidate(oidc_session, at=at)
    return here.first()


def revalidate_due(session_keys: Collection[str], *, at: datetime) -> None:
    """
    Revalidate those of these sessions that are due: the clients of open streams send no requests that would do it.

    Stops at the first session that gets no answer: the others would each wait for a timeout, one after another.
    """
    due = OidcSession.objects.filter(session_key__in=session_keys, checked_at__lte=at - revalidation_interval())
    for oidc_session_id in due.order_by("checked_at", "pk").values_list("pk", flat=True):
        oidc_session = revalidate(oidc_session_id, at=at)
        if oidc_session and oidc_session.checked_at < at:
            return


def end_sessions(oidc_sessions: QuerySet[OidcSession], *, reason: str) -> int:
    """End these sessions and delete their rows; return how many."""
    ended = list(oidc_sessions.select_related("identity"))
    for oidc_session in ended:
        _store(oidc_session.session_key).delete()
        log.info("session_ended", user_id=oidc_session.identity.user_id, reason=reason)
    OidcSession.objects.filter(pk__in=[oidc_session.pk for oidc_session in ended]).delete()
    return len(ended)


def follow_session_key(session: "SessionBase") -> None:
    """Store the new key of a session, if Keycloak began it; without it, the session would count as ended."""
    if oidc_session_id := sessions.oidc_session_id(session):
        OidcSession.objects.filter(pk=oidc_session_id).update(session_key=session.session_key)


def purge_ended() -> int:
    """Delete the rows whose Django session no longer exists; return how many."""
    return OidcSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]


def id_token(oidc_session: OidcSession) -> str:
    """Return the ID token, the `id_token_hint` of a logout; "" if it can no longer be decrypted."""
    try:
        return str(decrypt(oidc_session.encrypted_tokens)["id"])
    except (ValueError, KeyError):
        return ""


def revalidation_interval() -> timedelta:
    """Return the time after which a session is due for revalidation."""
    return timedelta(seconds=settings.OIDC_RECHECK_SECONDS)


def _revalidate(oidc_session: OidcSession, *, at: datetime) -> None:
    mine = OidcSession.objects.filter(pk=oidc_session.pk)
    try:
        _refresh(oidc_session)
    except (SubjectMismatch, ValueError) as error:
        end_sessions(mine, reason=str(error))
    except (ProviderUnavailable, ProviderRefused, TokenInvalid) as unclear:
        if str(unclear) == "invalid_grant":
            end_sessions(mine, reason="no longer known to the sign-in server")
            return
        log.warning("session_not_revalidated", user_id=oidc_session.identity.user_id, reason=str(unclear))
        mine.update(checked_at=at - revalidation_interval() + RETRY_DELAY)
    else:
        mine.update(checked_at=at)


def _refresh(oidc_session: OidcSession) -> None:
    """
    Refresh the session's tokens at the provider, and set the user's groups to the roles that it reports.

    :raises ValueError: the stored tokens cannot be decrypted
    :raises SubjectMismatch: the new tokens or userinfo are of another subject
    :raises TokenInvalid: the new access token is invalid
    :raises ProviderRefused, ProviderUnavailable: no new tokens or no userinfo
    """
    stored = decrypt(oidc_session.encrypted_tokens)
    tokens = provider.tokens_by_refresh(stored["refresh"])
    # Stored before anything else can fail: the server may no longer accept the old refresh token.
    encrypted = encrypt({"refresh": tokens.refresh or stored["refresh"], "id": tokens.id or stored["id"]})
    OidcSession.objects.filter(pk=oidc_session.pk).update(encrypted_tokens=encrypted)
    userinfo = fetch_userinfo(tokens, subject=oidc_session.identity.subject)
    if sync_groups(identity=oidc_session.identity, roles=userinfo.roles, issued_at=userinfo.issued_at, by=SYSTEM):
        log.info("roles_changed", user_id=oidc_session.identity.user_id)


def _store(session_key: str) -> "SessionBase":
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return store
