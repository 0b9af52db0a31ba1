"""
Notification rules: the one table of which events are notified, by which channels, and how long they stay relevant.

In-app notifications are for customers alone, who see there what happened whenever they look. An e-mail or an SMS
interrupts its recipient: it is sent only while it is relevant and still true.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kitchen.models import FulfillmentMethod
from kitchen.undo import final_from
from orders.events import (
    OrderCancelled,
    OrderConfirmed,
    OrderCookingStarted,
    OrderDelivered,
    OrderOutForDelivery,
    OrderPlaced,
    OrderPromiseChanged,
    OrderReady,
    OrderRefunded,
    OrderRefundRequested,
)
from orders.models import Order, OrderStatus, RefundReason
from orders.notifications.models import Notification, NotificationChannel, NotificationKind, NotificationState
from orders.selectors.order import last_step
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.events.models import StoredEvent

HALF_AN_HOUR, ONE_DAY = timedelta(minutes=30), timedelta(hours=24)

IN_APP = (NotificationChannel.IN_APP,)
IN_APP_AND_EMAIL = (NotificationChannel.IN_APP, NotificationChannel.EMAIL)
ALL_CHANNELS = (NotificationChannel.IN_APP, NotificationChannel.EMAIL, NotificationChannel.SMS)


def _always(order: Order, event: StoredEvent) -> bool:
    return True


def _still_active(order: Order, event: StoredEvent) -> bool:
    return order.is_active


def _still_ready(order: Order, event: StoredEvent) -> bool:
    return order.status == OrderStatus.READY and order.ready_at == event.at  # not ready again after a recall


def _still_out(order: Order, event: StoredEvent) -> bool:
    return order.status == OrderStatus.DELIVERING and order.out_for_delivery_at == event.at


def _still_delivered(order: Order, event: StoredEvent) -> bool:
    return order.status == OrderStatus.DELIVERED and order.delivered_at == event.at  # not undone since


def _still_promised(order: Order, event: StoredEvent) -> bool:
    domain_event = domain_events.load(event)
    assert isinstance(domain_event, OrderPromiseChanged)
    return order.is_active and (order.promise_from, order.promise_until) == (
        domain_event.promise_from,
        domain_event.promise_until,
    )


def _every_event(event: StoredEvent) -> bool:
    return True


def _is_unexpected_payment(event: StoredEvent) -> bool:
    """Return whether a refund is of a payment that the shop cannot keep; of others the guest knows why."""
    domain_event = domain_events.load(event)
    assert isinstance(domain_event, OrderRefundRequested)
    return domain_event.reason not in (RefundReason.CANCELLED, RefundReason.GOODWILL)


@dataclass(frozen=True, slots=True)
class NotificationRule:
    """
    Rule for the notifications of one type of domain event.

    :param channels: channels to use, if the recipient can be reached by them
    :param max_age: how long after the event an e-mail or SMS is still sent
    :param methods: fulfillment methods of the orders that the rule covers
    :param covers: whether an event of the type is notified at all
    :param still_applies: whether the notification is still true of the order as it is now
    :param is_undoable: whether the step can be undone for a while: until then nobody is notified of it
    :param sent_when_overtaken: whether it is sent although a later message of the same order is due
    """

    kind: NotificationKind
    channels: tuple[NotificationChannel, ...]
    max_age: timedelta = ONE_DAY
    methods: tuple[FulfillmentMethod, ...] = (FulfillmentMethod.PICKUP, FulfillmentMethod.DELIVERY)
    covers: Callable[[StoredEvent], bool] = _every_event
    still_applies: Callable[[Order, StoredEvent], bool] = _always
    sent_when_overtaken: bool = False
    is_undoable: bool = False

    def due_at(self, event: StoredEvent) -> datetime:
        """Return when the notifications of an event are due."""
        return final_from(event.at) if self.is_undoable else event.at


RULES: Mapping[type[DomainEvent[Any]], NotificationRule] = {
    OrderPlaced: NotificationRule(NotificationKind.PLACED, IN_APP),
    OrderConfirmed: NotificationRule(NotificationKind.CONFIRMED, ALL_CHANNELS, still_applies=_still_active),
    OrderCookingStarted: NotificationRule(NotificationKind.COOKING, IN_APP, is_undoable=True),
    OrderReady: NotificationRule(
        NotificationKind.READY,
        ALL_CHANNELS,
        HALF_AN_HOUR,
        methods=(FulfillmentMethod.PICKUP,),
        still_applies=_still_ready,
        is_undoable=True,
    ),
    OrderOutForDelivery: NotificationRule(
        NotificationKind.OUT_FOR_DELIVERY, ALL_CHANNELS, HALF_AN_HOUR, still_applies=_still_out
    ),
    OrderDelivered: NotificationRule(
        NotificationKind.DELIVERED, IN_APP_AND_EMAIL, still_applies=_still_delivered, is_undoable=True
    ),
    OrderCancelled: NotificationRule(NotificationKind.CANCELLED, ALL_CHANNELS, sent_when_overtaken=True),
    OrderRefundRequested: NotificationRule(
        NotificationKind.REFUND_REQUESTED, ALL_CHANNELS, covers=_is_unexpected_payment, sent_when_overtaken=True
    ),
    OrderRefunded: NotificationRule(NotificationKind.REFUNDED, IN_APP_AND_EMAIL, sent_when_overtaken=True),
    OrderPromiseChanged: NotificationRule(
        NotificationKind.PROMISE_CHANGED, ALL_CHANNELS, HALF_AN_HOUR, still_applies=_still_promised
    ),
}


_UNDOABLE_TYPES = {domain_event.type for domain_event, rule in RULES.items() if rule.is_undoable}


def rule_for(event: StoredEvent) -> NotificationRule | None:
    """
    Return the notification rule of a stored event; None: nobody is notified.

    :raises EventUnreadable: this release cannot load it
    """
    return RULES.get(type(domain_events.load(event)))


def reason_not_to_send(notification: Notification, *, later: Iterable[Notification], at: datetime) -> str:
    """
    Return the reason for not sending a notification any more, or "" if it is to be sent.

    :param later: the notifications of later events of the same order, by the same channel
    :raises EventUnreadable: this release cannot load the notification's event
    """
    rule = rule_for(notification.event)
    if reason := _reason_expired(notification, rule, at=at):
        return reason
    is_overtakable = rule is not None and not rule.sent_when_overtaken
    if is_overtakable and any(_overtakes(each, at=at) for each in later):
        return "overtaken"
    return ""


def undoable_until(order: Order) -> datetime | None:
    """
    Return until when the last step of an order may still be undone; None if it is none that can be undone. One query.

    What the step has made untrue may be true again after the undo.
    """
    step = last_step(order.ref)
    return final_from(step.at) if step and step.type in _UNDOABLE_TYPES else None


def _reason_expired(notification: Notification, rule: NotificationRule | None, *, at: datetime) -> str:
    if rule is None:  # the release that created it had a rule
        return "nobody is notified of this event any more"
    if at - notification.relevant_since > rule.max_age:
        return "too old"
    return "" if rule.still_applies(notification.order, notification.event) else "no longer applies"


def _overtakes(notification: Notification, *, at: datetime) -> bool:
    """Return whether a notification was sent, or is due and will be: an expired or unreadable one overtakes nothing."""
    match notification.state:
        case NotificationState.SENT | NotificationState.SENDING:
            return True
        case NotificationState.QUEUED if notification.due_at > at:
            return False
        case NotificationState.QUEUED | NotificationState.FAILED:
            try:
                return not _reason_expired(notification, rule_for(notification.event), at=at)
            except domain_events.EventUnreadable:
                return False
    return False
