from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import services as kitchen_services
from orders import policies
from orders.events import OrderCancelled, OrderRefundRequested
from orders.exceptions import ReasonMissing
from orders.models import CancelReason, Order, RefundReason
from orders.permissions import CANCEL_ANY_ORDER
from orders.services.coupons import give_back_coupon, lock_coupon_of
from orders.services.locks import lock_kitchen_of, lock_order
from orders.services.reasons import refuse_unless_possible, require_note_for_other
from pizzeria.foundation.actor import ENTER_ADMIN, Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.log import record
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed, Refusal
from pizzeria.foundation.step_up import require_recent_auth


class TooLateToCancel(Refusal):
    code = "too_late_to_cancel"


@command
def cancel_order(*, ref: UUID, reason: CancelReason | None, note: str = "", by: Actor, at: datetime) -> Order:
    """
    Cancel an order, free its place in the kitchen, give the use of its coupon back, and request the refund of what was
    paid.

    :param ref: the order's ref
    :param reason: None: the guest says none, and need not; staff must
    :param note: note to the reason, shown to the guest; required with "something else"
    :raises OrderNotFound: there is no such order, or none that the actor may see
    :raises NotAllowed: the actor may see the order, but it is not their own, and they may not cancel any order
    :raises TooLateToCancel: cooking has begun, and the actor may not cancel any order
    :raises ReauthenticationRequired: cooking has begun, and an actor with admin access has not authenticated within the
        last ten minutes
    :raises OrderStateConflict: the order is cancelled or delivered already
    :raises ReasonMissing: "something else" without a note; or staff gives no reason
    :raises ReasonNotPossible: it is none of `policies.reasons_to_cancel`
    """
    coupon = lock_coupon_of(ref)
    kitchen = lock_kitchen_of(ref)
    order = lock_order(ref)
    policies.refuse_unless_visible(order, to=by)
    if not (policies.is_own(order, by) or by.may(CANCEL_ANY_ORDER)):
        raise NotAllowed(_("Only the guest, the kitchen and managers can cancel an order."))
    policies.refuse_unless_active(order)
    if order.has_started and not by.may(CANCEL_ANY_ORDER):
        raise TooLateToCancel(_("Your pizza is already in the oven, so it can no longer be cancelled."))
    if needs_recent_auth(order, by):
        require_recent_auth(by, at=at)
    if reason is None and not policies.is_own(order, by):
        raise ReasonMissing(_("Please say why."), field="reason")
    reason = reason or CancelReason.CHANGED_MIND
    refuse_unless_possible(reason, policies.reasons_to_cancel(order, by))
    require_note_for_other(reason, note)

    kitchen_services.withdraw_ticket(kitchen=kitchen, ref=ref, by=by, at=at)
    order.contact.reason_note = note  # also when blank: a driver's earlier note is not the reason
    order.contact.save(update_fields=["reason_note"])
    give_back_coupon(coupon, order=order, at=at)
    record(order, OrderCancelled(reason=reason), *_refund_due(order), by=by, at=at)
    return order


def _refund_due(order: Order) -> list[DomainEvent[Order]]:
    if not order.amount_kept:
        return []
    return [OrderRefundRequested(refund=uuid7(), amount=order.amount_kept, reason=RefundReason.CANCELLED)]


def needs_recent_auth(order: Order, by: Actor) -> bool:
    """
    Return whether cancelling requires a recent sign-in: once cooking has begun, of an actor with admin access.

    Cooks are not asked: at the board they have flour on their hands and no keyboard.
    """
    return order.has_started and by.may(ENTER_ADMIN)
