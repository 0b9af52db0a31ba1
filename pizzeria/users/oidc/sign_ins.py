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
from pizzeria.users.models import Identity, SignIn
from pizzeria.users.oidc import provider
from pizzeria.users.oidc.provider import Denied, OutOfReach
from pizzeria.users.oidc.tokens import BadToken, moment
from pizzeria.users.oidc.told import Arrival, OfAnother, told_of
from pizzeria.users.services.identities import sync_groups

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

LONG_AGO = datetime.fromtimestamp(0, UTC)
TO_ASK = timedelta(seconds=30)  # for whoever asks; then the next may
UNTIL_AGAIN = timedelta(minutes=1)  # when nobody answered

log = structlog.get_logger(__name__)


def note(arrival: Arrival, *, session_key: str, at: datetime) -> SignIn:
    """Keep what it takes to ask again about a session that has just begun."""
    return SignIn.objects.create(
        identity=Identity.objects.get(issuer=settings.OIDC_ISSUER, subject=arrival.claims["sub"]),
        session_key=session_key,
        sid=str(arrival.claims.get("sid", ""))[:255],
        encrypted_tokens=encrypt({"refresh": arrival.tokens.refresh, "id": arrival.tokens.id}),
        authenticated_at=min(moment(arrival.claims, "auth_time") or LONG_AGO, at),
        checked_at=at,
    )


def is_due(checked_at: datetime, *, at: datetime) -> bool:
    """Tell whether it is time to ask again."""
    return at - checked_at >= between()


def recheck(sign_in_id: int, *, at: datetime) -> SignIn | None:
    """
    Ask the server whether a session still stands, if it is time to; give what is known of it then, None if it ended.

    The person's groups follow what the server says. A session it no longer knows is ended here too; while it cannot be
    reached, does not know us, or says what cannot be believed, sessions live on as they are.
    """
    here = SignIn.objects.filter(pk=sign_in_id).select_related("identity__user")
    due = here.filter(checked_at__lte=at - between())
    if due.update(checked_at=at - between() + TO_ASK) and (sign_in := here.first()):
        _ask(sign_in, at=at)
    return here.first()


def recheck_due(session_keys: Collection[str], *, at: datetime) -> None:
    """
    Ask about those of these sessions about which it is time to ask: their holders send no requests by themselves.

    The first that gets no answer is the last that is asked about now: the others would wait in vain one after another.
    """
    due = SignIn.objects.filter(session_key__in=session_keys, checked_at__lte=at - between())
    for sign_in_id in due.order_by("checked_at", "pk").values_list("pk", flat=True):
        sign_in = recheck(sign_in_id, at=at)
        if sign_in and sign_in.checked_at < at:
            return


def end(sign_ins: QuerySet[SignIn], *, why: str) -> int:
    """End sessions, whoever holds them; give how many."""
    ended = list(sign_ins.select_related("identity"))
    for sign_in in ended:
        _store(sign_in.session_key).delete()
        log.info("sign_in_ended", user_id=sign_in.identity.user_id, why=why)
    SignIn.objects.filter(pk__in=[sign_in.pk for sign_in in ended]).delete()
    return len(ended)


def forget_ended() -> int:
    """Delete what is kept of sessions that are no more; give how many."""
    return SignIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0]


def id_token(sign_in: SignIn) -> str:
    """Give the token that says to the server whose session is to end; "" when it can be read no more."""
    try:
        return str(decrypt(sign_in.encrypted_tokens)["id"])
    except (ValueError, KeyError):
        return ""


def between() -> timedelta:
    """Give the time after which a session is asked about again."""
    return timedelta(seconds=settings.OIDC_RECHECK_SECONDS)


def _ask(sign_in: SignIn, *, at: datetime) -> None:
    mine = SignIn.objects.filter(pk=sign_in.pk)
    try:
        _follow(sign_in)
    except (OfAnother, ValueError) as error:
        end(mine, why=str(error))
    except (OutOfReach, Denied, BadToken) as unclear:
        if str(unclear) == "invalid_grant":
            end(mine, why="no longer known to the sign-in server")
            return
        log.warning("sign_in_unchecked", user_id=sign_in.identity.user_id, why=str(unclear))
        mine.update(checked_at=at - between() + UNTIL_AGAIN)
    else:
        mine.update(checked_at=at)


def _follow(sign_in: SignIn) -> None:
    """Let tokens and groups be what the server gives and says now."""
    kept = decrypt(sign_in.encrypted_tokens)
    tokens = provider.tokens_by_refresh(kept["refresh"])
    # First of all: whatever goes wrong now, the server may take the old one no more.
    sealed = encrypt({"refresh": tokens.refresh or kept["refresh"], "id": tokens.id or kept["id"]})
    SignIn.objects.filter(pk=sign_in.pk).update(encrypted_tokens=sealed)
    told = told_of(tokens, subject=sign_in.identity.subject)
    if sync_groups(user=sign_in.identity.user, roles=told.roles, by=SYSTEM):
        log.info("roles_changed", user_id=sign_in.identity.user_id)


def _store(session_key: str) -> "SessionBase":
    store: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return store
