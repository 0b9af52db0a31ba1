"""
What needs a hand right now, for the overview of managers: each concern with the button that takes care of it.

What the actor may not see is not queried. The number of queries does not depend on how much there is.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from kitchen.permissions import SEE_BOARD
from menu.permissions import MARK_SOLD_OUT
from orders.notifications.permissions import RESEND_NOTIFICATIONS
from orders.notifications.webhooks.permissions import MANAGE_WEBHOOKS
from orders.payments.permissions import SEE_PAYMENTS
from orders.permissions import SEE_ALL_ORDERS
from orders.reports.attention.alerts import alert_concerns
from orders.reports.attention.concern import MAX_AT_ONCE, ConcernGroup
from orders.reports.attention.dead_letters import event_concerns, notification_concerns, webhook_concerns
from orders.reports.attention.kitchen_and_menu import kitchen_concerns, sold_out_concerns
from orders.reports.attention.orders import order_concerns
from orders.reports.attention.payments import payment_concerns
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.permissions import ACKNOWLEDGE_ALERTS
from pizzeria.foundation.events.permissions import RELAY_EVENTS

__all__ = ["MAX_AT_ONCE", "ConcernGroup", "concerns"]


def concerns(*, by: Actor, at: datetime) -> list[ConcernGroup]:
    """Return what needs a hand of the actor, the most urgent first; groups without a concern are left out."""
    finders: list[tuple[bool, Callable[[Actor, datetime], Iterable[ConcernGroup]]]] = [
        (by.may(SEE_BOARD), kitchen_concerns),
        (by.may(SEE_ALL_ORDERS), order_concerns),
        (by.may(SEE_PAYMENTS), payment_concerns),
        (by.may(RELAY_EVENTS), event_concerns),
        (by.may(RESEND_NOTIFICATIONS), notification_concerns),
        (by.may(MANAGE_WEBHOOKS), webhook_concerns),
        (by.may(ACKNOWLEDGE_ALERTS), alert_concerns),
        (by.may(MARK_SOLD_OUT), sold_out_concerns),
    ]
    groups = [group for is_allowed, find in finders if is_allowed for group in find(by, at) if group.concerns]
    return sorted(groups, key=lambda group: not group.is_urgent)  # else in the order above
