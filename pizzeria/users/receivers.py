"""Receivers of Django's sign-in signals: session data after a sign-in, a log line after a failure."""

import structlog
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.users import sessions
from pizzeria.users.models import User

log = structlog.get_logger(__name__)


@receiver(user_logged_in, dispatch_uid="users.on_signed_in")
def on_signed_in(*, request: HttpRequest, user: User, **_: object) -> None:
    sessions.mark_user(request.session, user)
    sessions.mark_authenticated(request.session, at=clock.now())


@receiver(user_login_failed, dispatch_uid="users.on_sign_in_failed")
def on_sign_in_failed(*, request: HttpRequest | None = None, **_: object) -> None:
    if request and request.resolver_match:
        log.warning("sign_in_failed", actor=str(actor_of(request)), view=request.resolver_match.view_name)
