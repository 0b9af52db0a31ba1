"""Creation of the notifications of a stored event, and their expiry when the step is undone. Nothing is sent here."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import Q

from orders.events import OrderLinkedToCustomer, OrderStepUndone
from orders.models import Order
from orders.notifications.channels.registry import is_reachable
from orders.notifications.models import Notification, NotificationChannel, NotificationState
from orders.notifications.rules import NotificationRule, rule_for
from orders.notifications.selectors import invalidate_unread_count
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.models import StoredEvent


@command
def create_notifications(*, event_id: int, at: datetime) -> list[Notification]:
    """
    Create the notifications of a stored event, once, however often it is relayed.

    :returns: those of the event that are due to be sent
    :raises StoredEvent.DoesNotExist: there is no such event
    :raises EventUnreadable: this release cannot load it
    """
    event = StoredEvent.objects.get(pk=event_id)
    rule = rule_for(event)
    if rule is None or not rule.covers(event):
        return []
    # Locked: an undo of this step commits either before, and is found here, or later, and expires these notifications.
    order = Order.objects.for_update().select_related("contact", "customer").get(ref=event.aggregate_ref)
    if order.method not in rule.methods or (rule.is_undoable and _was_undone(event)):
        return []
    to = _recipient(order, event)
    Notification.objects.bulk_create(
        [
            _notification(event, order, channel, to=to, rule=rule, at=at)
            for channel in rule.channels
            if is_reachable(to, order, channel)
        ],
        ignore_conflicts=True,
    )
    transaction.on_commit(partial(invalidate_unread_count, to), robust=True)
    return list(Notification.objects.filter(event=event).due(at).order_by("pk"))


def expire_notifications_of_undone_step(*, order: Order, seq: int) -> None:
    """
    Expire the notifications of a step that is undone, within the command that undoes it; the order is locked.

    They are not due before the step can no longer be undone. One that was sent nevertheless, as a worker's clock is
    ahead, stays as sent.

    :param seq: of the step's event
    """
    unsent = Q(channel=NotificationChannel.IN_APP) | Q(state__in=(NotificationState.QUEUED, NotificationState.FAILED))
    undone = Notification.objects.filter(unsent, order=order, event__seq=seq)
    undone.update(state=NotificationState.EXPIRED, error="step was undone")


def _notification(
    event: StoredEvent, order: Order, channel: NotificationChannel, *, to: str, rule: NotificationRule, at: datetime
) -> Notification:
    notification = Notification(event=event, order=order, kind=rule.kind, channel=channel, recipient=to)
    notification.created_at, notification.relevant_since = at, event.at
    notification.due_at = max(at, rule.due_at(event))
    if channel == NotificationChannel.IN_APP:  # shown on the page, not sent
        notification.state, notification.sent_at = NotificationState.SENT, at
    return notification


def _recipient(order: Order, event: StoredEvent) -> str:
    """
    Return the order's owner at the time of the event.

    So a guest's notification is not sent again once the order is linked to an account.
    """
    if order.customer is None or _was_linked_after(event):
        return str(GUEST)
    return str(order.customer.user_id)


def _was_undone(event: StoredEvent) -> bool:
    undone = StoredEvent.objects.filter(aggregate_ref=event.aggregate_ref, type=OrderStepUndone.type)
    return undone.filter(data__seq=event.seq).exists()


def _was_linked_after(event: StoredEvent) -> bool:
    return StoredEvent.objects.filter(
        aggregate_ref=event.aggregate_ref, type=OrderLinkedToCustomer.type, seq__gt=event.seq
    ).exists()
