"""
The start of a payment: a session on the gateway's page for an attempt, of which there is never a second one.

One request at a time asks for it, by a lease; the others are asked to wait a moment. A request that was killed, or got
no answer, may have made a session: the next one looks for it first, and asks with the same idempotency key.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders import policies
from orders.models import OrderStatus
from orders.payments.exceptions import GatewayError, GatewayRefused, PaymentClosed, PaymentStarting
from orders.payments.gateways.protocol import StartedSession
from orders.payments.gateways.registry import gateway_of
from orders.payments.models import AttemptState, PaymentAttempt
from orders.payments.selectors import return_urls
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.commands import command
from pizzeria.foundation.ids import uuid7

LEASE = timedelta(seconds=40)  # longer than two calls with one repetition each can take
LOOK_UP_EVERY = timedelta(seconds=30)  # while the guest is on the gateway's page

PAYMENT_REFUSED = AlertKind(
    "payment_refused", gettext_lazy("The gateway refuses card payments (%(reason)s); the last one of order %(order)s.")
)


def start_payment(*, ref: UUID, by: Actor, at: datetime) -> str:
    """
    Return the URL of the gateway's page on which an order is paid.

    :param ref: the order's ref
    :param by: the order's owner, or a guest with its link
    :raises OrderNotFound: there is no such order for the actor, or it is not paid by card
    :raises PaymentClosed: it is settled, or its time is over
    :raises PaymentStarting: another request asks for the page just now
    :raises GatewayError: the gateway gave no page
    """
    attempt, is_repeated = claim_start(ref=ref, by=by, at=at)
    return attempt.url or ask_for_session(attempt, is_repeated=is_repeated, at=at).url


@command
def claim_start(*, ref: UUID, by: Actor, at: datetime) -> tuple[PaymentAttempt, bool]:
    """
    Claim the start of a payment, unless its page is known.

    :returns: the attempt, and whether a session was asked for before
    """
    attempts = PaymentAttempt.objects.for_update().by_gateway().filter(order__ref=ref)
    attempt = attempts.select_related("order__contact", "order__customer").order_by("pk").last()
    if attempt is None or not policies.is_own(attempt.order, by):
        raise policies.order_not_found()
    is_open = attempt.state == AttemptState.OPEN and attempt.order.status == OrderStatus.PENDING
    if not is_open or at >= attempt.expires_at:
        raise PaymentClosed(_("This payment is closed already."))
    return attempt, False if attempt.url else _lease(attempt, at=at)


@command
def claim_recovery(*, ref: UUID, at: datetime) -> PaymentAttempt:
    """
    Claim an attempt whose session was asked for, but never recorded.

    :param ref: the attempt's ref
    :raises PaymentStarting: another request asks for it just now
    """
    attempt = PaymentAttempt.objects.for_update().select_related("order__contact").get(ref=ref)
    if not attempt.session_id:
        _lease(attempt, at=at)
    return attempt


def _lease(attempt: PaymentAttempt, *, at: datetime) -> bool:
    """Claim a locked attempt for the request that asks for its session; return whether one was asked for before."""
    if attempt.asking_until and at < attempt.asking_until:
        raise PaymentStarting(_("One moment: the page to pay on is being opened."))
    is_repeated = attempt.asked_at is not None
    attempt.asked_at = attempt.asked_at or at
    attempt.asking_until = at + LEASE
    attempt.due_at = min(attempt.due_at, attempt.asking_until)
    attempt.save(update_fields=["asked_at", "asking_until", "due_at"])
    return is_repeated


def ask_for_session(attempt: PaymentAttempt, *, is_repeated: bool, at: datetime) -> PaymentAttempt:
    """
    Ask the gateway for a claimed attempt's session, and record it.

    :raises GatewayError: there is no answer that can be used
    """
    gateway = gateway_of(attempt.gateway)
    failpoints.reach("payments.start.before_asking")
    try:
        started = gateway.find_session(attempt) if is_repeated else None
        started = started or gateway.start(attempt, urls=return_urls(attempt.order))
    except GatewayError as error:
        record_start_failure(ref=attempt.ref, error=error, at=at)
        raise
    failpoints.reach("payments.start.answered")
    return record_session(ref=attempt.ref, started=started, at=at)


def find_lost_session(attempt: PaymentAttempt, *, at: datetime) -> PaymentAttempt | None:
    """
    Return a claimed attempt with the session that the gateway has for it, unrecorded until now; None: it has none.

    :raises GatewayError: there is no answer that can be used
    """
    try:
        started = gateway_of(attempt.gateway).find_session(attempt)
    except GatewayError as error:
        record_start_failure(ref=attempt.ref, error=error, at=at)
        raise
    return record_session(ref=attempt.ref, started=started, at=at) if started else None


@command
def record_session(*, ref: UUID, started: StartedSession, at: datetime) -> PaymentAttempt:
    """
    Record the session of an attempt, which may be settled by now: then the sweeper ends the session.

    :param ref: the attempt's ref
    """
    attempt = PaymentAttempt.objects.for_update().select_related("order__contact").get(ref=ref)
    if not attempt.session_id:
        attempt.session_id, attempt.url = started.session_id, started.url
    attempt.asking_until, attempt.error = None, ""
    if attempt.state == AttemptState.OPEN:
        attempt.due_at = min(at + LOOK_UP_EVERY, max(at, attempt.expires_at))
    attempt.save(update_fields=["session_id", "url", "asking_until", "error", "due_at"])
    return attempt


@command
def record_start_failure(*, ref: UUID, error: GatewayError, by: Actor = SYSTEM, at: datetime) -> None:
    """Record that the gateway gave no session, and release the lease. An answered request gets a new key."""
    attempt = PaymentAttempt.objects.for_update().select_related("order").get(ref=ref)
    is_refused = isinstance(error, GatewayRefused)
    if error.is_answered:
        attempt.idempotency_key = uuid7()
    attempt.asking_until, attempt.error = None, str(error)[:200]
    attempt.save(update_fields=["idempotency_key", "asking_until", "error"])
    if is_refused:
        raise_alert(PAYMENT_REFUSED, at=at, reason=str(error)[:200], order=str(attempt.order))
