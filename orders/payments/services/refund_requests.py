"""
Refunds of a part of an order, which managers decide: up to a limit one of them alone, above it two.

The requests of an order are read and written under its lock: nothing is refunded twice.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import Order
from orders.payments.models import RefundRequest, RefundRequestReason, RefundRequestState
from orders.payments.permissions import REFUND
from orders.payments.refundable import RefundChoice, price_refund, refundable_of
from orders.services import payment as order_payment
from orders.services.locks import lock_order
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.commands import command
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.money import ZERO, format_amount
from pizzeria.foundation.refusals import NotAllowed, Refusal
from pizzeria.foundation.shop.selectors import current_shop
from pizzeria.foundation.step_up import require_recent_auth

REFUND_WAITS = AlertKind(
    "refund_waits", gettext_lazy("A refund of %(amount)s for order %(order)s waits for a second manager.")
)


class NothingToRefund(Refusal):
    """Refusal because nothing was paid, or all of it is refunded or requested to be."""

    code = "nothing_to_refund"


class RefundAmountChanged(Refusal):
    """Refusal because the refund comes to another amount than the manager has seen."""

    code = "refund_amount_changed"


class RefundRequestDecided(Refusal):
    """Refusal because the request is approved or declined already."""

    code = "refund_request_decided"


class SecondManagerRequired(Refusal):
    """Refusal of an approval by the manager who has requested the refund."""

    code = "second_manager_required"
    status = 403


def _find_request(ref: UUID) -> RefundRequest:
    return RefundRequest.objects.select_related("order").get(ref=ref)


@command(replay=_find_request)
def request_refund(
    *,
    ref: UUID,
    order: UUID,
    choice: RefundChoice,
    shown_amount: Decimal | None,
    reason: RefundRequestReason,
    note: str = "",
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> RefundRequest:
    """
    Refund a part of an order, or ask a second manager to approve it.

    A second manager is needed if the order's refunds by one manager would together come to more than the limit in the
    shop's settings.

    :param ref: of the new request, and of the refund
    :param order: the order's ref
    :param shown_amount: the amount that the manager has seen
    :param note: for colleagues, at most 300 characters
    :raises NotAllowed: the actor may not refund
    :raises ReauthenticationRequired: the actor has not authenticated within the last ten minutes
    :raises OrderNotFound: there is no such order
    :raises NothingToRefund: nothing was paid, or all of it is refunded or requested to be
    :raises NotRefundable: something of the choice cannot be refunded (any more), or it comes to nothing
    :raises RefundAmountChanged: it comes to another amount than was shown
    """
    _refuse_unless_may_refund(by, at=at)
    paid_order = lock_order(order)
    refundable = refundable_of(paid_order)
    if refundable.left <= 0:
        raise NothingToRefund(_reason_nothing_is_left(paid_order))
    priced = price_refund(refundable, choice)
    if priced.amount != shown_amount:
        message = _("It comes to %(amount)s now. Please look at it once more.")
        raise RefundAmountChanged(message % {"amount": format_amount(priced.amount)})

    is_waiting = _needs_second_manager(paid_order, priced.amount)
    request = RefundRequest.objects.create(
        ref=ref,
        order=paid_order,
        items=priced.items.model_dump(mode="json"),
        amount=priced.amount,
        reason=reason,
        note=note,
        state=RefundRequestState.WAITING if is_waiting else RefundRequestState.APPROVED,
        needs_second_manager=is_waiting,
        requested_by_id=by.user_id,
        requested_at=at,
        decided_by_id=None if is_waiting else by.user_id,
        decided_at=None if is_waiting else at,
    )
    if is_waiting:
        raise_alert(REFUND_WAITS, key=str(ref), at=at, order=str(paid_order), amount=format_amount(priced.amount))
    else:
        order_payment.refund_part(paid_order, refund=ref, amount=priced.amount, by=by, at=at)
    return request


@command
def approve_refund(*, ref: UUID, by: Actor, at: datetime) -> RefundRequest:
    """
    Approve a request that waits, as the second manager: the refund is requested.

    :param ref: the request's ref
    :raises NotAllowed: the actor may not refund
    :raises ReauthenticationRequired: the actor has not authenticated within the last ten minutes
    :raises RefundRequestDecided: it is approved or declined already
    :raises SecondManagerRequired: the actor has requested it
    :raises NothingToRefund: less is left than it refunds
    :raises RefundRequest.DoesNotExist: there is no such request
    """
    _refuse_unless_may_refund(by, at=at)
    request = _lock_waiting(ref)
    if by.user_id is None or by.user_id == request.requested_by_id:
        raise SecondManagerRequired(_("You have requested it yourself: another manager has to approve it."))
    if request.amount > request.order.amount_kept:
        raise NothingToRefund(_reason_nothing_is_left(request.order))
    _decide(request, RefundRequestState.APPROVED, by=by, at=at)
    order_payment.refund_part(request.order, refund=ref, amount=request.amount, by=by, at=at)
    return request


@command
def decline_refund(*, ref: UUID, by: Actor, at: datetime) -> RefundRequest:
    """
    Decline a request that waits; the manager who has requested it may do that, too.

    :param ref: the request's ref
    :raises NotAllowed: the actor may not refund
    :raises ReauthenticationRequired: the actor has not authenticated within the last ten minutes
    :raises RefundRequestDecided: it is approved or declined already
    :raises RefundRequest.DoesNotExist: there is no such request
    """
    _refuse_unless_may_refund(by, at=at)
    request = _lock_waiting(ref)
    _decide(request, RefundRequestState.DECLINED, by=by, at=at)
    return request


def _refuse_unless_may_refund(by: Actor, *, at: datetime) -> None:
    if not by.may(REFUND):
        raise NotAllowed(_("Only managers can do that."))
    require_recent_auth(by, at=at)


def _needs_second_manager(order: Order, amount: Decimal) -> bool:
    """Return whether a refund exceeds the limit, together with those of the order that had no second manager."""
    limit = current_shop().refund_limit
    alone = RefundRequest.objects.filter(order=order, state=RefundRequestState.APPROVED, needs_second_manager=False)
    refunded: Decimal = alone.aggregate(sum=Sum("amount", default=ZERO))["sum"]
    return bool(limit) and refunded + amount > limit


def _lock_waiting(ref: UUID) -> RefundRequest:
    """Lock the order of a request, and return the request with its order."""
    order = lock_order(_find_request(ref).order.ref)
    request = RefundRequest.objects.get(ref=ref)
    request.order = order
    if request.state != RefundRequestState.WAITING:
        message = _("The refund of %(amount)s is decided already: %(state)s.")
        values = {"amount": format_amount(request.amount), "state": request.get_state_display()}
        raise RefundRequestDecided(message % values)
    return request


def _decide(request: RefundRequest, state: RefundRequestState, *, by: Actor, at: datetime) -> None:
    request.state, request.decided_by_id, request.decided_at = state, by.user_id, at
    request.save(update_fields=["state", "decided_by", "decided_at"])


def _reason_nothing_is_left(order: Order) -> str:
    if not order.paid:
        return _("#%(number)d is not paid, so that there is nothing to refund.") % {"number": order.number}
    return _("What was paid for #%(number)d is refunded already, or is going to be.") % {"number": order.number}
