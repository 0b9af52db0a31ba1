"""A guest gives up paying by card: the session ends, and the order with it, unless it has been paid."""

from datetime import datetime
from uuid import UUID

import structlog

from orders import policies
from orders.models import OrderStatus, PaymentFailure
from orders.payments.exceptions import GatewayError, PaymentStarting
from orders.payments.models import AttemptState, PaymentAttempt
from orders.payments.services.settlement import cancel_unsettled, sync_attempt
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command

log = structlog.get_logger(__name__)


def give_up_payment(*, ref: UUID, by: Actor, at: datetime) -> None:
    """
    End the payment of a pending order, so that it is cancelled; nothing happens to an order that is not pending.

    Its session is ended and read first: an order that has been paid is confirmed instead. If the gateway cannot be
    asked, the order is cancelled nevertheless: a payment that turns out to have happened is refunded.

    :param ref: the order's ref
    :raises OrderNotFound: there is no such order for the actor, or it is not paid by card
    """
    attempt = end_hold(ref=ref, by=by, at=at)
    if attempt is None:
        return
    try:
        sync_attempt(ref=attempt.ref, at=at)
    except (GatewayError, PaymentStarting) as error:
        log.warning("payment_given_up_unread", attempt=str(attempt.ref), reason=str(error))
        cancel_unsettled(ref=attempt.ref, reason=PaymentFailure.GIVEN_UP, by=by, at=at)


@command
def end_hold(*, ref: UUID, by: Actor, at: datetime) -> PaymentAttempt | None:
    """End the time in which an order can be paid; None: it is not pending."""
    attempts = PaymentAttempt.objects.for_update().by_gateway().filter(order__ref=ref)
    attempt = attempts.select_related("order__contact", "order__customer").order_by("pk").last()
    if attempt is None or not policies.is_own(attempt.order, by):
        raise policies.order_not_found()
    if attempt.order.status != OrderStatus.PENDING or attempt.state != AttemptState.OPEN:
        return None
    attempt.expires_at = attempt.due_at = min(at, attempt.expires_at)
    attempt.failure = PaymentFailure.GIVEN_UP
    attempt.save(update_fields=["expires_at", "due_at", "failure"])
    return attempt
