"""
Sessions that Keycloak began: noted, asked about again every few minutes, ended from either side.

Nobody waits in a lock while the server is asked: whoever asks first has half a minute for it, and the others go on
with what was known a moment ago.
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
from pizzeria.users.encryption import decrypt, encrypt
from pizzeria.users.keycloak import provider
from pizzeria.users.keycloak.provider import ProviderRefused, ProviderUnavailable
from pizzeria.users.keycloak.tokens import TokenInvalid, parse_time
from pizzeria.users.keycloak.userinfo import OidcLogin, SubjectMismatch, fetch_userinfo
from pizzeria.users.models import Identity, OidcSession
from pizzeria.users.services.identities import sync_groups

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

LONG_AGO = datetime.fromtimestamp(0, UTC)
TO_ASK = timedelta(seconds=30)  # for whoever asks; then the next may
UNTIL_AGAIN = timedelta(minutes=1)  # when nobody answered

log = structlog.get_logger(__name__)


def store_session(login: OidcLogin, *, session_key: str, at: datetime) -> OidcSession:
    """Keep what it takes to ask again about a session that has just begun."""
    return OidcSession.objects.create(
        identity=Identity.objects.get(issuer=settings.OIDC_ISSUER, subject=login.claims["sub"]),
        session_key=session_key,
        sid=str(login.claims.get("sid", ""))[:255],
        encrypted_tokens=encrypt({"refresh": login.tokens.refresh, "id": login.tokens.id}),
        authenticated_at=min(parse_time(login.claims, "auth_time") or LONG_AGO, at),
        checked_at=at,
    )


def is_revalidation_due(checked_at: datetime, *, at: datetime) -> bool:
    """Tell whether it is time to ask again."""
    return at - checked_at >= revalidation_interval()


def revalidate(oidc_session_id: int, *, at: datetime) -> OidcSession | None:
    """
    Ask the server whether a session still stands, if it is time to; give what is known of it then, None if it ended.

    The person's groups follow what the server says. A session it no longer knows is ended here too; while it cannot be
    reached, does not know us, or says what cannot be believed, sessions live on as they are.
    """
    here = OidcSession.objects.filter(pk=oidc_session_id).select_related("identity__user")
    due = here.filter(checked_at__lte=at - revalidation_interval())
    if due.update(checked_at=at - revalidation_interval() + TO_ASK) and (oidc_session := here.first()):
        _revalidate(oidc_session, at=at)
    return here.first()


def revalidate_due(session_keys: Collection[str], *, at: datetime) -> None:
    """
    Ask about those of these sessions about which it is time to ask: their holders send no requests by themselves.

    The first that gets no answer is the last that is asked about now: the others would wait in vain one after another.
    """
    due = OidcSession.objects.filter(session_key__in=session_keys, checked_at__lte=at - revalidation_interval())
    for oidc_session_id in due.order_by("checked_at", "pk").values_list("pk", flat=True):
        oidc_session = revalidate(oidc_session_id, at=at)
        if oidc_session and oidc_session.checked_at < at:
            return


def end(oidc_sessions: QuerySet[OidcSession], *, why: str) -> int:
    """End sessions, whoever holds them; give how many."""
    ended = list(oidc_sessions.select_related("identity"))
    for oidc_session in ended:
        _store(oidc_session.session_key).delete()
        log.info("sign_in_ended", user_id=oidc_session.identity.user_id, reason=why)
    OidcSession.objects.filter(pk__in=[oidc_session.pk for oidc_session in ended]).delete()
    return len(ended)


def purge_ended() -> int:
    """Delete what is kept of sessions that are no more; give how many."""
    return OidcSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]


def id_token(oidc_session: OidcSession) -> str:
    """Give the token that says to the server whose session is to end; "" when it can be read no more."""
    try:
        return str(decrypt(oidc_session.encrypted_tokens)["id"])
    except (ValueError, KeyError):
        return ""


def revalidation_interval() -> timedelta:
    """Give the time after which a session is asked about again."""
    return timedelta(seconds=settings.OIDC_RECHECK_SECONDS)


def _revalidate(oidc_session: OidcSession, *, at: datetime) -> None:
    mine = OidcSession.objects.filter(pk=oidc_session.pk)
    try:
        _refresh(oidc_session)
    except (SubjectMismatch, ValueError) as error:
        end(mine, why=str(error))
    except (ProviderUnavailable, ProviderRefused, TokenInvalid) as unclear:
        if str(unclear) == "invalid_grant":
            end(mine, why="no longer known to the sign-in server")
            return
        log.warning("sign_in_unchecked", user_id=oidc_session.identity.user_id, reason=str(unclear))
        mine.update(checked_at=at - revalidation_interval() + UNTIL_AGAIN)
    else:
        mine.update(checked_at=at)


def _refresh(oidc_session: OidcSession) -> None:
    """Let tokens and groups be what the server gives and says now."""
    kept = decrypt(oidc_session.encrypted_tokens)
    tokens = provider.tokens_by_refresh(kept["refresh"])
    # First of all: whatever goes wrong now, the server may take the old one no more.
    sealed = encrypt({"refresh": tokens.refresh or kept["refresh"], "id": tokens.id or kept["id"]})
    OidcSession.objects.filter(pk=oidc_session.pk).update(encrypted_tokens=sealed)
    userinfo = fetch_userinfo(tokens, subject=oidc_session.identity.subject)
    if sync_groups(user=oidc_session.identity.user, roles=userinfo.roles, by=SYSTEM):
        log.info("roles_changed", user_id=oidc_session.identity.user_id)


def _store(session_key: str) -> "SessionBase":
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return store
