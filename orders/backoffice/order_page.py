"""What the admin's page of one order shows: a summary, buttons of the steps that can be taken, lines and timeline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin import ActionLocation
from django.utils.translation import gettext as _

from kitchen.models import FulfillmentMethod
from kitchen.permissions import HAND_OVER
from orders import policies
from orders import selectors as order_selectors
from orders.backoffice import order_texts
from orders.backoffice.timeline import timeline
from orders.models import Order, OrderStatus
from orders.notifications.permissions import RESEND_NOTIFICATIONS
from orders.payments.permissions import REFUND, SEE_PAYMENTS
from orders.payments.selectors import receipt_rows
from orders.permissions import ASSIGN_DELIVERIES, CANCEL_ANY_ORDER, DELIVER
from pizzeria.foundation.actor import Actor

CHANGE_FORM_ACTION_FIELD = f"{ActionLocation.CHANGE_FORM.value}-action"  # as Django names it on that page


@dataclass(frozen=True, slots=True)
class ActionButton:
    """
    A button of an order's page.

    :param action: name of the admin action
    :param css_class: the button's class in the admin's style sheet
    """

    action: str
    label: str
    css_class: str = ""


def action_buttons(order: Order, by: Actor) -> list[ActionButton]:
    """Return the buttons of the steps that an actor can take with an order, by its status and the permissions."""
    is_delivery = order.method == FulfillmentMethod.DELIVERY
    is_ready = order.status == OrderStatus.READY
    buttons = []
    if is_ready and not is_delivery and by.may(HAND_OVER):
        buttons.append(ActionButton("hand_over", _("Hand over"), "default"))
    if order.status == OrderStatus.DELIVERING and _may_deliver(order, by):
        buttons.append(ActionButton("hand_over", _("Delivered"), "default"))
    if is_ready and is_delivery and by.may(ASSIGN_DELIVERIES):
        label = _("Give it to another driver…") if order.driver_id else _("Assign to a driver…")
        buttons.append(ActionButton("assign_driver", label))
    if is_ready and is_delivery and order.driver_id and by.may(DELIVER) and _may_deliver(order, by):
        buttons.append(ActionButton("unassign_driver", _("Unassign the driver")))
    if order.amount_kept > 0 and by.may(REFUND):
        buttons.append(ActionButton("refund", _("Refund…")))
    if order.is_active and by.may(CANCEL_ANY_ORDER) and policies.reasons_to_cancel(order, by):
        buttons.append(ActionButton("cancel", _("Cancel…"), "danger"))
    return buttons


def _may_deliver(order: Order, by: Actor) -> bool:
    return by.may(ASSIGN_DELIVERIES) or (by.may(DELIVER) and order.driver_id == by.user_id)


def order_page(order: Order, *, by: Actor, at: datetime) -> dict[str, Any]:
    """Return the context of an order's page. The order's contact, customer and driver are loaded."""
    return {
        "order": order,
        "detail": order_selectors.order_detail(order, at=at),
        "promise": order_texts.promise_text(order),
        "late": order_texts.lateness_text(order, at=at),
        "payment": order_texts.payment_text(order),
        "buttons": action_buttons(order, by),
        "action_field": CHANGE_FORM_ACTION_FIELD,
        "receipts": receipt_rows(order) if by.may(SEE_PAYMENTS) else [],
        "timeline": timeline(order),
        "may_resend": by.may(RESEND_NOTIFICATIONS),
    }
