"""The passkeys of a local account, as read models and as allauth's authenticators."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from allauth.mfa.models import Authenticator


@dataclass(frozen=True, slots=True)
class Passkey:
    ref: str  # hash of the credential ID: identifies the passkey, grants nothing
    name: str
    created_at: datetime
    used_at: datetime | None


def of(user: Any) -> list[Passkey]:
    """Return the user's passkeys, oldest first."""
    return [Passkey(_ref(each), each.wrap().name, each.created_at, each.last_used_at) for each in _rows(user)]


def find(user: Any, ref: str) -> Authenticator | None:
    """Return the user's own passkey with this ref, or None."""
    return next((each for each in _rows(user) if _ref(each) == ref), None)


def _rows(user: Any) -> list[Authenticator]:
    return list(Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("pk"))


def _ref(authenticator: Authenticator) -> str:
    return sha256(authenticator.data["credential"]["id"].encode()).hexdigest()[:16]
