"""Commands for a user's own in-app notifications. Notifications of others count as not existing."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from orders.notifications import selectors as inbox
from orders.notifications.models import Notification, NotificationChannel
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.idempotency.keys import IdempotentRequest

type NotificationKey = tuple[UUID, int]  # the order's ref and the event's seq


@command
def mark_notifications_read(*, keys: Collection[NotificationKey], by: Actor, at: datetime) -> None:
    """
    Mark the actor's notifications as read; those read before keep their time.

    :raises Notification.DoesNotExist: one of them was never the actor's
    """
    _own_notifications(keys, by).filter(read_at=None).update(read_at=at)


def _first_order(arguments: Mapping[str, Any]) -> UUID:
    """Return the ref of an order; the result of a request with a key is nothing, whatever it was about."""
    ref: UUID = next(iter(arguments["keys"]))[0]
    return ref


def _replay(ref: UUID) -> None:
    """Return what was returned when the notifications were dismissed: nothing."""


@command(replay=_replay, result_ref=_first_order)
def dismiss_notifications(
    *,
    keys: Collection[NotificationKey],
    by: Actor,
    at: datetime,
    idempotency: IdempotentRequest | None = None,
) -> None:
    """
    Dismiss the actor's notifications, read or not; those dismissed in another tab stay dismissed.

    :raises Notification.DoesNotExist: one of them was never the actor's
    """
    _own_notifications(keys, by).filter(dismissed_at=None).update(dismissed_at=at)


def _own_notifications(keys: Collection[NotificationKey], by: Actor) -> QuerySet[Notification]:
    """
    Return the actor's notifications with these keys, and invalidate the unread count after the commit.

    :raises Notification.DoesNotExist: one of them was never the actor's
    """
    refs = {ref for ref, _seq in keys}
    mine = Notification.objects.filter(
        channel=NotificationChannel.IN_APP, recipient=str(by), event__aggregate_ref__in=refs
    )
    found = {(ref, seq): pk for ref, seq, pk in mine.values_list("event__aggregate_ref", "event__seq", "pk")}
    if not found.keys() >= set(keys):
        raise Notification.DoesNotExist
    transaction.on_commit(partial(inbox.invalidate_unread_count, str(by)), robust=True)
    return Notification.objects.filter(pk__in=[found[key] for key in keys])
